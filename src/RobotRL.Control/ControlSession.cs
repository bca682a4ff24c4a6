using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control;

/// <summary>
/// The commanding side of a control cycle: decisions, reset motion, signing on and off, stops. One thread uses it. It knows the cycle by its
/// port alone, which runs the ticks or waits for them. Whatever it asks for passes the same gate.
/// </summary>
public sealed class ControlSession
{
    /// <summary>
    /// The plan to a decision's target takes this many decision periods, and is made anew after each one: the arm then moves on from decision to
    /// decision. With 1 it would come to rest at every one, at four times the acceleration.
    /// </summary>
    private const int HorizonInDecisions = 2;

    /// <summary>
    /// How far a decision's end follows when its target moves by one: the quintic 10 s³ − 15 s⁴ + 6 s⁵ at s = ½. The plan is linear in its target,
    /// so this holds whatever the motion was at the start.
    /// </summary>
    private const double ShareAtDecisionEnd = 0.5;

    private readonly IControlPort _port;
    private readonly TaskDescription _task;
    private readonly ActionMapping _mapping;
    private readonly WrenchMapping _wrenches;
    private JointPositions _home;
    private readonly Leash _leash;
    private ControlRecord _latest;
    private ArmDecision _decision;
    private Pose _from, _startInBase = Pose.Identity;
    private CartesianStiffness _asked;
    private Wrench _askedWrench;
    private long _seen, _sequence;
    private long? _decisionEnd;

    /// <param name="port">The loop.</param>
    /// <param name="task">Action space and decision period.</param>
    public ControlSession(IControlPort port, TaskDescription task)
    {
        (_port, _task) = (port, task);
        (_mapping, _wrenches) = (new(task.Actions), new(task.Actions));
        _leash = Leash.Of(port.Description.Impedance);
        var period = port.Description.ControlPeriodNs;
        if (task.DecisionPeriodNs < period || task.DecisionPeriodNs % period != 0)
            throw new ArgumentException($"Decision period {task.DecisionPeriodNs} ns is not a multiple of the control period {period} ns.", nameof(task));
        TicksPerDecision = (int)(task.DecisionPeriodNs / period);
        Stiffness = CartesianStiffness.Of(port.Description.Impedance);
        Home = HomePose(port.Description, task.EndEffectorInFlange);
        for (var i = 0; i < port.Description.JointCount; i++) _home[i] = port.Description.HomeRad[i];
        // A commander before this one may have numbered targets already, and have something in the gripper.
        (_sequence, Grip) = (Latest.Target.Sequence, Latest.Target.Grip);
    }

    public int TicksPerDecision { get; }

    /// <summary>X_BE at the home posture.</summary>
    public Pose Home { get; }

    /// <summary>Stiffness asked for with every target, less what a decision takes off; the gate has the last word.</summary>
    public CartesianStiffness Stiffness { get; set; }

    /// <summary>
    /// Asked for with every target, from one to the next: neither a stop nor a reference that starts anew lets go. At power-up nothing: the gripper stays as
    /// it is until a decision moves it.
    /// </summary>
    public Grip Grip { get; set; }

    /// <summary>The same by its width, m, as firmly and as fast as configured.</summary>
    public double GripperWidthM
    {
        get => Grip.WidthM;
        set => Grip = _port.Description.Grip.At(value);
    }

    /// <summary>The newest tick.</summary>
    public ref readonly ControlRecord Latest
    {
        get
        {
            _port.Latest.TryRead(ref _latest, ref _seen);
            return ref _latest;
        }
    }

    /// <summary>
    /// Decisions that began more than half a period after the one before had ended: their grid was laid anew from there, so they are that much apart from it.
    /// Observing or deciding takes too long for the period.
    /// </summary>
    public long LateDecisions { get; private set; }

    /// <summary>The operator who last cleared a stop from here; null for nobody yet.</summary>
    public string? LastResetBy { get; private set; }

    /// <summary>Whether the robot is stopped for a cause that is an operator's to clear.</summary>
    public bool NeedsOperator => Latest.NeedsOperator;

