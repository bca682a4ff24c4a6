using RobotRL.Control;
using RobotRL.Episodes;
using RobotRL.Mcap;
using RobotRL.Model;
using RobotRL.Safety;
using RobotRL.Teleop;
using RobotRL.Wire;

namespace RobotRL.Recording.Traces;

/// <summary>The ROS 2 message of a <see cref="DecisionTrace"/>: definition, and conversion both ways.</summary>
/// <param name="hasWrench">Whether actions hold a wrench; else nothing of it is in the messages.</param>
public sealed class TraceMessages(bool hasWrench = false)
{
    private const string Separator = "================================================================================\n";

    /// <summary>Last in the message, so that what was recorded without it is read as it was.</summary>
    private const string Streams =
        "# Rows up to the tick that the next observation's state is of. Ages when the decision was made, ns; learner step of the weights, -1 for none.\n" +
        "# Earlier files end above.\n" +
        "uint32 next_rows\nint64 state_age_ns\nint64[] image_ages_ns\nint64 weights_version\nint64 weights_age_ns\n";

    private const string Other =
        "# In a cell with two arms: of each row the other one's posture as measured, 7, and as meant, 7 words, packed like the ticks. " +
            "Earlier files end above.\n" +
        "uint8[] other\n";

    /// <summary>Last, in cells whose policy exerts wrenches.</summary>
    private const string Wrenches =
        "# Wrenches beside the spring, in the end-effector frame: force 3, torque 3. The human's is normalised; of each target N and Nm.\n" +
        "float32[6] human_wrench\nfloat64[] target_wrenches\n";

    public static TraceFormat Format { get; } = new("robotrl_msgs/msg/DecisionTrace", Definition(Streams + Other));

    /// <summary>Of a cell whose policy exerts wrenches.</summary>
    public static TraceFormat WrenchFormat { get; } = new("robotrl_msgs/msg/DecisionTrace", Definition(Streams + Other + Wrenches));

    /// <summary>Of a cell by its actions.</summary>
    public static TraceFormat FormatOf(ActionSpace actions) => actions.WrenchAxes.Count > 0 ? WrenchFormat : Format;

    /// <summary>Whether messages of that definition are read here.</summary>
    public static bool Reads(string? definition) =>
        definition == Format.Definition || definition == WrenchFormat.Definition || definition == Definition(Streams) || definition == Definition("");

