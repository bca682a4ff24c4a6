using RobotRL.Control;
using RobotRL.Mcap;
using RobotRL.Model;
using RobotRL.Safety;
using RobotRL.Wire;

namespace RobotRL.Recording.Events;

/// <summary>The ROS 2 messages of an event file: definitions, and conversion to and from the values of the control loop.</summary>
/// <param name="wallClockOffsetNs">Added to every <see cref="Stamp"/> of a header: nanoseconds since the epoch at the origin of the session's clock.</param>
internal sealed class EventMessages(long wallClockOffsetNs)
{
    public const string TickTopic = "/control", EventTopic = "/events";

    private const string Separator = "================================================================================\n";
    private const string Header =
        Separator + "MSG: std_msgs/Header\nbuiltin_interfaces/Time stamp\nstring frame_id\n" +
        Separator + "MSG: builtin_interfaces/Time\nint32 sec\nuint32 nanosec\n";
    private const string Geometry =
        Separator + "MSG: geometry_msgs/Vector3\nfloat64 x\nfloat64 y\nfloat64 z\n" +
        Separator + "MSG: geometry_msgs/Point\nfloat64 x\nfloat64 y\nfloat64 z\n" +
        Separator + "MSG: geometry_msgs/Quaternion\nfloat64 x\nfloat64 y\nfloat64 z\nfloat64 w\n" +
        Separator + "MSG: geometry_msgs/Pose\ngeometry_msgs/Point position\ngeometry_msgs/Quaternion orientation\n" +
        Separator + "MSG: geometry_msgs/Twist\ngeometry_msgs/Vector3 linear\ngeometry_msgs/Vector3 angular\n" +
        Separator + "MSG: geometry_msgs/Accel\ngeometry_msgs/Vector3 linear\ngeometry_msgs/Vector3 angular\n" +
        Separator + "MSG: geometry_msgs/Wrench\ngeometry_msgs/Vector3 force\ngeometry_msgs/Vector3 torque\n";

    public const string EventType = "robotrl_msgs/msg/Event";
    public const string EventDefinition =
        "# The moment of an event. Value and limit are in the limit's unit, NaN where there is none.\n" +
        "uint8 LIMIT=0\nuint8 REFLEX=1\nuint8 STOP=2\nuint8 FAULT=3\n" +
        "std_msgs/Header header\nint64 tick\nuint8 kind\nstring reason\nfloat64 value\nfloat64 limit\n" + Header;

    public const string TickType = "robotrl_msgs/msg/ControlTick";
    public const string TickDefinition =
        "# One tick of the control loop. SI units; base frame unless the name says otherwise; times in ns of the session's clock.\n" +
        "std_msgs/Header header\nint64 tick\nint64 lateness_ns\nint64 command_ns\nint64 overruns\n" +
        "# Measured.\n" +
        "int64 capture_ns\nfloat64[7] position\nfloat64[7] velocity\nfloat64[7] effort\ngeometry_msgs/Wrench external_wrench_in_end_effector\n" +
        "float64 gripper_width\ngeometry_msgs/Pose end_effector\ngeometry_msgs/Twist end_effector_twist\n" +
        "# Proposed: the target in force. Stiffness is N/m, Nm/rad and the damping ratio; grip is width, force and speed, zeros where nobody has asked.\n" +
        "geometry_msgs/Pose target\nint64 target_issue_ns\nint64 target_due_ns\ngeometry_msgs/Pose episode_start\n" +
        "float64[3] target_stiffness\nfloat64[3] target_grip\nuint8 target_source\nint64 target_sequence\n" +
        "# Desired: the plan to the target. Gated: the reference after every limit.\n" +
        "geometry_msgs/Pose planned\ngeometry_msgs/Pose gated\ngeometry_msgs/Twist gated_twist\ngeometry_msgs/Accel gated_acceleration\n" +
        "float64[7] gated_posture\n" +
        "float64[7] proposed_torque\nfloat64[7] sealed_torque\nfloat64[3] sealed_grip\nfloat64[3] stiffness\nfloat64 tank_j\n" +
        "# Bits of the limits active in this tick, and since the target was taken.\n" +
        "uint32 limits\nuint32 limits_since_target\n" +
        "# Gate: 0 running, 1 stopping, 2 held, 3 power removed, 4 retreating. Fault: 0 for none.\n" +
        "uint8 gate\nuint8 fault\nuint8 stop_category\nint64 fault_ns\nfloat64 fault_value\nfloat64 fault_limit\nint32 fault_index\n" +
        "int64 rebases\nint32 refused_limit_changes\n" +
        "# Every cause since the last clearing, bit n for fault n; whether one is an operator's to clear; clearings so far, by an operator and without.\n" +
        "uint64 causes\nbool needs_operator\nint32 operator_resets\nint32 automatic_resets\n" +
        "# Reflex: 0 following, 1 recovering, 2 hold, 3 exhausted. Critic: 0 absent, 1 ready, 2 stale, 3 rejected. " +
        "Risk in [0, 1] and feasibility: NaN where the critic was not asked.\n" +
        "uint8 reflex_state\nuint8 reflex_reason\nuint8 recovery\nbool reflex_acting\nuint8 critic\nint64 critic_version\nfloat32 risk\nfloat32 feasibility\n" +
        "float64 risk_threshold\nfloat64 feasibility_threshold\nint32 reflexes\nint32 reflex_transitions\nint32 weights_refused\n" +
        Header + Geometry;