    /// <summary>The ticks that the episode's beginning, the last decision and its executed action were read at: what they followed from is in those.</summary>
    public long EpisodeTick { get; private set; }
    public long DecisionTick { get; private set; }
    public long ExecutedTick { get; private set; }

    public bool IsStopped => Latest.Gate != GateState.Running;

    /// <summary>Lets so many control periods pass.</summary>
    public void Advance(int ticks)
    {
        _decisionEnd = null;
        _port.Advance(ticks);
    }

    /// <summary>A sign of life. Decisions and motions give one each; a live operator's device gives more.</summary>
    public void Beat(CommandingState state = CommandingState.Commanding) => _port.Heartbeats.Publish(new(Latest.Time, state));

    /// <summary>Nobody commands for a while: the reference stays where it is, and no beat or target is expected.</summary>
    public void SignOff() => Beat(CommandingState.SignedOff);

    /// <summary>Stops the robot at the next tick. From any thread; no decision that is made meanwhile can undo it, as a beat could.</summary>
    public void Stop(FaultCode cause = FaultCode.OperatorStop) => _port.RequestStop(cause);

    /// <summary>An episode begins where the arm is.</summary>
    /// <param name="nominalInBase">The pose that undriven axes keep meanwhile.</param>
    public void BeginEpisode(in Pose nominalInBase)
    {
        _mapping.BeginEpisode(nominalInBase);
        _startInBase = Latest.EndEffector.PoseInBase;
        EpisodeTick = _latest.Tick;
    }

    /// <summary>Proposes a decision. It takes effect with the next tick.</summary>
    /// <param name="policy">The policy's own proposal.</param>
    /// <param name="proposed">What the arbiter passed on.</param>
    /// <param name="source">Who proposed that.</param>
    public void BeginDecision(in ArmAction policy, in ArmAction proposed, ActionSource source)
    {
        Settle();
        // One tick for the whole decision: another loop's goes on meanwhile.
        ref readonly var now = ref Latest;
        _from = _leash.Hold(now.Reference.PoseInBase, now.EndEffector.PoseInBase);
        DecisionTick = now.Tick;
        _decision = new ArmDecision { Policy = policy, Proposed = proposed, Executed = proposed, Source = source };
        _decision.Limits = ActionRange.Clamp(ref _decision.Executed);
        if (_task.Actions.HasGripper && proposed.Gripper != GripperCommand.Stay)
            GripperWidthM = proposed.Gripper == GripperCommand.Open ? _port.Description.GripperMaxWidthM : 0;
        _asked = _mapping.StiffnessOf(_decision.Executed, Stiffness);
        _askedWrench = _wrenches.Of(_decision.Executed);
        Publish(_mapping.TargetOf(_decision.Executed, _from), HorizonInDecisions * _task.DecisionPeriodNs, _asked, source, _askedWrench);
    }

    /// <summary>
    /// After the decision period: what was executed. Where no limit altered the reference it is the proposal to the bit; otherwise it is the
    /// proposal less the way by which the gated reference falls short of the plan. Where stiffness, damping and a wrench are part of the action, they are
    /// executed as the gate had them at the period's end; where that is not what was asked for, the flags say so.
    /// </summary>
    public ArmDecision EndDecision()
    {
        ref readonly var now = ref Latest;
        ExecutedTick = now.Tick;
        var taken = now.Target.Sequence == _sequence;
        _decision.Limits |= taken ? now.LimitsSinceTarget : now.Limits | LimitFlags.Stopping;
        if ((_decision.Limits & ActionRange.AltersReference) != 0)
            _decision.Executed.Motion = _mapping.ActionOf(taken ? Effective(now) : now.Reference.PoseInBase, _from);
        if (_mapping.TrySetReached(ref _decision.Executed, now.Stiffness, _asked, Stiffness)) _decision.Limits |= LimitFlags.Stiffness;
        if (_wrenches.TrySetReached(ref _decision.Executed, now.FeedForwardInEndEffector, _askedWrench)) _decision.Limits |= LimitFlags.Wrench;
        if (!taken) _decision.Executed.Gripper = GripperCommand.Stay;
        return _decision;
    }

