using RobotRL.Control;
using RobotRL.Model;
using RobotRL.Ros2.Nodes;
using RobotRL.Ros2.Transport;
using RobotRL.Safety;
using RobotRL.Sensing;
using RobotRL.Wire.GeometryMsgs;
using RobotRL.Wire.SensorMsgs;
using RobotRL.Wire.StdMsgs;
using Pose = RobotRL.Model.Pose;

namespace RobotRL.Robots.Ros2;

/// <summary>
/// An arm behind ROS 2. Its states arrive on the transport's thread and wait in a latest-value cell; commands leave on the loop's. Where a command removes
/// power nothing is sent, or what its controller takes for a stop: see the profile.
/// </summary>
public sealed class Ros2Robot : IRobot
{
    private const int GripEvery = 100;
    private const long ReadyWithinNs = 1_000_000_000;

    private readonly Ros2Node _node;
    private readonly Ros2Parameters _ros2;
    private readonly CommandSender _sender;
    private readonly StateAssembler _states;
    private readonly ConnectionWatch _watch;
    private readonly Publisher<Float64MultiArray>? _gripper;
    private readonly Float64MultiArray _grip = new();
    private readonly List<ITopicReader> _topics = [];
    private RobotState _state;
    private Grip _lastGrip;
    private long _seen;
    private int _sinceGrip;

    /// <param name="node">Lives as long as this.</param>
    /// <param name="robot">What it is, and within which limits.</param>
    /// <param name="ros2">How it is reached.</param>
    /// <param name="arm">Which arm of the cell.</param>
    /// <param name="endEffectorInFlange">X_FE.</param>
    /// <exception cref="TransportException">It does not speak within the time that it is given, or nobody takes its commands.</exception>
    public Ros2Robot(Ros2Node node, RobotDescription robot, Ros2Parameters ros2, int arm, Pose endEffectorInFlange)
    {
        (_node, _ros2, Description, Parameters) = (node, ros2, robot, ros2.Arms[arm]);
        var patience = TimeSpan.FromTicks(ros2.PatienceNs / TimeSpan.NanosecondsPerTick);
        if (Parameters.Controller is { } controller) new ControllerSetup(node, robot, patience).Run(controller);
        _states = new(robot, Parameters, endEffectorInFlange);
        _sender = CommandSender.Of(node, robot, Parameters, endEffectorInFlange);
        for (var i = 0; i < 3; i++) _grip.Data.Add(0);
        if (Parameters.GripperCommandTopic is { } gripper) _gripper = node.Publish<Float64MultiArray>(gripper, Qos.Default);
        _topics.Add(node.Subscribe<JointState>(Parameters.JointStates.Name, QosOf(Parameters.JointStates), _states.Take));
        if (Parameters.Wrench is { } wrench) _topics.Add(node.Subscribe<WrenchStamped>(wrench.Topic.Name, QosOf(wrench.Topic), _states.Take));
        var gains = Parameters.Controller is { } set ? ControllerSetup.Gains(set, robot.Limits.Stiffness).ToDictionary(one => one.Name, one => one.Value) : [];
        _watch = new(node, Parameters, _states, gains);
        try
        {
            Await(ros2.PatienceNs);
            if (Parameters.Controller?.Pose is { } pose) PoseCheck.Run(node, pose, robot, endEffectorInFlange, _states, patience);
        }
        catch
        {
            Dispose();
            throw;
        }
        _watch.Begin();
    }

    public RobotDescription Description { get; }

    /// <summary>How it is reached.</summary>
    public Ros2ArmParameters Parameters { get; }

    /// <summary>What the force sensor felt at rest beside the tool's weight; null where it needs no taring.</summary>
    public Model.Wrench? SensorBias => _states.Bias;

    /// <summary>Messages of the robot that could not be used: damaged, or without a joint or a value.</summary>
    public long Unusable
    {
        get
        {
            var sum = _states.Unusable;
            foreach (var topic in _topics) sum += topic.Malformed;
            return sum;
        }
    }

    /// <inheritdoc/>
    public FaultSet Troubles => _watch.Take();

    /// <summary>What is asked of a topic that is listened to. Deep, since a stall must not lose the newest.</summary>
    public static Qos QosOf(Ros2Topic topic) => new(topic.IsReliable ? Reliability.Reliable : Reliability.BestEffort, Durability.Volatile, 100);

    public bool TryRead(ref RobotState state)
    {
        if (!_states.Latest.TryRead(ref _state, ref _seen)) return false;
        state = _state;
        return true;
    }

    public void Write(in SafeCommand command)
    {
        if (!command.IsSealed)
        {
            _sender.SendStop(_state, removePower: true);
            throw new UnsealedCommandException();
        }
        if (command.Kind != Description.Command)
        {
            _sender.SendStop(_state, removePower: true);
            throw new ForeignCommandException(Description.Command, command.Kind);
        }
        if (command.HasSetPoint && !command.RemovePower) _sender.Send(command);
        else _sender.SendStop(_state, command.RemovePower);
        Send(command.Grip);
    }

    public void Dispose()
    {
        _watch?.Dispose();
        foreach (var topic in _topics) topic.Dispose();
        _gripper?.Dispose();
        _sender.Dispose();
    }

    private void Send(in Grip grip)
    {
        if (_gripper is null || !grip.IsAsked || (grip == _lastGrip && ++_sinceGrip < GripEvery)) return;
        (_lastGrip, _sinceGrip) = (grip, 0);
        (_grip.Data[0], _grip.Data[1], _grip.Data[2]) = (grip.WidthM, grip.ForceN, grip.SpeedMS);
        _gripper.TrySend(_grip);
    }

    private void Await(long patienceNs)
    {
        var since = SessionClock.MachineNs;
        RobotState first = default;
        var seen = 0L;
        StartWords words = new(_node.Transport, _ros2, Description, Parameters);
        while (!_states.Latest.TryRead(ref first, ref seen) || _sender.Listeners == 0)
        {
            if (SessionClock.MachineNs - since > patienceNs) throw new TransportException(words.Silence(_states, hasState: seen > 0, Unusable));
            Thread.Sleep(5);
        }
        if (words.Amiss(_states) is { } amiss) throw new TransportException(amiss);
        // What is kept for late comers comes a moment later. A robot that is not ready then is said to be so by the loop.
        for (since = SessionClock.MachineNs; !_watch.IsReady && SessionClock.MachineNs - since < Math.Min(patienceNs, ReadyWithinNs); Thread.Sleep(5)) { }
        _watch.Take();
    }
}
