using RobotRL.Model;

namespace RobotRL.Safety;

/// <summary>
/// The wrench that a commander has the arm exert beside its spring, of the end effector in its own frame. Within its limits of force and torque, which
/// fade with a contact's severity; it grows at a bounded rate, and where it moves the arm the energy tank pays for the work. It shrinks as fast as it
/// must. What was let go of is not taken up again: only another target asks for more.
/// </summary>
/// <param name="limits">The envelope; without limits of a wrench none is exerted.</param>
/// <param name="periodS">Control period, s.</param>
internal sealed class WrenchLimiter(SafetyLimits limits, double periodS)
{
    private readonly WrenchLimits _most = limits.Wrench ?? new(0, 0, 0, 0);
    private Wrench _asked, _now;

    /// <summary>Exerted in this period, end-effector frame.</summary>
    public ref readonly Wrench Current => ref _now;

    /// <summary>What a target asks for, until the next one does.</summary>
    public void Ask(in Wrench wanted) => _asked = wanted;

    /// <summary>Nothing is exerted from now on.</summary>
    public void Release() => _asked = _now = Wrench.Zero;

    /// <summary>One period.</summary>
    /// <param name="severity">Of the contact, in [0, 1]: at 1 nothing is left.</param>
    /// <param name="velocity">Measured, of the end effector in its own frame: what the wrench works along.</param>
    /// <param name="stiffness">Holds the energy tank.</param>
    public LimitFlags Step(double severity, in Twist velocity, StiffnessGovernor stiffness)
    {
        if (_asked == Wrench.Zero && _now == Wrench.Zero) return LimitFlags.None;
        var (mostN, mostNm) = ((1 - severity) * _most.ForceN, (1 - severity) * _most.TorqueNm);
        Wrench bounded = new(_asked.Force.ClampLength(mostN), _asked.Torque.ClampLength(mostNm));
        var flags = bounded == _asked ? LimitFlags.None : LimitFlags.Wrench;
        Wrench next = new(
            Next(_now.Force, bounded.Force, mostN, _most.ForceRateNS * periodS),
            Next(_now.Torque, bounded.Torque, mostNm, _most.TorqueRateNmS * periodS));
        var workJ = (Vector3D.Dot(next.Force, velocity.Linear) + Vector3D.Dot(next.Torque, velocity.Angular)) * periodS;
        if (workJ > 0 && stiffness.Pay(workJ) is < 1 and var share)
        {
            next = new(next.Force * share, next.Torque * share);
            flags |= LimitFlags.Wrench | LimitFlags.EnergyTank;
        }
        _now = next;
        return flags;
    }

    private static Vector3D Next(in Vector3D last, in Vector3D bounded, double most, double change)
    {
        var step = bounded - last;
        // What there is room for may have shrunk by more than the rate: whatever the rate says, it is not exceeded.
        return step.Length <= change ? bounded : (last + step.ClampLength(change)).ClampLength(most);
    }
}
