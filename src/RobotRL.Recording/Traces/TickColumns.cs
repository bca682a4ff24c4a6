using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using RobotRL.Control;
using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Recording.Traces;

/// <summary>
/// A control tick as a row of 64-bit words: first all that it was given, bit for bit, then what it decided: the sealed command, limits, stop and reflex as they
/// are, and a digest of everything on the way there. The seven words of the command are joint torques; of a robot that closes its own loop, its set-point.
/// Two ticks decided alike when their rows are the same words. Targets, which are rare, stand beside the rows.
/// </summary>
public static class TickColumns
{
    private const int Q = Joints.Max;
    private const int TimeAt = 0, CaptureAt = 1, PositionAt = 2, VelocityAt = PositionAt + Q, EffortAt = VelocityAt + Q, WrenchAt = EffortAt + Q,
        WidthAt = WrenchAt + 6;
    private const int BeatAt = WidthAt + 1, RequestsAt = BeatAt + 1, CriticAt = RequestsAt + 1, CriticBornAt = CriticAt + 1;
    private const int StopsAt = CriticBornAt + 1, BehindAt = StopsAt + 1;
    private const int TorqueAt = FirstDecided, GripperAt = TorqueAt + Q, LimitsAt = GripperAt + 3, ReflexAt = LimitsAt + 1, RiskAt = ReflexAt + 1,
        DigestAt = RiskAt + 1;

    /// <summary>From here on the words are decisions.</summary>
    public const int FirstDecided = BehindAt + 1;
    public const int Count = DigestAt + 1;

