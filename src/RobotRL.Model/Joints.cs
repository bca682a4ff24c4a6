using System.Runtime.CompilerServices;

namespace RobotRL.Model;

/// <summary>How many joints the fixed-size joint vectors hold. An arm with fewer leaves the last ones zero.</summary>
public static class Joints
{
    public const int Max = 7;
}

/// <summary>Joint angles, rad, base to tip.</summary>
[InlineArray(Joints.Max)]
public struct JointPositions
{
    private double _first;
}

/// <summary>Joint velocities, rad/s, base to tip.</summary>
[InlineArray(Joints.Max)]
public struct JointVelocities
{
    private double _first;
}

/// <summary>Joint torques, Nm, base to tip.</summary>
[InlineArray(Joints.Max)]
public struct JointTorques
{
    private double _first;
}
