using RobotRL.Model;

namespace RobotRL.Learning.Tests;

/// <summary>What is observed of one arm where a task does not say: 19 values.</summary>
internal static class StandardSize
{
    public const int Proprioception = 19;

    public static ObservationLayout Layout { get; } = new([("", Joints.Max)], ObservationLayout.Standard);
}
