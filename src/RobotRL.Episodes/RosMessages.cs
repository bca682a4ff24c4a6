using RobotRL.Mcap;
using RobotRL.Model;
using RobotRL.Wire;

namespace RobotRL.Episodes;

/// <summary>The ROS 2 messages of an episode: definitions, and conversion to and from the values of the model.</summary>
/// <param name="wallClockOffsetNs">Added to every <see cref="Stamp"/> of the session's monotonic clock: header stamps are nanoseconds since the epoch.</param>
/// <param name="arms">Names of the cell's arms; empty for a single one without a name.</param>
/// <param name="hasWrench">Whether decisions hold a wrench.</param>
internal sealed class RosMessages(long wallClockOffsetNs, IReadOnlyList<string> arms, bool hasWrench = false)
{
    public const string ProprioceptionTopic = "/observation/proprioception";
    public const string ImageTopicPrefix = "/observation/images/";
    public const string DecisionTopic = "/action";

    private const string Separator = "================================================================================\n";
    private const string Header = Separator + "MSG: std_msgs/Header\nbuiltin_interfaces/Time stamp\nstring frame_id\n"
        + Separator + "MSG: builtin_interfaces/Time\nint32 sec\nuint32 nanosec\n";

    public const string ImageType = "sensor_msgs/msg/Image";
    public const string ImageDefinition = "std_msgs/Header header\nuint32 height\nuint32 width\nstring encoding\nuint8 is_bigendian\n"
        + "uint32 step\nuint8[] data\n" + Header;

    public const string ProprioceptionType = "robotrl_msgs/msg/Proprioception";
    public const string ProprioceptionDefinition =
        "# Normalised. The episode's metadata name each value (observation); without them: pose relative to episode start (position 3, rotation vector 3),\n" +
        "# twist (linear 3, angular 3), force 3, torque 3, gripper width 1.\n" +
        "std_msgs/Header header\nfloat32[] values\n" + Header;

    public const string DecisionType = "robotrl_msgs/msg/Decision";
    private const string Wrenches =
        "# Wrench beside the spring, by arm, normalised: force 3, torque 3 in the end-effector frame.\nrobotrl_msgs/ArmWrench[] wrenches\n";
    private const string WrenchMessage =
        Separator + "MSG: robotrl_msgs/ArmWrench\nfloat32[6] policy\nfloat32[6] proposed\nfloat32[6] executed\n";

    /// <summary>Of a cell whose policy exerts wrenches, or of one whose does not: then nothing of them is in the file.</summary>
    public static string DefinitionOfDecision(bool hasWrench) =>
        hasWrench ? DecisionStart + Wrenches + DecisionParts + WrenchMessage + Header : DecisionStart + DecisionParts + Header;

    private const string DecisionStart =
        "# One decision on the observation of the same stamp, and what came of it. The executed action is what passed every limit.\n" +
        "uint8 SOURCE_POLICY=0\nuint8 SOURCE_HUMAN=1\nuint8 SOURCE_REFLEX=2\nuint8 SOURCE_RESET=3\n" +
        "std_msgs/Header header\nuint32 step\nuint8 source\nrobotrl_msgs/Action policy\nrobotrl_msgs/Action proposed\nrobotrl_msgs/Action executed\n" +
        "# Bits of the limits that were active.\nuint32 limits\nfloat32 reward\nbool terminated\nbool truncated\nint64 policy_version\n" +
        "# Stiffness and damping, normalised; 0 where the policy does not choose them. Files from before there was a choice end above.\n" +
        "float32[2] policy_impedance\nfloat32[2] proposed_impedance\nfloat32[2] executed_impedance\n" +
        "# Code of what stopped the robot, 0 for nothing; what the gripper was doing when the step began, 0 where nobody had told it. " +
        "Earlier files end above.\n" +
        "uint8 stop\nint8 grip\n" +
        "# Further arms of the cell: what above says of the first one, by arm. Files from before there was a second arm end above.\n" +
        "robotrl_msgs/ArmStep[] other_arms\n";

    private const string DecisionParts =
        Separator + "MSG: robotrl_msgs/ArmStep\nstring arm\nrobotrl_msgs/Action policy\nrobotrl_msgs/Action proposed\nrobotrl_msgs/Action executed\n" +
        "float32[2] policy_impedance\nfloat32[2] proposed_impedance\nfloat32[2] executed_impedance\nint8 grip\n" +
        Separator + "MSG: robotrl_msgs/Action\n# Normalised displacement in the end-effector frame: translation 3, rotation 3.\nfloat32[6] motion\n" +
        "# -1 close, 0 stay, 1 open\nint8 gripper\n";

