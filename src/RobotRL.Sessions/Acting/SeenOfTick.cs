using RobotRL.Control;
using RobotRL.Model;
using RobotRL.Sensing;

namespace RobotRL.Sessions.Acting;

/// <summary>What a policy is told of an arm's state, out of a tick of its control loop.</summary>
public static class SeenOfTick
{
    /// <param name="tick">The newest one.</param>
    /// <param name="robot">The arm's description.</param>
    /// <param name="goalInEndEffector">Where the goal is, m; zero where it is not observed.</param>
    public static ToolState Of(in ControlRecord tick, RobotDescription robot, in Vector3D goalInEndEffector)
    {
        var positions = tick.Measured.Position;
        for (var i = 0; i < robot.JointCount; i++) positions[i] -= robot.HomeRad[i];
        return new(tick.Measured.CaptureTime, tick.EndEffector, tick.Measured.ExternalWrenchInEndEffector, tick.Measured.GripperWidthM)
        {
            JointPositionsRad = positions,
            JointVelocitiesRadS = tick.Measured.Velocity,
            GoalInEndEffector = goalInEndEffector,
            Tick = tick.Tick,
        };
    }
}
