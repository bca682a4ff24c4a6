using RobotRL.Model;

namespace RobotRL.Safety;

/// <summary>
/// What the safety critic sees of an arm, in units of the task's scales; never an image. In this order: external force 3 and torque 3, linear 3 and
/// angular velocity 3 of the end effector, all in its own frame; its pose relative to the one at the start of the episode, position 3 and rotation
/// vector 3; the way still to go to the proposed pose from where an action is counted from (<see cref="Leash"/>), in its own frame and in units of the action,
/// each component within ±2: 3 and 3; translational and rotational stiffness and damping ratio as shares of the largest allowed. The control loop
/// computes them every tick, training
/// at decision times.
/// </summary>
public sealed class SafetyFeatures(TaskDescription task, StiffnessLimits limits)
{
    public const string Name = "arm-27";
    public const int Count = 27;

    /// <summary>Length of the part that is the state alone: all that a recovery policy sees.</summary>
    public const int StateCount = 18;

    public const int ActionStart = 18;
    public const int StiffnessStart = 24;

    /// <summary>As far as a policy's proprioception goes, in units.</summary>
    private const double FurthestState = 10;
    private const double FurthestAction = 2;

    private readonly ProprioceptionScale _scale = task.Scale;
    private readonly ActionSpace _actions = task.Actions;

    /// <summary>The state's part.</summary>
    /// <param name="features">At least <see cref="StateCount"/> long.</param>
    /// <param name="wrench">External wrench in the end-effector frame.</param>
    /// <param name="pose">X_BE.</param>
    /// <param name="twistInBase">Twist of the end effector in base axes.</param>
    /// <param name="start">X_BE at the start of the episode.</param>
    public void WriteState(Span<float> features, in Wrench wrench, in Pose pose, in Twist twistInBase, in Pose start)
    {
        var twist = twistInBase.Rotated(pose.Orientation.Inverse);
        var relative = start.Inverse * pose;
        Put(features, 0, wrench.Force, _scale.ForceN);
        Put(features, 3, wrench.Torque, _scale.TorqueNm);
        Put(features, 6, twist.Linear, _scale.LinearMS);
        Put(features, 9, twist.Angular, _scale.AngularRadS);
        Put(features, 12, relative.Position, _scale.PositionM);
        Put(features, 15, relative.Orientation.ToVector(), _scale.RotationRad);
    }

    /// <summary>The state's part from a policy's observation, which holds the same values in another order.</summary>
    /// <param name="features">At least <see cref="StateCount"/> long.</param>
    /// <param name="proprioception">As observed.</param>
    /// <param name="layout">Of the observation; with pose, twist and wrench.</param>
    /// <param name="arm">Whose.</param>
    public static void WriteState(Span<float> features, ReadOnlySpan<float> proprioception, ObservationLayout layout, int arm = 0)
    {
        foreach (var (part, at) in (ReadOnlySpan<(ObservationPart, int)>)[(ObservationPart.Wrench, 0), (ObservationPart.Twist, 6), (ObservationPart.Pose, 12)])
        {
            var block = layout.Find(arm, part) ?? throw new ArgumentException($"The critic needs {part} of arm {arm}, which is not observed.", nameof(layout));
            proprioception.Slice(block.Start, block.Length).CopyTo(features[at..]);
        }
    }

    /// <summary>The action's part: the way from one pose to another, in the axes of the first.</summary>
    public void WriteAction(Span<float> features, in Pose from, in Pose to)
    {
        Put(features, ActionStart, from.Orientation.Inverse.Rotate(to.Position - from.Position), _actions.TranslationScaleM, FurthestAction);
        Put(features, ActionStart + 3, (from.Orientation.Inverse * to.Orientation).ToVector(), _actions.RotationScaleRad, FurthestAction);
    }

    public void WriteStiffness(Span<float> features, in CartesianStiffness stiffness)
    {
        features[StiffnessStart] = (float)(stiffness.TranslationNM / limits.TranslationMaxNM);
        features[StiffnessStart + 1] = (float)(stiffness.RotationNmRad / limits.RotationMaxNmRad);
        features[StiffnessStart + 2] = (float)(stiffness.DampingRatio / limits.DampingRatioMax);
    }

    /// <summary>Where an action, six components in units of the action, leads from a pose.</summary>
    public Pose TargetOf(ReadOnlySpan<float> action, in Pose from) => new(
        from.Position + from.Orientation.Rotate(new Vector3D(action[0], action[1], action[2]) * _actions.TranslationScaleM),
        from.Orientation * Rotation.FromVector(new Vector3D(action[3], action[4], action[5]) * _actions.RotationScaleRad));

    private static void Put(Span<float> to, int at, in Vector3D v, double unit, double most = FurthestState)
    {
        for (var axis = 0; axis < 3; axis++) to[at + axis] = (float)Math.Clamp(v[axis] / unit, -most, most);
    }
}
