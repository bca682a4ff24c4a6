namespace RobotRL.Calibration;

/// <summary>The data is well formed and does not suffice. The message says why, and what to record instead.</summary>
public sealed class InsufficientDataException(string message) : Exception(message);
