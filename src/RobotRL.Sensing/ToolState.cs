using RobotRL.Model;

namespace RobotRL.Sensing;

/// <summary>What the policy is told of the robot's state at one instant.</summary>
/// <param name="CaptureTime">When the robot sampled it.</param>
/// <param name="EndEffector">Pose in base; twist of the end-effector origin in base axes.</param>
/// <param name="ExternalWrenchInEndEffector">What the environment exerts on the tool.</param>
/// <param name="GripperWidthM">Distance between the fingers.</param>
public readonly record struct ToolState(Stamp CaptureTime, EndEffectorState EndEffector, Wrench ExternalWrenchInEndEffector, double GripperWidthM)
{
    /// <summary>Relative to the home posture.</summary>
    public JointPositions JointPositionsRad { get; init; }

    public JointVelocities JointVelocitiesRadS { get; init; }

    /// <summary>Where the goal is from the end effector, in its frame, m; zero where nobody knows.</summary>
    public Vector3D GoalInEndEffector { get; init; }

    /// <summary>The control loop's tick that it was read at; 0 where no loop counts.</summary>
    public long Tick { get; init; }
}

/// <summary>Builds the proprioceptive part of an observation.</summary>
public static class Proprioception
{
    /// <summary>Normalised values beyond this say no more than "far out".</summary>
    public const float Bound = 10;

    /// <summary>The values in the order of a layout, each divided by its scale and clipped.</summary>
    /// <param name="state">Now.</param>
    /// <param name="startInBase">X_BE at the start of the episode.</param>
    /// <param name="scale">What one unit means.</param>
    /// <param name="layout">Which values, of one arm.</param>
    /// <exception cref="SensorFaultException">A value is not finite.</exception>
    public static float[] Build(in ToolState state, in Pose startInBase, ProprioceptionScale scale, ObservationLayout layout)
    {
        var pose = startInBase.Inverse * state.EndEffector.PoseInBase;
        var twist = state.EndEffector.TwistInBase.Rotated(state.EndEffector.PoseInBase.Orientation.Inverse);
        var wrench = state.ExternalWrenchInEndEffector;
        var values = new float[layout.Size];
        foreach (var block in layout.Blocks)
        {
            var at = block.Start;
            switch (block.Part)
            {
                case ObservationPart.Pose:
                    Put(values, at, pose.Position, scale.PositionM);
                    Put(values, at + 3, pose.Orientation.ToVector(), scale.RotationRad);
                    break;
                case ObservationPart.Twist:
                    Put(values, at, twist.Linear, scale.LinearMS);
                    Put(values, at + 3, twist.Angular, scale.AngularRadS);
                    break;
                case ObservationPart.Wrench:
                    Put(values, at, wrench.Force, scale.ForceN);
                    Put(values, at + 3, wrench.Torque, scale.TorqueNm);
                    break;
                case ObservationPart.Gripper:
                    values[at] = Normal(state.GripperWidthM, scale.GripperWidthM);
                    break;
                case ObservationPart.JointPositions:
                    for (var i = 0; i < block.Length; i++) values[at + i] = Normal(state.JointPositionsRad[i], scale.RotationRad);
                    break;
                case ObservationPart.JointVelocities:
                    for (var i = 0; i < block.Length; i++) values[at + i] = Normal(state.JointVelocitiesRadS[i], scale.AngularRadS);
                    break;
                case ObservationPart.Goal:
                    Put(values, at, state.GoalInEndEffector, scale.PositionM);
                    break;
                default: throw new ArgumentOutOfRangeException(nameof(layout), block.Part, "No such part.");
            }
        }
        foreach (var value in values)
            if (!float.IsFinite(value)) throw new SensorFaultException("robot state", FaultCode.NonFiniteState, state.CaptureTime, "a value is not finite");
        return values;
    }

    /// <summary>Sets the goal's part of an observation that has one, of the first arm.</summary>
    public static void PutGoal(float[] values, in Vector3D goalInEndEffector, TaskDescription task)
    {
        if (task.ObservationLayout.Find(0, ObservationPart.Goal) is { } block) Put(values, block.Start, goalInEndEffector, task.Scale.PositionM);
    }

    private static void Put(float[] values, int at, in Vector3D v, double scale) =>
        (values[at], values[at + 1], values[at + 2]) = (Normal(v.X, scale), Normal(v.Y, scale), Normal(v.Z, scale));

    private static float Normal(double value, double scale) => double.IsFinite(value) ? Math.Clamp((float)(value / scale), -Bound, Bound) : float.NaN;
}
