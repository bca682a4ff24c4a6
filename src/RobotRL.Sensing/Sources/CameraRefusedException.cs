namespace RobotRL.Sensing.Sources;

/// <summary>A camera cannot be used as it is described. The message is one line with key and remedy.</summary>
public sealed class CameraRefusedException(string message) : Exception(message);
