using RobotRL.Model;

namespace RobotRL.Safety;

/// <summary>
/// A wrench that the robot exerts beside its spring: never more than a contact may feel, and from nothing to that in a tenth of a second at the fastest.
/// </summary>
/// <param name="limits">Contact force, N, and contact torque, Nm.</param>
/// <param name="periodS">Control period, s.</param>
internal sealed class FeedForwardLimiter(SafetyLimits limits, double periodS)
{
    private const double RiseS = 0.1;

    private readonly double _changeN = limits.ContactForceN * periodS / RiseS, _changeNm = limits.ContactTorqueNm * periodS / RiseS;
    private Wrench _last;

    /// <summary>Sent last, base axes.</summary>
    public ref readonly Wrench Current => ref _last;

    /// <summary>Nothing is exerted.</summary>
    public void Restart() => _last = Wrench.Zero;

    /// <summary>The wrench for the coming period.</summary>
    public LimitFlags Step(in Wrench wanted)
    {
        var flags = LimitFlags.None;
        _last = new(
            Next(_last.Force, wanted.Force, limits.ContactForceN, _changeN, ref flags),
            Next(_last.Torque, wanted.Torque, limits.ContactTorqueNm, _changeNm, ref flags));
        return flags;
    }

    private static Vector3D Next(in Vector3D last, in Vector3D wanted, double most, double change, ref LimitFlags flags)
    {
        var bounded = wanted.ClampLength(most);
        if (bounded != wanted) flags |= LimitFlags.Torque;
        var step = bounded - last;
        if (step.Length <= change) return bounded;
        flags |= LimitFlags.TorqueRate;
        return last + step.ClampLength(change);
    }
}