    private static string Definition(string streams) =>
        "# What entered the decision of the same step, and what the control loop decided in each of its ticks. Times in ns of the session's clock.\n" +
        "uint32 step\n# Operator.\nbool engaged\nuint8 reason\nbool deadman_held\nbool stop_requested\nrobotrl_msgs/Action human\n" +
            "float32[2] human_impedance\n" +
        "# Policy: SHA-256 of its weights, state of its noise before the decision.\nstring policy_sha256\nuint64[4] noise\nbool deterministic\n" +
        "# Safety critics that came into use.\nrobotrl_msgs/TracedCritic[] critics\n" +
        "# Of an episode's first decision: what outlasts the reference's new start in the first row.\nrobotrl_msgs/LoopMemory[] before\n" +
        "# Targets that came.\nrobotrl_msgs/TracedTarget[] targets\n" +
        "# Rows before the decision's own; words a row; the rows: of each column of words the second difference as 64-bit integers, zigzag-coded,\n" +
        "# the lowest byte of each row, then the next, to the highest. Columns: " + string.Join(' ', TickColumns.Names) + "\n" +
        "uint32 lead_rows\nuint32 columns\nuint8[] ticks\n" +
        "# Rows that had passed when the episode was begun, when its first observation was made, and when the executed action was read. " +
            "Earlier files, of loops that waited, end above.\n" +
        "uint32 start_rows\nuint32 observed_rows\nuint32 executed_rows\n" + streams +
        Separator + "MSG: robotrl_msgs/Action\n# Normalised displacement in the end-effector frame: translation 3, rotation 3.\nfloat32[6] motion\n" +
            "# -1 close, 0 stay, 1 open\nint8 gripper\n" +
        Separator + "MSG: robotrl_msgs/TracedCritic\nuint32 offer\n# Of its manifest.\nstring sha256\n" +
        Separator + "MSG: robotrl_msgs/TracedTarget\nuint32 row\nrobotrl_msgs/Target target\n" +
        Separator + "MSG: robotrl_msgs/Target\n# Poses: position 3, quaternion x y z w.\nfloat64[7] pose\nfloat64[7] episode_start\nint64 issue_ns\n" +
            "int64 due_ns\nfloat64[3] stiffness\n# Width, force and speed; zeros where nobody has asked.\nfloat64[3] grip\nuint8 source\n" +
            "int64 sequence\n# A posture that is commanded as well.\nbool moves_posture\nfloat64[7] posture\n" +
        Separator + "MSG: robotrl_msgs/LoopMemory\nint64 tick\nfloat64[7] position\nfloat64[7] velocity\nfloat64[7] effort\nfloat64[6] wrench\n" +
            "float64 gripper_width\nint64 capture_ns\n" +
        "float64[3] stiffness\nfloat64[7] sealed_torque\nfloat64[3] commanded_grip\nint64 rebases\nuint32 refused_limit_changes\n" +
            "uint32 limits_since_target\nrobotrl_msgs/Target target\n" +
        "uint8 reflex\nuint8 reflex_reason\nuint8 recovery\nuint8 critic\nbool reflex_acting\nfloat32 risk\nfloat32 margin\nfloat64 risk_threshold\n" +
            "float64 margin_threshold\nint64 critic_version\nuint32 critic_offer\nint64 critic_born_ns\nuint32 reflexes\nuint32 reflex_transitions\n" +
            "uint32 weights_refused\n";

    private readonly CdrWriter _cdr = new();

    /// <summary>Valid until the next one is written.</summary>
    public ReadOnlySpan<byte> Write(DecisionTrace trace)
    {
        var cdr = _cdr.Begin();
        cdr.U32((uint)trace.Step);
        var command = trace.Command;
        cdr.Bool(command.IsEngaged);
        cdr.U8((byte)command.Reason);
        cdr.Bool(command.DeadmanHeld);
        cdr.Bool(command.StopRequested);
        var human = command.Action[trace.Arm];
        cdr.F32Array(human.Motion);
        cdr.I8((sbyte)human.Gripper);
        cdr.F32(human.Stiffness);
        cdr.F32(human.Damping);
        cdr.Text(trace.Policy.Sha256);
        var noise = trace.Policy.Noise;
        foreach (var word in (ReadOnlySpan<ulong>)[noise.A, noise.B, noise.C, noise.D]) cdr.U64(word);
        cdr.Bool(trace.Policy.Deterministic);
        cdr.U32((uint)trace.Critics.Count);
        foreach (var critic in trace.Critics)
        {
            cdr.U32((uint)critic.Offer);
            cdr.Text(critic.Sha256);
        }
        cdr.U32(trace.Before is null ? 0u : 1u);
        if (trace.Before is { } before) Write(before);
        cdr.U32((uint)trace.Targets.Count);
        foreach (var (row, target) in trace.Targets)
        {
            cdr.U32((uint)row);
            Write(target);
        }
        cdr.U32((uint)trace.LeadRows);
        cdr.U32(TickColumns.Count);
        cdr.Bytes(WordColumns.Pack(trace.Words, TickColumns.Count));
        cdr.U32((uint)trace.StartRows);
        cdr.U32((uint)trace.ObservedRows);
        cdr.U32((uint)trace.ExecutedRows);
        cdr.U32((uint)trace.NextRows);
        var ages = trace.Ages ?? new(0, [], -1, 0);
        cdr.I64(ages.StateNs);
        cdr.U32((uint)ages.ImagesNs.Count);
        foreach (var age in ages.ImagesNs) cdr.I64(age);
        cdr.I64(ages.WeightsVersion);
        cdr.I64(ages.WeightsNs);
        cdr.Bytes(trace.OtherWords.Length == 0 ? [] : WordColumns.Pack(trace.OtherWords, DecisionTrace.OtherColumns));
        if (hasWrench) WriteWrenches(human, trace.Targets);
        return cdr.Written;
    }

