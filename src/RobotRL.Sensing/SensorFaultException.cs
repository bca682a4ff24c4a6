using RobotRL.Model;

namespace RobotRL.Sensing;

/// <summary>A sensor no longer tells the truth in time. Ends the stream; whoever drives the robot answers with a safe stop.</summary>
public sealed class SensorFaultException(string source, FaultCode code, Stamp time, string what, Exception? inner = null)
    : Exception($"{source}: {what}", inner)
{
    /// <summary>The fault to latch.</summary>
    public Fault Fault { get; } = new(code, StopCategory.Category2, time);
}