    private const string Rgb = "rgb8", Gray = "mono8";

    private readonly CdrWriter _cdr = new();

    /// <summary>Nanoseconds since the epoch.</summary>
    public ulong Time(Stamp stamp) => checked((ulong)(stamp.Ns + wallClockOffsetNs));

    public ReadOnlySpan<byte> Write(PolicyImage image, string camera)
    {
        var cdr = Begin(image.CaptureTime, camera);
        cdr.U32((uint)image.Shape.Height);
        cdr.U32((uint)image.Shape.Width);
        cdr.Text(image.Shape.IsGray ? Gray : Rgb);
        cdr.U8(0);
        cdr.U32((uint)(image.Shape.Width * image.Shape.Channels));
        cdr.Bytes(image.Pixels);
        return cdr.Written;
    }

    public PolicyImage ReadImage(McapMessage message)
    {
        var cdr = new CdrReader(message.Data.Span);
        var (stamp, _) = ReadHeader(ref cdr);
        var (height, width, encoding, _, step) = (cdr.U32(), cdr.U32(), cdr.Text(), cdr.U8(), cdr.U32());
        var data = cdr.Bytes();
        var channels = encoding switch { Rgb => ImageShape.Rgb, Gray => ImageShape.Gray, _ => 0 };
        if (channels == 0 || step != (ulong)width * (uint)channels || (ulong)data.Length != (ulong)step * height)
            throw new InvalidDataException($"{message.Channel.Topic} holds a {width}×{height} {encoding} image of {data.Length} bytes "
                + $"where an {Rgb} or {Gray} one without gaps belongs.");
        return new PolicyImage(stamp, new((int)width, (int)height, channels), data.ToArray());
    }

    public ReadOnlySpan<byte> WriteProprioception(Observation observation)
    {
        var cdr = Begin(observation.Time, "end_effector");
        cdr.F32Sequence(observation.Proprioception);
        return cdr.Written;
    }

    public (Stamp Time, float[] Values) ReadProprioception(McapMessage message)
    {
        var cdr = new CdrReader(message.Data.Span);
        return (ReadHeader(ref cdr).Stamp, cdr.F32Sequence());
    }

    public ReadOnlySpan<byte> Write(Decision decision)
    {
        var cdr = Begin(decision.Time, "end_effector");
        cdr.U32((uint)decision.Step);
        cdr.U8((byte)decision.Action.Source);
        WriteMotions(cdr, decision.Action, arm: 0);
        cdr.U32((uint)decision.Action.Limits);
        cdr.F32(decision.Reward);
        cdr.Bool(decision.Terminated);
        cdr.Bool(decision.Truncated);
        cdr.I64(decision.PolicyVersion);
        WriteImpedances(cdr, decision.Action, arm: 0);
        cdr.U8((byte)decision.Stop);
        cdr.I8((sbyte)decision.Grips[0]);
        cdr.U32((uint)Math.Max(0, arms.Count - 1));
        for (var arm = 1; arm < arms.Count; arm++)
        {
            cdr.Text(arms[arm]);
            WriteMotions(cdr, decision.Action, arm);
            WriteImpedances(cdr, decision.Action, arm);
            cdr.I8((sbyte)decision.Grips[arm]);
        }
        if (hasWrench) WriteWrenches(cdr, decision.Action, Math.Max(1, arms.Count));
        return cdr.Written;
    }

    public Decision ReadDecision(McapMessage message)
    {
        var cdr = new CdrReader(message.Data.Span);
        var time = ReadHeader(ref cdr).Stamp;
        var step = (int)cdr.U32();
        var action = new ExecutedAction { Source = (ActionSource)cdr.U8() };
        ReadMotions(ref cdr, ref action, arm: 0);
        action.Limits = (LimitFlags)cdr.U32();
        var (reward, terminated, truncated, version) = (cdr.F32(), cdr.Bool(), cdr.Bool(), cdr.I64());
        if (cdr.HasMore) ReadImpedances(ref cdr, ref action, arm: 0);
        Grips grips = default;
        var stop = FaultCode.None;
        if (cdr.HasMore) (stop, grips[0]) = ((FaultCode)cdr.U8(), (GripperCommand)cdr.I8());
        if (cdr.HasMore) ReadOthers(ref cdr, ref action, ref grips);
        if (cdr.HasMore) ReadWrenches(ref cdr, ref action);
        if (!Enum.IsDefined(stop))
            throw new InvalidDataException($"Step {step} was stopped by cause {(byte)stop}, which this version does not know: a later one recorded it.");
        return new Decision(
            Time: time, Step: step, Action: action, Reward: reward, Terminated: terminated, Truncated: truncated, PolicyVersion: version,
            Stop: stop, Grips: grips);
    }

