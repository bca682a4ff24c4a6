using RobotRL.Model;

namespace RobotRL.Control;

/// <summary>What the wrench components of an action mean: newtons and newton metres of the end effector in its own frame.</summary>
internal sealed class WrenchMapping(ActionSpace space)
{
    private readonly double _n = space.WrenchScaleN, _nm = space.WrenchScaleNm;

    /// <summary>The wrench to ask for. A component that is not finite gives one that is not, which the gate answers with a stop.</summary>
    public Wrench Of(in ArmAction action) => space.WrenchAxes.Count == 0 ? Wrench.Zero : new(
        new Vector3D(Component(action, 0), Component(action, 1), Component(action, 2)) * _n,
        new Vector3D(Component(action, 3), Component(action, 4), Component(action, 5)) * _nm);

    /// <summary>
    /// Sets the components that would have asked for the wrench that was exerted. Where that is what was asked for, the action keeps its bits. True where
    /// something changed.
    /// </summary>
    public bool TrySetReached(ref ArmAction action, in Wrench reached, in Wrench asked)
    {
        var before = action.Wrench;
        foreach (var axis in space.WrenchAxes)
        {
            var (exerted, was, scale) = axis < 3 ? (reached.Force[axis], asked.Force[axis], _n) : (reached.Torque[axis - 3], asked.Torque[axis - 3], _nm);
            // What approaches another value at a bounded rate arrives to within rounding.
            if (Math.Abs(exerted - was) > 1e-9 * scale) action.Wrench[axis] = (float)Math.Clamp(exerted / scale, -1, 1);
        }
        return !((ReadOnlySpan<float>)before).SequenceEqual(action.Wrench);
    }

    private double Component(in ArmAction action, int axis) => space.WrenchAxes.Contains(axis) ? action.Wrench[axis] : 0;
}