    /// <summary>For people, and for whoever reads the file by other means.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        "time", "capture_time", .. Axes("position", Q), .. Axes("velocity", Q), .. Axes("effort", Q), .. Axes("wrench", 6), "gripper_width",
            "heartbeat_time", "requests", "critic", "critic_born", "stops", "behind",
        .. Axes("torque", Q), "commanded_gripper_width", "commanded_grip_force", "commanded_grip_speed", "limits_and_stop", "reflex", "risk", "digest",
    ];

    public static void Write(in ControlRecord r, Span<ulong> row)
    {
        (row[TimeAt], row[CaptureAt]) = ((ulong)r.Time.Ns, (ulong)r.Measured.CaptureTime.Ns);
        Put(row[PositionAt..], r.Measured.Position);
        Put(row[VelocityAt..], r.Measured.Velocity);
        Put(row[EffortAt..], r.Measured.Effort);
        Put(row[WrenchAt..], r.Measured.ExternalWrenchInEndEffector);
        row[WidthAt] = Bits(r.Measured.GripperWidthM);
        ref readonly var i = ref r.Inputs;
        row[BeatAt] = (ulong)i.Heartbeat.Time.Ns;
        row[RequestsAt] = Bit(i.IsNewState, 0) | Bit(i.HasTarget, 1) | Bit(i.IsAutomaticResetAsked, 2) | Bit(i.IsResetAsked, 3) | Bit(i.IsRebaseAsked, 4)
            | (ulong)i.Heartbeat.State << 8 | (ulong)(uint)i.LimitChangesAsked << 32;
        (row[StopsAt], row[BehindAt]) = (i.Stops.Bits, (ulong)i.BehindNs);
        row[CriticAt] = (uint)r.Reflex.CriticOffer | (ulong)(uint)i.RefusedWeights << 32;
        row[CriticBornAt] = (ulong)r.Reflex.CriticBornAt.Ns;

        MemoryMarshal.Cast<double, ulong>(r.Sealed).CopyTo(row[TorqueAt..]);
        Put(row[GripperAt..], r.Grip);
        row[LimitsAt] = (uint)r.Limits | (ulong)r.Gate << 32 | (ulong)r.Fault.Code << 40 | (ulong)r.Fault.Category << 48;
        ref readonly var reflex = ref r.Reflex;
        row[ReflexAt] = (ulong)reflex.State | (ulong)reflex.Reason << 8 | (ulong)reflex.Recovery << 16 | (ulong)reflex.Critic << 24
            | Bit(reflex.IsActing, 32) | (ulong)(ushort)reflex.Reflexes << 40;
        row[RiskAt] = BitConverter.SingleToUInt32Bits(reflex.Estimate.Risk) | (ulong)BitConverter.SingleToUInt32Bits(reflex.Estimate.Feasibility) << 32;
        row[DigestAt] = Digest(r);
    }

    /// <summary>What the tick was given, its target aside.</summary>
    public static (Stamp Time, RobotState State, TickInputs Inputs, int CriticOffer, Stamp CriticBorn) Inputs(ReadOnlySpan<ulong> row)
    {
        RobotState state = default;
        state.CaptureTime = new((long)row[CaptureAt]);
        Take(row[PositionAt..], ref state.Position);
        Take(row[VelocityAt..], ref state.Velocity);
        Take(row[EffortAt..], ref state.Effort);
        Take(row[WrenchAt..], ref state.ExternalWrenchInEndEffector);
        state.GripperWidthM = BitConverter.UInt64BitsToDouble(row[WidthAt]);
        var requests = row[RequestsAt];
        TickInputs inputs = new()
        {
            IsNewState = Has(requests, 0),
            HasTarget = Has(requests, 1),
            IsAutomaticResetAsked = Has(requests, 2),
            IsResetAsked = Has(requests, 3),
            IsRebaseAsked = Has(requests, 4),
            Heartbeat = new(new((long)row[BeatAt]), (CommandingState)(byte)(requests >> 8)),
            Stops = new(row[StopsAt]),
            BehindNs = (long)row[BehindAt],
            LimitChangesAsked = (int)(requests >> 32),
            RefusedWeights = (int)(row[CriticAt] >> 32),
        };
        return (new((long)row[TimeAt]), state, inputs, (int)row[CriticAt], new((long)row[CriticBornAt]));
    }

    /// <summary>The sealed command of a row: torques and grip.</summary>
    public static ReadOnlySpan<ulong> Command(ReadOnlySpan<ulong> row) => row[TorqueAt..LimitsAt];

    /// <summary>The first word of the decisions that differs; −1 where none does.</summary>
    public static int FirstDifference(ReadOnlySpan<ulong> recorded, ReadOnlySpan<ulong> replayed)
    {
        for (var i = FirstDecided; i < Count; i++)
            if (recorded[i] != replayed[i]) return i;
        return -1;
    }

    /// <summary>A word as people read it.</summary>
    public static string Text(int column, ulong word) => column switch
    {
        LimitsAt => $"{(GateState)(byte)(word >> 32)}, {(FaultCode)(byte)(word >> 40)}, limits {(LimitFlags)(uint)word}",
        ReflexAt => $"{(ReflexState)(byte)word}, {(ReflexReason)(byte)(word >> 8)}, {(RecoveryMotion)(byte)(word >> 16)}, " +
            $"critic {(CriticStatus)(byte)(word >> 24)}",
        RiskAt => $"risk {BitConverter.UInt32BitsToSingle((uint)word):R}, margin {BitConverter.UInt32BitsToSingle((uint)(word >> 32)):R}",
        DigestAt => $"{word:x16}",
        _ => FormattableString.Invariant($"{BitConverter.UInt64BitsToDouble(word):R}"),
    };

    /// <summary>
    /// Of all that lies between inputs and command: kinematics, plan, reference, torque before the limits, stiffness, tank, fault, counters,
    /// thresholds.
    /// </summary>
    private static ulong Digest(in ControlRecord r)
    {
        var h = 0x9E3779B97F4A7C15UL;
        Mix(ref h, r.EndEffector);
        Mix(ref h, r.PlannedInBase);
        Mix(ref h, r.Reference);
        Mix(ref h, r.PostureRad);
        Mix(ref h, r.ProposedTorqueNm);
        Mix(ref h, r.Stiffness);
        Mix(ref h, r.TankJ);
        Mix(ref h, r.Causes.Bits);
        Mix(ref h, r.Fault.Time.Ns);
        Mix(ref h, r.Fault.Value);
        Mix(ref h, r.Fault.Limit);
        Mix(ref h, (long)r.Fault.Index);
        Mix(ref h, r.Target.Sequence);
        Mix(ref h, (long)r.LimitsSinceTarget);
        Mix(ref h, r.Rebases);
        Mix(ref h, (long)r.RefusedLimitChanges);
        Mix(ref h, r.Reflex.RiskThreshold);
        Mix(ref h, r.Reflex.FeasibilityThreshold);
        Mix(ref h, r.Reflex.CriticVersion);
        Mix(ref h, (long)r.Reflex.Reflexes);
        Mix(ref h, (long)r.Reflex.Transitions);
        Mix(ref h, (long)r.Reflex.Refused);
        // Where there is none, ticks are digested as before there was such a thing.
        if (r.FeedForwardInEndEffector != Wrench.Zero) Mix(ref h, r.FeedForwardInEndEffector);
        if (r.Sent.Kind == CommandKind.JointTorque) return h;
        Mix(ref h, r.Sent.Rate);
        Mix(ref h, r.Sent.Posture);
        Mix(ref h, r.Sent.FeedForwardInBase);
        return h;
    }

    private static void Mix<T>(ref ulong h, in T values) where T : unmanaged
    {
        foreach (var word in Words(values)) h = ulong.RotateLeft((h ^ word) * 0xD6E8FEB86659FD93, 29);
    }

    private static void Put<T>(Span<ulong> to, in T values) where T : unmanaged => Words(values).CopyTo(to);

    private static void Take<T>(ReadOnlySpan<ulong> from, ref T values) where T : unmanaged =>
        from[..(Unsafe.SizeOf<T>() / sizeof(ulong))].CopyTo(MemoryMarshal.Cast<T, ulong>(new Span<T>(ref values)));

    /// <summary>Of a value that is doubles or a long throughout, without a gap.</summary>
    private static ReadOnlySpan<ulong> Words<T>(in T values) where T : unmanaged => MemoryMarshal.Cast<T, ulong>(new ReadOnlySpan<T>(in values));

    private static ulong Bits(double value) => BitConverter.DoubleToUInt64Bits(value);
    private static ulong Bit(bool value, int at) => value ? 1UL << at : 0;
    private static bool Has(ulong bits, int at) => (bits >> at & 1) != 0;
    private static IEnumerable<string> Axes(string name, int count) => Enumerable.Range(0, count).Select(i => $"{name}[{i}]");
}