    /// <param name="message">As written.</param>
    /// <param name="arm">Whose trace it is.</param>
    /// <exception cref="InvalidDataException">The message is cut short, or another version's.</exception>
    public static DecisionTrace Read(ReadOnlySpan<byte> message, int arm = 0)
    {
        var cdr = new CdrReader(message);
        var step = (int)cdr.U32();
        var (engaged, reason, deadman, stop) = (cdr.Bool(), (InterventionReason)cdr.U8(), cdr.Bool(), cdr.Bool());
        ArmAction human = default;
        cdr.F32Array(human.Motion);
        human.Gripper = (GripperCommand)cdr.I8();
        (human.Stiffness, human.Damping) = (cdr.F32(), cdr.F32());
        var policy = new TracedPolicy(cdr.Text(), new(cdr.U64(), cdr.U64(), cdr.U64(), cdr.U64()), cdr.Bool());
        var critics = new TracedCritic[Few(cdr.U32())];
        foreach (ref var critic in critics.AsSpan()) critic = new((int)cdr.U32(), cdr.Text());
        ControlRecord? before = Few(cdr.U32()) == 0 ? null : ReadMemory(ref cdr);
        var targets = new TracedTarget[Few(cdr.U32())];
        foreach (ref var target in targets.AsSpan()) target = new((int)cdr.U32(), ReadTarget(ref cdr));
        var (lead, columns) = ((int)cdr.U32(), cdr.U32());
        if (columns != TickColumns.Count)
            throw new InvalidDataException($"Step {step}: a control tick has {columns} words, " +
                $"this version reads {TickColumns.Count}; replay it with the version that recorded it.");
        var words = WordColumns.Unpack(cdr.Bytes(), TickColumns.Count);
        var rows = words.Length / TickColumns.Count;
        var (start, observed, executed) = cdr.HasMore ? ((int)cdr.U32(), (int)cdr.U32(), (int)cdr.U32()) : (lead, lead, rows);
        if (start < 0 || start > observed || observed > lead || lead > executed || executed > rows)
            throw new InvalidDataException($"Step {step}: its ticks are out of order ({start}, {observed}, {lead}, {executed} of {rows}): it is damaged.");
        var (next, ages) = cdr.HasMore ? ((int)cdr.U32(), ReadAges(ref cdr)) : (rows, null);
        if (next < 0 || next > rows) throw new InvalidDataException($"Step {step}: its next observation is of tick {next} of {rows}: it is damaged.");
        var other = cdr.HasMore && cdr.Bytes() is { Length: > 0 } packed ? WordColumns.Unpack(packed, DecisionTrace.OtherColumns) : [];
        if (other.Length != 0 && other.Length != rows * DecisionTrace.OtherColumns)
        {
            var told = other.Length / DecisionTrace.OtherColumns;
            throw new InvalidDataException($"Step {step}: it has {told} postures of the other arm for {rows} ticks: it is damaged.");
        }
        if (cdr.HasMore) ReadWrenches(ref cdr, ref human, targets);
        return new()
        {
            Step = step,
            Arm = arm,
            Command = new(engaged, ActionOf(human, arm), reason, deadman, stop),
            Policy = policy,
            Critics = critics,
            Before = before,
            Targets = targets,
            StartRows = start,
            ObservedRows = observed,
            LeadRows = lead,
            ExecutedRows = executed,
            NextRows = next,
            Ages = ages,
            Words = words,
            OtherWords = other,
        };
    }

