namespace RobotRL.Wire;

/// <summary>A message, or the text that defines it, is not what it should be; one line says why.</summary>
public sealed class WireException(string message) : Exception(message);
