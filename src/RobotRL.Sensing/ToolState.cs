using System.Runtime.CompilerServices;
using RobotRL.Model;

namespace RobotRL.Sensing;

/// <summary>What the policy is told of an arm's state at one instant.</summary>
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

/// <summary>The states of a cell's arms at one instant, in its order.</summary>
[InlineArray(PolicyAction.MostArms)]
public struct ToolStates
{
    private ToolState _first;

    /// <summary>When the first arm's was sampled; those of arms that share a loop are of the same tick, or one apart.</summary>
    public readonly Stamp CaptureTime => _first.CaptureTime;

    /// <summary>Of a cell with one arm.</summary>
    public static ToolStates Of(in ToolState only) => new() { _first = only };
}

/// <summary>Builds the proprioceptive part of an observation.</summary>
public static class Proprioception
{
    /// <summary>Normalised values beyond this say no more than "far out".</summary>
    public const float Bound = 10;

    /// <summary>The values in the order of a layout, each divided by its scale and clipped.</summary>
    /// <param name="states">Now.</param>
    /// <param name="startsInBase">X_BE of each arm at the start of the episode.</param>
    /// <param name="scale">What one unit means.</param>
    /// <param name="layout">Which values.</param>
    /// <exception cref="SensorFaultException">A value is not finite.</exception>
    public static float[] Build(in ToolStates states, ReadOnlySpan<Pose> startsInBase, ProprioceptionScale scale, ObservationLayout layout)
    {
        var values = new float[layout.Size];
        foreach (var block in layout.Blocks)
        {
            var at = block.Start;
            ref readonly var state = ref states[block.Arm];
            switch (block.Part)
            {
                case ObservationPart.Pose:
                    var pose = startsInBase[block.Arm].Inverse * state.EndEffector.PoseInBase;
                    Put(values, at, pose.Position, scale.PositionM);
                    Put(values, at + 3, pose.Orientation.ToVector(), scale.RotationRad);
                    break;
                case ObservationPart.Twist:
                    var twist = state.EndEffector.TwistInBase.Rotated(state.EndEffector.PoseInBase.Orientation.Inverse);
                    Put(values, at, twist.Linear, scale.LinearMS);
                    Put(values, at + 3, twist.Angular, scale.AngularRadS);
                    break;
                case ObservationPart.Wrench:
                    var wrench = state.ExternalWrenchInEndEffector;
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
            if (!float.IsFinite(value)) throw new SensorFaultException("robot state", FaultCode.NonFiniteState, states.CaptureTime, "a value is not finite");
        return values;
    }

    /// <summary>Sets the goal's part of an observation that has one, of an arm.</summary>
    public static void PutGoal(float[] values, int arm, in Vector3D goalInEndEffector, TaskDescription task)
    {
        if (task.ObservationLayout.Find(arm, ObservationPart.Goal) is { } block) Put(values, block.Start, goalInEndEffector, task.Scale.PositionM);
    }

    private static void Put(float[] values, int at, in Vector3D v, double scale) =>
        (values[at], values[at + 1], values[at + 2]) = (Normal(v.X, scale), Normal(v.Y, scale), Normal(v.Z, scale));

    private static float Normal(double value, double scale) => double.IsFinite(value) ? Math.Clamp((float)(value / scale), -Bound, Bound) : float.NaN;
}