    private void WriteWrenches(in ArmAction human, IReadOnlyList<TracedTarget> targets)
    {
        _cdr.F32Array(human.Wrench);
        _cdr.U32((uint)(6 * targets.Count));
        foreach (var (_, target) in targets)
            foreach (var part in (ReadOnlySpan<Vector3D>)[target.FeedForwardInEndEffector.Force, target.FeedForwardInEndEffector.Torque])
                foreach (var value in (ReadOnlySpan<double>)[part.X, part.Y, part.Z]) _cdr.F64(value);
    }

    private static void ReadWrenches(ref CdrReader cdr, ref ArmAction human, TracedTarget[] targets)
    {
        cdr.F32Array(human.Wrench);
        if (cdr.U32() != 6 * targets.Length) throw new InvalidDataException("A trace holds wrenches of other targets than its own: it is damaged.");
        foreach (ref var target in targets.AsSpan())
            target = target with { Target = target.Target with { FeedForwardInEndEffector = new(ReadVector(ref cdr), ReadVector(ref cdr)) } };
    }

    private static PolicyAction ActionOf(in ArmAction human, int arm)
    {
        PolicyAction action = default;
        action[arm] = human;
        return action;
    }

    private static DecisionAges ReadAges(ref CdrReader cdr)
    {
        var state = cdr.I64();
        var images = new long[Few(cdr.U32())];
        foreach (ref var age in images.AsSpan()) age = cdr.I64();
        return new(state, images, cdr.I64(), cdr.I64());
    }

    private void Write(in CartesianTarget target)
    {
        Write(target.PoseInBase);
        Write(target.StartInBase);
        _cdr.I64(target.IssueTime.Ns);
        _cdr.I64(target.DueTime.Ns);
        Write(target.Stiffness);
        Write(target.Grip);
        _cdr.U8((byte)target.Source);
        _cdr.I64(target.Sequence);
        _cdr.Bool(target.MovesPosture);
        var posture = target.PostureRad;
        _cdr.F64Array(posture);
    }

    private static CartesianTarget ReadTarget(ref CdrReader cdr)
    {
        var (pose, start) = (ReadPose(ref cdr), ReadPose(ref cdr));
        CartesianTarget target = new(pose, new(cdr.I64()), new(cdr.I64()), ReadStiffness(ref cdr), ReadGrip(ref cdr), (ActionSource)cdr.U8(),
            cdr.I64()) { StartInBase = start, MovesPosture = cdr.Bool() };
        JointPositions posture = default;
        cdr.F64Array(posture);
        return target with { PostureRad = posture };
    }

    private void Write(in ControlRecord r)
    {
        _cdr.I64(r.Tick);
        _cdr.F64Array(r.Measured.Position);
        _cdr.F64Array(r.Measured.Velocity);
        _cdr.F64Array(r.Measured.Effort);
        foreach (var v in (ReadOnlySpan<Vector3D>)[r.Measured.ExternalWrenchInEndEffector.Force, r.Measured.ExternalWrenchInEndEffector.Torque]) Write(v);
        _cdr.F64(r.Measured.GripperWidthM);
        _cdr.I64(r.Measured.CaptureTime.Ns);
        Write(r.Stiffness);
        _cdr.F64Array(r.Sealed);
        Write(r.Grip);
        _cdr.I64(r.Rebases);
        _cdr.U32((uint)r.RefusedLimitChanges);
        _cdr.U32((uint)r.LimitsSinceTarget);
        Write(r.Target);
        _cdr.U8((byte)r.Reflex.State);
        _cdr.U8((byte)r.Reflex.Reason);
        _cdr.U8((byte)r.Reflex.Recovery);
        _cdr.U8((byte)r.Reflex.Critic);
        _cdr.Bool(r.Reflex.IsActing);
        _cdr.F32(r.Reflex.Estimate.Risk);
        _cdr.F32(r.Reflex.Estimate.Feasibility);
        _cdr.F64(r.Reflex.RiskThreshold);
        _cdr.F64(r.Reflex.FeasibilityThreshold);
        _cdr.I64(r.Reflex.CriticVersion);
        _cdr.U32((uint)r.Reflex.CriticOffer);
        _cdr.I64(r.Reflex.CriticBornAt.Ns);
        _cdr.U32((uint)r.Reflex.Reflexes);
        _cdr.U32((uint)r.Reflex.Transitions);
        _cdr.U32((uint)r.Reflex.Refused);
    }