    private readonly CdrWriter _cdr = new();

    /// <summary>Nanoseconds since the epoch.</summary>
    public ulong Time(Stamp stamp) => checked((ulong)(stamp.Ns + wallClockOffsetNs));

    public ReadOnlySpan<byte> Write(in EventMark mark)
    {
        var cdr = Begin(mark.Time);
        cdr.I64(mark.Tick);
        cdr.U8((byte)mark.Kind);
        cdr.Text(mark.Reason);
        cdr.F64(mark.Value);
        cdr.F64(mark.Limit);
        return cdr.Written;
    }

    public EventMark ReadMark(McapMessage message)
    {
        var cdr = new CdrReader(message.Data.Span);
        var time = ReadHeader(ref cdr);
        return new(cdr.I64(), time, (EventKind)cdr.U8(), cdr.Text(), cdr.F64(), cdr.F64());
    }

    public ReadOnlySpan<byte> Write(in ControlRecord r)
    {
        var cdr = Begin(r.Time);
        cdr.I64(r.Tick);
        cdr.I64(r.LatenessNs);
        cdr.I64(r.CommandNs);
        cdr.I64(r.Overruns);

        cdr.I64(r.Measured.CaptureTime.Ns);
        cdr.F64Array(r.Measured.Position);
        cdr.F64Array(r.Measured.Velocity);
        cdr.F64Array(r.Measured.Effort);
        Write(r.Measured.ExternalWrenchInEndEffector.Force, r.Measured.ExternalWrenchInEndEffector.Torque);
        cdr.F64(r.Measured.GripperWidthM);
        Write(r.EndEffector.PoseInBase);
        Write(r.EndEffector.TwistInBase.Linear, r.EndEffector.TwistInBase.Angular);

        Write(r.Target.PoseInBase);
        cdr.I64(r.Target.IssueTime.Ns);
        cdr.I64(r.Target.DueTime.Ns);
        Write(r.Target.StartInBase);
        Write(r.Target.Stiffness);
        Write(r.Target.Grip);
        cdr.U8((byte)r.Target.Source);
        cdr.I64(r.Target.Sequence);

        Write(r.PlannedInBase);
        Write(r.Reference.PoseInBase);
        Write(r.Reference.VelocityInBase.Linear, r.Reference.VelocityInBase.Angular);
        Write(r.Reference.AccelerationInBase.Linear, r.Reference.AccelerationInBase.Angular);
        cdr.F64Array(r.PostureRad);
        cdr.F64Array(r.ProposedTorqueNm);
        cdr.F64Array(r.TorqueNm);
        Write(r.Grip);
        Write(r.Stiffness);
        cdr.F64(r.TankJ);
        cdr.U32((uint)r.Limits);
        cdr.U32((uint)r.LimitsSinceTarget);

        cdr.U8((byte)r.Gate);
        cdr.U8((byte)r.Fault.Code);
        cdr.U8((byte)r.Fault.Category);
        cdr.I64(r.Fault.Time.Ns);
        cdr.F64(r.Fault.Value);
        cdr.F64(r.Fault.Limit);
        cdr.I32(r.Fault.Index);
        cdr.I64(r.Rebases);
        cdr.I32(r.RefusedLimitChanges);
        cdr.U64(r.Causes.Bits);
        cdr.Bool(r.NeedsOperator);
        cdr.I32(r.OperatorResets);
        cdr.I32(r.AutomaticResets);

        cdr.U8((byte)r.Reflex.State);
        cdr.U8((byte)r.Reflex.Reason);
        cdr.U8((byte)r.Reflex.Recovery);
        cdr.Bool(r.Reflex.IsActing);
        cdr.U8((byte)r.Reflex.Critic);
        cdr.I64(r.Reflex.CriticVersion);
        cdr.F32(r.Reflex.Estimate.Risk);
        cdr.F32(r.Reflex.Estimate.Feasibility);
        cdr.F64(r.Reflex.RiskThreshold);
        cdr.F64(r.Reflex.FeasibilityThreshold);
        cdr.I32(r.Reflex.Reflexes);
        cdr.I32(r.Reflex.Transitions);
        cdr.I32(r.Reflex.Refused);
        return cdr.Written;
    }

