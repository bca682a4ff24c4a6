using RobotRL.Model;
using RobotRL.Ros2.Nodes;
using RobotRL.Ros2.Transport;
using RobotRL.Wire.RclInterfaces;
using RobotRL.Wire.StdMsgs;
using RobotRL.Wire.UrDashboardMsgs;

namespace RobotRL.Robots.Ros2;

/// <summary>
/// What is wrong with the robot or the connection to it, beside its states: it says that it is not ready, it went and came back, its clock was set, or somebody
/// else commands it. Each cause stops the robot; one that lasts stops it again after each reset.
/// </summary>
internal sealed class ConnectionWatch : IDisposable
{
    private const int Ready = 7;
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(50);

    private readonly Ros2Node _node;
    private readonly Ros2ArmParameters _arm;
    private readonly StateAssembler _states;
    private readonly List<IDisposable> _topics = [];
    private readonly Timer _timer;
    private ulong _speaker;
    private long _jumps, _changes = -1;
    private int _said = -1;
    private ulong _lasting = FaultSet.Of(FaultCode.RobotNotReady).Bits, _once;
    private bool _isRunning, _isMode, _isSafe;

    /// <param name="node">Listens.</param>
    /// <param name="arm">How the robot is reached.</param>
    /// <param name="states">Its states.</param>
    /// <param name="gains">Of its controller, as they were set; empty where they were not.</param>
    public ConnectionWatch(Ros2Node node, Ros2ArmParameters arm, StateAssembler states, IReadOnlyDictionary<string, double> gains)
    {
        (_node, _arm, _states) = (node, arm, states);
        (_isRunning, _isMode, _isSafe) = (arm.ProgramRunningTopic is null, arm.RobotModeTopic is null, arm.SafetyModeTopic is null);
        if (arm.ProgramRunningTopic is { } program)
            _topics.Add(node.Subscribe<Bool>(program, Qos.Latched, (told, _) => Tell(ref _isRunning, told.Data)));
        if (arm.RobotModeTopic is { } mode)
            _topics.Add(node.Subscribe<RobotMode>(mode, Qos.Latched, (told, _) => Tell(ref _isMode, told.Mode == RobotMode.Running)));
        if (arm.SafetyModeTopic is { } safety)
            _topics.Add(node.Subscribe<SafetyMode>(safety, Qos.Latched, (told, _) => Tell(ref _isSafe, told.Mode is SafetyMode.Normal or SafetyMode.Reduced)));
        if (arm.Controller?.Node is { } controller)
            _topics.Add(node.Subscribe<ParameterEvent>("/parameter_events", Qos.Default with { Depth = 1000 }, (told, _) =>
            {
                if (told.Node == controller && told.ChangedParameters.Exists(one => gains.TryGetValue(one.Name, out var set) && one.Value.DoubleValue != set))
                    Once(FaultCode.RobotNotReady);
            }));
        _timer = new(_ => Look(), null, TimeSpan.Zero, Period);
    }

    /// <summary>What is wrong now, and what was since the last look. From the loop.</summary>
    public FaultSet Take() => new(Volatile.Read(ref _lasting) | Interlocked.Exchange(ref _once, 0));

    /// <summary>Whether all that the robot tells of itself says that it follows commands.</summary>
    public bool IsReady => (Volatile.Read(ref _lasting) & Bit(FaultCode.RobotNotReady)) == 0;

    /// <summary>The robot is known from now on: another one in its place is told.</summary>
    public void Begin() => Look();

    public void Dispose()
    {
        using (WaitHandle stopped = new ManualResetEvent(false))
            if (_timer.Dispose(stopped)) stopped.WaitOne();
        foreach (var topic in _topics) topic.Dispose();
    }

    private void Tell(ref bool what, bool value)
    {
        Volatile.Write(ref what, value);
        Look();
    }

    private void Look()
    {
        lock (_topics)
        {
            if (_states.ClockJumps is var jumps && jumps != _jumps) Once(FaultCode.ClockForward);
            _jumps = jumps;
            // Looking costs memory, and memory costs the loop a collection.
            var said = (Volatile.Read(ref _isRunning) ? 1 : 0) + (Volatile.Read(ref _isMode) ? 2 : 0) + (Volatile.Read(ref _isSafe) ? 4 : 0);
            if (_node.Transport.Changes is var changes && changes == _changes && said == _said) return;
            (_changes, _said) = (changes, said);
            var ends = _node.Transport.Ends();
            ulong lasting = 0;
            if (said != Ready) lasting |= Bit(FaultCode.RobotNotReady);
            var speakers = ends.Where(end => end.IsWriter && !end.IsOwn && end.Topic == _arm.JointStates.Name).ToList();
            var isWrenchShared = _arm.Wrench is { } wrench && ends.Count(end => end.IsWriter && !end.IsOwn && end.Topic == wrench.Topic.Name) > 1;
            var isCommanded = ends.Any(end => end.IsWriter && !end.IsOwn && IsCommand(end.Topic));
            if (speakers.Count > 1 || isWrenchShared || isCommanded) lasting |= Bit(FaultCode.ForeignCommander);
            Volatile.Write(ref _lasting, lasting);
            if (speakers.Count == 1 && speakers[0].Id != _speaker)
            {
                // Whoever it is now, it may stand elsewhere than the one before.
                if (_speaker != 0) Once(FaultCode.RobotNotReady);
                _speaker = speakers[0].Id;
            }
        }
    }

    private bool IsCommand(string topic) => topic == _arm.CommandTopic || topic == _arm.WrenchCommandTopic || topic == _arm.GripperCommandTopic;

    private void Once(FaultCode code) => Interlocked.Or(ref _once, Bit(code));

    private static ulong Bit(FaultCode code) => FaultSet.Of(code).Bits;
}
