using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control;

/// <summary>
/// What a normalised action means: a displacement of the reference from where it is at decision time, on its <see cref="Leash"/> from the measured pose, along
/// its own axes. Memoryless: what it is counted from stands in the tick before. Axes that the task does not drive keep the episode's nominal pose. Where
/// impedance is part of the action, a share of the configured stiffness and damping.
/// </summary>
public sealed class ActionMapping
{
    private readonly ActionSpace _space;
    private readonly bool[] _active = new bool[ActionSpace.Axes];
    private readonly int _rotationAxes;
    private Pose _nominal = Pose.Identity;

    public ActionMapping(ActionSpace space)
    {
        _space = space;
        foreach (var axis in space.ActiveAxes) _active[axis] = true;
        _rotationAxes = space.ActiveAxes.Count(a => a >= 3);
    }

    /// <summary>X_BE that undriven axes keep, from the start of an episode on.</summary>
    public void BeginEpisode(in Pose nominalInBase) => _nominal = nominalInBase;

    /// <summary>The target pose. A non-finite component gives a non-finite pose, which the gate answers with a stop.</summary>
    public Pose TargetOf(in ArmAction action, in Pose from)
    {
        var step = new Vector3D(Component(action, 0), Component(action, 1), Component(action, 2)) * _space.TranslationScaleM;
        var position = from.Position + from.Orientation.Rotate(step);
        // Back onto the nominal position along each undriven axis of the nominal frame.
        var off = _nominal.Orientation.Inverse.Rotate(position - _nominal.Position);
        position -= _nominal.Orientation.Rotate(new(_active[0] ? 0 : off.X, _active[1] ? 0 : off.Y, _active[2] ? 0 : off.Z));

        var turn = new Vector3D(Component(action, 3), Component(action, 4), Component(action, 5)) * _space.RotationScaleRad;
        var orientation = _rotationAxes switch
        {
            3 => from.Orientation * Rotation.FromVector(turn),
            0 => turn.IsFinite ? _nominal.Orientation : _nominal.Orientation * Rotation.FromVector(turn),
            _ => _nominal.Orientation * Rotation.FromVector(DrivenTurn(from) + turn),
        };
        return new(position, orientation);
    }

    /// <summary>The action, within [-1, 1], that leads from the pose that it was counted from to a pose that was reached.</summary>
    public NormalizedTwist ActionOf(in Pose reached, in Pose from)
    {
        var step = from.Orientation.Inverse.Rotate(reached.Position - from.Position) / _space.TranslationScaleM;
        var turn = (_rotationAxes == 3
            ? (from.Orientation.Inverse * reached.Orientation).ToVector()
            : Wrapped(DrivenTurn(reached) - DrivenTurn(from))) / _space.RotationScaleRad;
        NormalizedTwist action = default;
        for (var axis = 0; axis < ActionSpace.Axes; axis++)
            if (_active[axis]) action[axis] = (float)Math.Clamp(axis < 3 ? step[axis] : turn[axis - 3], -1, 1);
        return action;
    }

    /// <summary>The stiffness and damping to ask for. A non-finite component gives a non-finite stiffness, which the gate answers with a stop.</summary>
    /// <param name="action">What was decided.</param>
    /// <param name="configured">What a component of 1 asks for.</param>
    public CartesianStiffness StiffnessOf(in ArmAction action, in CartesianStiffness configured)
    {
        var (stiffness, damping) = (_space.StiffnessShare(action), _space.DampingShare(action));
        return new(stiffness * configured.TranslationNM, stiffness * configured.RotationNmRad, damping * configured.DampingRatio);
    }

    /// <summary>
    /// Sets the components that would have asked for the stiffness and damping that were reached; of translation and rotation the geometric mean. Where they
    /// are what was asked for, the action keeps its bits. True where something changed.
    /// </summary>
    public bool TrySetReached(ref ArmAction action, in CartesianStiffness reached, in CartesianStiffness asked, in CartesianStiffness configured)
    {
        var (stiffness, damping) = (action.Stiffness, action.Damping);
        if (_space.StiffnessMinShare is { } least
            && !(IsSame(reached.TranslationNM, asked.TranslationNM) && IsSame(reached.RotationNmRad, asked.RotationNmRad)))
        {
            var product = reached.TranslationNM / configured.TranslationNM * (reached.RotationNmRad / configured.RotationNmRad);
            action.Stiffness = ActionSpace.ComponentOf(Math.Sqrt(product), least);
        }
        if (_space.DampingMinShare is { } leastDamping && !IsSame(reached.DampingRatio, asked.DampingRatio))
            action.Damping = ActionSpace.ComponentOf(reached.DampingRatio / configured.DampingRatio, leastDamping);
        return action.Stiffness != stiffness || action.Damping != damping;

        // A value that approaches another at a bounded rate arrives to within rounding.
        static bool IsSame(double a, double b) => Math.Abs(a - b) <= 1e-9 * Math.Abs(b);
    }

    private double Component(in ArmAction action, int axis) =>
        _active[axis] || !float.IsFinite(action.Motion[axis]) ? action.Motion[axis] : 0;

    /// <summary>Rotation from nominal about the driven axes: of a single axis its twist, else the rotation vector's components.</summary>
    private Vector3D DrivenTurn(in Pose pose)
    {
        var relative = _nominal.Orientation.Inverse * pose.Orientation;
        if (_rotationAxes == 1)
            return new(
                _active[3] ? Twist(relative.X, relative.W) : 0,
                _active[4] ? Twist(relative.Y, relative.W) : 0,
                _active[5] ? Twist(relative.Z, relative.W) : 0);
        var vector = relative.ToVector();
        return new(_active[3] ? vector.X : 0, _active[4] ? vector.Y : 0, _active[5] ? vector.Z : 0);
    }

    private static double Twist(double along, double w) => Math.IEEERemainder(2 * Math.Atan2(along, w), 2 * Math.PI);

    private static Vector3D Wrapped(in Vector3D v) =>
        new(Math.IEEERemainder(v.X, 2 * Math.PI), Math.IEEERemainder(v.Y, 2 * Math.PI), Math.IEEERemainder(v.Z, 2 * Math.PI));
}