    /// <summary>One whole decision.</summary>
    public ArmDecision Decide(in ArmAction policy, in ArmAction proposed, ActionSource source)
    {
        BeginDecision(policy, proposed, source);
        AwaitDecisionEnd(ScheduleDecision());
        return EndDecision();
    }

    /// <summary>
    /// The tick at which the decision that has begun ends. In real time observing and deciding has taken ticks since the last one: it ends where it
    /// would have without.
    /// </summary>
    internal long ScheduleDecision()
    {
        var now = Latest.Tick;
        var isLate = _decisionEnd is { } due && now - due > TicksPerDecision / 2;
        if (isLate) LateDecisions++;
        return (isLate ? now : _decisionEnd ?? now) + TicksPerDecision;
    }

    /// <summary>Lets the ticks of a decision pass.</summary>
    internal void AwaitDecisionEnd(long end)
    {
        _port.Advance((int)(end - Latest.Tick));
        _decisionEnd = end;
    }

    /// <summary>
    /// Moves to a pose through the gate, at a share of the Cartesian limits, and waits until the arm has come to rest there.
    /// False on a stop, or when it has not arrived in time.
    /// </summary>
    /// <param name="poseInBase">X_BE to be at.</param>
    /// <param name="share">Of the Cartesian limits.</param>
    /// <param name="toleranceM">How near is there, m; an orientation in rad ten times as far.</param>
    /// <param name="timeoutS">Longest time, s.</param>
    /// <param name="homePosture">Whether the arm takes its home posture as far as the pose lets it, elbow and all.</param>
    public bool MoveTo(in Pose poseInBase, double share = 0.3, double toleranceM = 0.003, double timeoutS = 10, bool homePosture = false)
    {
        Settle();
        var ticks = TicksPerDecision;
        var startNs = Latest.Time.Ns;
        var dueNs = startNs + (long)(1e9 * DurationS(Latest.Reference.PoseInBase, poseInBase, share));
        var posture = Latest.PostureRad;
        while (Latest.Time.Ns - startNs < timeoutS * 1e9)
        {
            Publish(poseInBase, Math.Max(_task.DecisionPeriodNs, dueNs - Latest.Time.Ns), Stiffness, ActionSource.Reset, homePosture: homePosture);
            Advance(ticks);
            ref readonly var now = ref Latest;
            if (now.Gate != GateState.Running) return false;
            var before = posture;
            posture = now.PostureRad;
            if (now.Time.Ns < dueNs || (homePosture && Moved(before, posture))) continue;
            var (pose, twist) = now.EndEffector;
            if ((pose.Position - poseInBase.Position).Length <= toleranceM && twist.Linear.Length < 0.01 &&
                (poseInBase.Orientation * pose.Orientation.Inverse).ToVector().Length <= 10 * toleranceM) return true;
        }
        return false;
    }

    /// <summary>
    /// Clears a latched fault on behalf of a named operator, once the stop is complete. The beat that is left is a sign-off: commanding begins anew.
    /// False when the stop is still in progress or its cause lasts.
    /// </summary>
    public bool OperatorReset(string operatorId)
    {
        RequestReset(operatorId);
        Advance(2);
        return !IsStopped;
    }

