using System.Numerics;

namespace RobotRL.Model;

/// <summary>Causes of a stop: any number of faults at once, a bit each. A number that is no fault counts as <see cref="FaultCode.UnknownCause"/>.</summary>
/// <param name="Bits">Bit n stands for the code n.</param>
public readonly record struct FaultSet(ulong Bits)
{
    private static readonly FaultCode Last = Enum.GetValues<FaultCode>()[^1];

    /// <summary>
    /// Causes that a simulated robot may be set to clear between episodes: those that come of motion, of contact, or of somebody who was late. Not what a
    /// person did, nor what says that sensors, clocks, numbers, storage or memory are not to be trusted.
    /// </summary>
    public static readonly FaultSet Clearable = Of(
        FaultCode.StaleState, FaultCode.StaleTarget, FaultCode.HeartbeatLost, FaultCode.CollisionForce,
            FaultCode.JointPositionExceeded, FaultCode.JointVelocityExceeded,
        FaultCode.WorkspaceExceeded, FaultCode.CartesianVelocityExceeded, FaultCode.TorqueExceeded, FaultCode.CriticFailure, FaultCode.RecoveryExhausted,
        FaultCode.StandstillLost, FaultCode.OrientationExceeded, FaultCode.SelfCollision, FaultCode.JointCollision, FaultCode.LoopLate);

    public bool IsEmpty => Bits == 0;

    /// <summary>The code with the lowest number; none where the set is empty.</summary>
    public FaultCode First => IsEmpty ? FaultCode.None : Known((FaultCode)BitOperations.TrailingZeroCount(Bits));

    public static FaultSet Of(params ReadOnlySpan<FaultCode> codes)
    {
        var bits = 0UL;
        foreach (var code in codes) bits |= Bit(code);
        return new(bits);
    }

    /// <summary>The code itself where it is a fault's.</summary>
    public static FaultCode Known(FaultCode code) => code > FaultCode.None && code <= Last ? code : FaultCode.UnknownCause;

    public bool Contains(FaultCode code) => (Bits & Bit(code)) != 0;

    public FaultSet With(FaultCode code) => new(Bits | Bit(code));

    /// <summary>What is in either.</summary>
    public FaultSet Union(FaultSet other) => new(Bits | other.Bits);

    /// <summary>What is here and not there.</summary>
    public FaultSet Except(FaultSet other) => new(Bits & ~other.Bits);

    /// <summary>Without the code with the lowest number.</summary>
    public FaultSet Rest => new(Bits & (Bits - 1));

    public override string ToString()
    {
        List<FaultCode> codes = [];
        for (var rest = this; !rest.IsEmpty; rest = rest.Rest) codes.Add(rest.First);
        return IsEmpty ? nameof(FaultCode.None) : string.Join(", ", codes.Distinct());
    }

    private static ulong Bit(FaultCode code) => 1UL << (int)Known(code);
}