    private CdrWriter Begin(Stamp stamp, string frame)
    {
        var (seconds, nanoseconds) = Math.DivRem(Time(stamp), 1_000_000_000UL);
        var cdr = _cdr.Begin();
        cdr.I32(checked((int)seconds));
        cdr.U32((uint)nanoseconds);
        cdr.Text(frame);
        return cdr;
    }

    private (Stamp Stamp, string Frame) ReadHeader(ref CdrReader cdr) =>
        (new Stamp(cdr.I32() * 1_000_000_000L + cdr.U32() - wallClockOffsetNs), cdr.Text());

    private static void Write(CdrWriter cdr, in ArmAction action)
    {
        cdr.F32Array(action.Motion);
        cdr.I8((sbyte)action.Gripper);
    }

    private static void WriteMotions(CdrWriter cdr, in ExecutedAction action, int arm)
    {
        Write(cdr, action.Policy[arm]);
        Write(cdr, action.Proposed[arm]);
        Write(cdr, action.Executed[arm]);
    }

    private static void WriteImpedances(CdrWriter cdr, in ExecutedAction action, int arm)
    {
        WriteImpedance(cdr, action.Policy[arm]);
        WriteImpedance(cdr, action.Proposed[arm]);
        WriteImpedance(cdr, action.Executed[arm]);
    }

    private static void ReadMotions(ref CdrReader cdr, ref ExecutedAction action, int arm) =>
        (action.Policy[arm], action.Proposed[arm], action.Executed[arm]) = (ReadAction(ref cdr), ReadAction(ref cdr), ReadAction(ref cdr));

    private static void ReadImpedances(ref CdrReader cdr, ref ExecutedAction action, int arm)
    {
        ReadImpedance(ref cdr, ref action.Policy[arm]);
        ReadImpedance(ref cdr, ref action.Proposed[arm]);
        ReadImpedance(ref cdr, ref action.Executed[arm]);
    }

    private static void ReadOthers(ref CdrReader cdr, ref ExecutedAction action, ref Grips grips)
    {
        var count = cdr.U32();
        if (count >= PolicyAction.MostArms)
            throw new InvalidDataException($"A step of {count + 1} arms was recorded; this version knows {PolicyAction.MostArms}.");
        for (var arm = 1; arm <= count; arm++)
        {
            _ = cdr.Text();
            ReadMotions(ref cdr, ref action, arm);
            ReadImpedances(ref cdr, ref action, arm);
            grips[arm] = (GripperCommand)cdr.I8();
        }
    }

    private static void WriteWrenches(CdrWriter cdr, in ExecutedAction action, int count)
    {
        cdr.U32((uint)count);
        for (var arm = 0; arm < count; arm++)
        {
            cdr.F32Array(action.Policy[arm].Wrench);
            cdr.F32Array(action.Proposed[arm].Wrench);
            cdr.F32Array(action.Executed[arm].Wrench);
        }
    }

    private static void ReadWrenches(ref CdrReader cdr, ref ExecutedAction action)
    {
        var count = cdr.U32();
        if (count > PolicyAction.MostArms)
            throw new InvalidDataException($"A step holds wrenches of {count} arms; this version knows {PolicyAction.MostArms}.");
        for (var arm = 0; arm < count; arm++)
        {
            cdr.F32Array(action.Policy[arm].Wrench);
            cdr.F32Array(action.Proposed[arm].Wrench);
            cdr.F32Array(action.Executed[arm].Wrench);
        }
    }

    private static void WriteImpedance(CdrWriter cdr, in ArmAction action)
    {
        cdr.F32(action.Stiffness);
        cdr.F32(action.Damping);
    }

    private static void ReadImpedance(ref CdrReader cdr, ref ArmAction action) => (action.Stiffness, action.Damping) = (cdr.F32(), cdr.F32());

    private static ArmAction ReadAction(ref CdrReader cdr)
    {
        var action = new ArmAction();
        cdr.F32Array(action.Motion);
        action.Gripper = (GripperCommand)cdr.I8();
        return action;
    }
}

/// <summary>A step as it is written beside its observations.</summary>
public readonly record struct Decision(Stamp Time, int Step, ExecutedAction Action, float Reward, bool Terminated, bool Truncated, long PolicyVersion,
    FaultCode Stop = FaultCode.None, Grips Grips = default);