    private static ControlRecord ReadMemory(ref CdrReader cdr)
    {
        ControlRecord r = new() { Tick = cdr.I64() };
        cdr.F64Array(r.Measured.Position);
        cdr.F64Array(r.Measured.Velocity);
        cdr.F64Array(r.Measured.Effort);
        r.Measured.ExternalWrenchInEndEffector = new(ReadVector(ref cdr), ReadVector(ref cdr));
        r.Measured.GripperWidthM = cdr.F64();
        r.Measured.CaptureTime = new(cdr.I64());
        r.Stiffness = ReadStiffness(ref cdr);
        cdr.F64Array(r.TorqueNm);
        r.Sent.SetPoint = SetPoint.Of(r.TorqueNm); // whichever it is, the robot's kind tells
        r.Grip = ReadGrip(ref cdr);
        r.Rebases = cdr.I64();
        r.RefusedLimitChanges = (int)cdr.U32();
        r.LimitsSinceTarget = (LimitFlags)cdr.U32();
        r.Target = ReadTarget(ref cdr);
        r.Reflex = new()
        {
            State = (ReflexState)cdr.U8(),
            Reason = (ReflexReason)cdr.U8(),
            Recovery = (RecoveryMotion)cdr.U8(),
            Critic = (CriticStatus)cdr.U8(),
            IsActing = cdr.Bool(),
            Estimate = new(cdr.F32(), cdr.F32()),
            RiskThreshold = cdr.F64(),
            FeasibilityThreshold = cdr.F64(),
            CriticVersion = cdr.I64(),
            CriticOffer = (int)cdr.U32(),
            CriticBornAt = new(cdr.I64()),
            Reflexes = (int)cdr.U32(),
            Transitions = (int)cdr.U32(),
            Refused = (int)cdr.U32(),
        };
        return r;
    }

    private void Write(in Vector3D v) => _cdr.F64Array([v.X, v.Y, v.Z]);

    private void Write(in Pose pose)
    {
        Write(pose.Position);
        _cdr.F64Array([pose.Orientation.X, pose.Orientation.Y, pose.Orientation.Z, pose.Orientation.W]);
    }

    private void Write(in CartesianStiffness s) => _cdr.F64Array([s.TranslationNM, s.RotationNmRad, s.DampingRatio]);

    private void Write(in Grip g) => _cdr.F64Array([g.WidthM, g.ForceN, g.SpeedMS]);

    private static Vector3D ReadVector(ref CdrReader cdr) => new(cdr.F64(), cdr.F64(), cdr.F64());
    private static Pose ReadPose(ref CdrReader cdr) => new(ReadVector(ref cdr), new(cdr.F64(), cdr.F64(), cdr.F64(), cdr.F64()));
    private static CartesianStiffness ReadStiffness(ref CdrReader cdr) => new(cdr.F64(), cdr.F64(), cdr.F64());

    private static Grip ReadGrip(ref CdrReader cdr) => new(cdr.F64(), cdr.F64(), cdr.F64());

    /// <summary>A count that a damaged message may not blow up.</summary>
    private static int Few(uint count) =>
        count <= 100_000 ? (int)count : throw new InvalidDataException($"A trace counts {count} of what there are a few of: it is damaged.");
}