    /// <summary>Asks for the same; it takes effect with the coming ticks.</summary>
    internal void RequestReset(string operatorId)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(operatorId);
        LastResetBy = operatorId;
        SignOff();
        _port.RequestReset();
    }

    /// <summary>
    /// Leads an arm that was stopped beyond a limit of position slowly back inside, on behalf of a named operator and only for as long as this is
    /// called again within the
    /// heartbeat's age. The fault stays until it is cleared. False where there is nothing to retreat from.
    /// </summary>
    public bool Retreat(string operatorId)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(operatorId);
        if (!IsStopped || !StopCategories.AllowsRetreat(Latest.Causes)) return false;
        LedBy = operatorId;
        Beat(CommandingState.Retreating);
        return true;
    }

    /// <summary>
    /// Lets a named operator lead the arm by hand, soft and within all limits, for as long as this is called again within the heartbeat's age; then
    /// sign off. False while the robot
    /// is stopped, and where it takes joint positions or velocities: such an arm holds on, and is led by hand by its own means alone.
    /// </summary>
    public bool Guide(string operatorId)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(operatorId);
        if (IsStopped || _port.Description.Command is CommandKind.JointPosition or CommandKind.JointVelocity) return false;
        LedBy = operatorId;
        Beat(CommandingState.Guiding);
        return true;
    }

    /// <summary>Who led the arm back or by hand last; null for nobody yet.</summary>
    public string? LedBy { get; private set; }

    /// <summary>
    /// Clears a latched fault without an operator, for whoever sets a simulated scene up anew. False, and nothing is cleared, where one of its causes
    /// is an operator's to clear,
    /// when the stop is still in progress, or its cause lasts.
    /// </summary>
    public bool AutomaticReset()
    {
        RequestAutomaticReset();
        Advance(2);
        return !IsStopped;
    }

    /// <summary>Asks for the same; it takes effect with the coming ticks.</summary>
    internal void RequestAutomaticReset()
    {
        SignOff();
        _port.RequestAutomaticReset();
    }

    /// <summary>
    /// After the arm was placed by other means (a simulation that starts an episode): signs off and lets the reference start anew from the measured pose.
    /// False while the reference still moves: let it come to rest before the arm is placed, or it pulls the arm back to where it was.
    /// </summary>
    public bool Rebase()
    {
        SignOff();
        Advance(1);
        var before = Latest.Rebases;
        _port.RequestRebase();
        Advance(1);
        return Latest.Rebases > before;
    }

    /// <summary>The target that an unlimited plan would have needed to come to where the gated reference is.</summary>
    private static Pose Effective(in ControlRecord now)
    {
        var (target, planned, reached) = (now.Target.PoseInBase, now.PlannedInBase, now.Reference.PoseInBase);
        var turn = (reached.Orientation * planned.Orientation.Inverse).ToVector() / ShareAtDecisionEnd;
        return new(target.Position + (reached.Position - planned.Position) / ShareAtDecisionEnd, Rotation.FromVector(turn) * target.Orientation);
    }

    /// <summary>Before the first tick nothing is known: run one.</summary>
    private void Settle()
    {
        if (Latest.Tick == 0) Advance(1);
    }

    /// <summary>Whether a posture is another one, by more than what is left of a motion that ends.</summary>
    private static bool Moved(in JointPositions before, in JointPositions after)
    {
        for (var i = 0; i < Joints.Max; i++)
            if (Math.Abs(after[i] - before[i]) > 1e-3) return true;
        return false;
    }

    private void Publish(in Pose pose, long dueInNs, in CartesianStiffness stiffness, ActionSource source, in Wrench feedForward = default,
        bool homePosture = false)
    {
        var now = _latest.Time.Plus(_port.Description.ControlPeriodNs);
        _port.Heartbeats.Publish(new(now, CommandingState.Commanding));
        _port.Targets.Publish(new(pose, now, now.Plus(dueInNs), stiffness, Grip, source, ++_sequence)
        {
            StartInBase = _startInBase,
            MovesPosture = homePosture,
            PostureRad = homePosture ? _home : default,
            FeedForwardInEndEffector = feedForward,
        });
    }

    private double DurationS(in Pose from, in Pose to, double share)
    {
        var limits = _port.Description.Limits;
        return Math.Max(
            ForWay((to.Position - from.Position).Length, limits.Translation),
            ForWay((to.Orientation * from.Orientation.Inverse).ToVector().Length, limits.Rotation));

        // Peaks of a quintic from rest to rest over a way h in time T: 1.875 h/T, 5.78 h/T², 60 h/T³.
        double ForWay(double h, MotionLimits m) => Math.Max(1.875 * h / (share * m.Velocity),
            Math.Max(Math.Sqrt(5.78 * h / (share * m.Acceleration)), Math.Cbrt(60 * h / (share * m.Jerk))));
    }

    private static Pose HomePose(RobotDescription robot, Pose endEffectorInFlange)
    {
        var arm = new ArmKinematics(robot, endEffectorInFlange);
        JointPositions q = default;
        for (var i = 0; i < robot.JointCount; i++) q[i] = robot.HomeRad[i];
        arm.Update(q);
        return arm.EndEffectorInBase;
    }
}