    public ControlRecord ReadTick(McapMessage message)
    {
        var cdr = new CdrReader(message.Data.Span);
        ControlRecord r = new() { Time = ReadHeader(ref cdr), Tick = cdr.I64(), LatenessNs = cdr.I64(), CommandNs = cdr.I64(), Overruns = cdr.I64() };

        r.Measured.CaptureTime = new(cdr.I64());
        cdr.F64Array(r.Measured.Position);
        cdr.F64Array(r.Measured.Velocity);
        cdr.F64Array(r.Measured.Effort);
        r.Measured.ExternalWrenchInEndEffector = new(ReadVector(ref cdr), ReadVector(ref cdr));
        r.Measured.GripperWidthM = cdr.F64();
        r.EndEffector = new(ReadPose(ref cdr), ReadTwist(ref cdr));

        var pose = ReadPose(ref cdr);
        var (issued, due) = (new Stamp(cdr.I64()), new Stamp(cdr.I64()));
        var start = ReadPose(ref cdr);
        r.Target = new(pose, issued, due, ReadStiffness(ref cdr), ReadGrip(ref cdr), (ActionSource)cdr.U8(), cdr.I64()) { StartInBase = start };

        r.PlannedInBase = ReadPose(ref cdr);
        r.Reference = new(ReadPose(ref cdr), ReadTwist(ref cdr), ReadTwist(ref cdr));
        cdr.F64Array(r.PostureRad);
        cdr.F64Array(r.ProposedTorqueNm);
        cdr.F64Array(r.TorqueNm);
        r.Grip = ReadGrip(ref cdr);
        r.Stiffness = ReadStiffness(ref cdr);
        r.TankJ = cdr.F64();
        r.Limits = (LimitFlags)cdr.U32();
        r.LimitsSinceTarget = (LimitFlags)cdr.U32();

        r.Gate = (GateState)cdr.U8();
        r.Fault = new((FaultCode)cdr.U8(), (StopCategory)cdr.U8(), new(cdr.I64()), cdr.F64(), cdr.F64(), cdr.I32());
        r.Rebases = cdr.I64();
        r.RefusedLimitChanges = cdr.I32();
        (r.Causes, r.NeedsOperator, r.OperatorResets, r.AutomaticResets) = (new(cdr.U64()), cdr.Bool(), cdr.I32(), cdr.I32());

        r.Reflex = new()
        {
            State = (ReflexState)cdr.U8(),
            Reason = (ReflexReason)cdr.U8(),
            Recovery = (RecoveryMotion)cdr.U8(),
            IsActing = cdr.Bool(),
            Critic = (CriticStatus)cdr.U8(),
            CriticVersion = cdr.I64(),
            Estimate = new(cdr.F32(), cdr.F32()),
            RiskThreshold = cdr.F64(),
            FeasibilityThreshold = cdr.F64(),
            Reflexes = cdr.I32(),
            Transitions = cdr.I32(),
            Refused = cdr.I32(),
        };
        return r;
    }

    private CdrWriter Begin(Stamp stamp)
    {
        var (seconds, nanoseconds) = Math.DivRem(Time(stamp), 1_000_000_000UL);
        var cdr = _cdr.Begin();
        cdr.I32(checked((int)seconds));
        cdr.U32((uint)nanoseconds);
        cdr.Text("base");
        return cdr;
    }

    private Stamp ReadHeader(ref CdrReader cdr)
    {
        var stamp = new Stamp(cdr.I32() * 1_000_000_000L + cdr.U32() - wallClockOffsetNs);
        cdr.Text();
        return stamp;
    }

    private void Write(in Vector3D v)
    {
        _cdr.F64(v.X);
        _cdr.F64(v.Y);
        _cdr.F64(v.Z);
    }

    private void Write(in Vector3D first, in Vector3D second)
    {
        Write(first);
        Write(second);
    }

    private void Write(in Pose pose)
    {
        Write(pose.Position);
        _cdr.F64(pose.Orientation.X);
        _cdr.F64(pose.Orientation.Y);
        _cdr.F64(pose.Orientation.Z);
        _cdr.F64(pose.Orientation.W);
    }

    private void Write(in CartesianStiffness s)
    {
        _cdr.F64(s.TranslationNM);
        _cdr.F64(s.RotationNmRad);
        _cdr.F64(s.DampingRatio);
    }

    private void Write(in Grip g)
    {
        _cdr.F64(g.WidthM);
        _cdr.F64(g.ForceN);
        _cdr.F64(g.SpeedMS);
    }

    private static Vector3D ReadVector(ref CdrReader cdr) => new(cdr.F64(), cdr.F64(), cdr.F64());
    private static Twist ReadTwist(ref CdrReader cdr) => new(ReadVector(ref cdr), ReadVector(ref cdr));
    private static Pose ReadPose(ref CdrReader cdr) => new(ReadVector(ref cdr), new(cdr.F64(), cdr.F64(), cdr.F64(), cdr.F64()));
    private static Grip ReadGrip(ref CdrReader cdr) => new(cdr.F64(), cdr.F64(), cdr.F64());
    private static CartesianStiffness ReadStiffness(ref CdrReader cdr) => new(cdr.F64(), cdr.F64(), cdr.F64());
}
