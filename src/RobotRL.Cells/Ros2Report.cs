using RobotRL.Configuration;
using RobotRL.Control;
using RobotRL.Model;
using RobotRL.Robots.Ros2;
using RobotRL.Ros2.Nodes;
using RobotRL.Ros2.Transport;
using RobotRL.Safety;
using RobotRL.Sessions.Acting;
using RobotRL.Wire.DiagnosticMsgs;
using RobotRL.Wire.RclInterfaces;
using RobotRL.Wire.RobotrlMsgs;

namespace RobotRL.Cells;

/// <summary>
/// Tells others on a ROS 2 network what the gate does: each arm's newest decision on <c>/robotrl/gate</c>, how it is in words on <c>/diagnostics</c> once a
/// second, and lines for people on <c>/rosout</c>. Where services are carried, the configuration is the node's parameters, and the node's life is the gate's:
/// active while that runs. On a thread of its own, which nobody waits for.
/// </summary>
internal sealed class Ros2Report : IDisposable
{
    private const int PeriodMs = 20, DiagnosticsEvery = 50;

    private readonly string _node, _space;
    private readonly LatestCell<ControlRecord>[] _arms;
    private readonly IReadOnlyList<Ros2Robot> _robots;
    private readonly string[] _names;
    private readonly Publisher<GateDecision>? _decisions;
    private readonly Publisher<DiagnosticArray> _diagnostics;
    private readonly Publisher<Log> _lines;
    private readonly NodeParameters? _parameters;
    private readonly NodeLifecycle? _lifecycle;
    private readonly ManualResetEventSlim _ends = new();
    private readonly Thread _thread;
    private readonly GateDecision _decision = new();
    private readonly Log _line = new();
    private volatile bool _isRunning;

    /// <param name="robots">The arms; what they are reached by sends.</param>
    /// <param name="cycles">Of each arm.</param>
    /// <param name="configuration">What runs.</param>
    /// <param name="log">Takes a line for a person.</param>
    public Ros2Report(Ros2Robots robots, IReadOnlyList<ControlCycle> cycles, RunConfiguration configuration, Action<string> log)
    {
        var (node, task) = (robots.Node, configuration.Task);
        (_node, _robots, _arms) = (node.Transport.NodeName, robots.Arms, [.. cycles.Select(cycle => cycle.Latest)]);
        _space = configuration.Ros2!.Namespace;
        _names = task.Arms.Count == 0 ? [""] : [.. task.Arms.Select(arm => arm.Name)];
        try { _decisions = node.Publish<GateDecision>($"{_space}/robotrl/gate", Qos.Default); }
        catch (TransportException e) { log($"{_space}/robotrl/gate is not told: {e.Message}"); }
        if (node.Transport.Services is not null)
        {
            _parameters = new(node, configuration.Values, "Settings do not change while the robot runs: end the run and start it with --set.");
            _lifecycle = new(node, () => _isRunning, () => cycles[0].RequestStop(FaultCode.OperatorStop));
        }
        _diagnostics = node.Publish<DiagnosticArray>("/diagnostics", Qos.Default);
        _lines = node.Publish<Log>("/rosout", new(Reliability.Reliable, Durability.TransientLocal, 1000));
        _thread = new(Run) { Name = "ros2 report", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Sends a line for a person. From any thread.</summary>
    public void Tell(string text)
    {
        lock (_line)
        {
            (_line.Level, _line.Name, _line.Msg) = (Log.Info, _node.TrimStart('/').Replace('/', '.'), text);
            _line.Stamp.Ns = WallClock.NowNs;
            _lines.TrySend(_line);
        }
    }

    public void Dispose()
    {
        _ends.Set();
        _thread.Join();
        _parameters?.Dispose();
        _lifecycle?.Dispose();
        _decisions?.Dispose();
        _diagnostics.Dispose();
        _lines.Dispose();
        _ends.Dispose();
    }

    private void Run()
    {
        ControlRecord tick = default;
        var (seen, runs, told) = (new long[_arms.Length], new bool[_arms.Length], new DiagnosticArray());
        var cell = _space.Length == 0 ? "robotrl" : $"robotrl {_space}";
        foreach (var name in _names) told.Status.Add(new() { Name = $"{cell}: gate{(name.Length == 0 ? "" : " " + name)}", HardwareId = name });
        for (var round = 0; !_ends.Wait(PeriodMs); round++)
        {
            for (var arm = 0; arm < _arms.Length; arm++)
            {
                if (!_arms[arm].TryRead(ref tick, ref seen[arm])) continue;
                runs[arm] = tick.Gate == GateState.Running;
                Decide(tick, _names[arm]);
                if (round % DiagnosticsEvery == 0) Describe(tick, _robots[arm], told.Status[arm]);
            }
            _isRunning = Array.TrueForAll(runs, run => run);
            _lifecycle?.Look();
            if (round % DiagnosticsEvery != 0) continue;
            told.Header.Stamp.Ns = WallClock.NowNs;
            _diagnostics.TrySend(told);
        }
    }

    private void Decide(in ControlRecord tick, string arm)
    {
        if (_decisions is null) return;
        _decision.Header.Stamp.Ns = WallClock.NowNs;
        (_decision.Arm, _decision.Sequence, _decision.Limits) = (arm, (ulong)tick.Tick, (uint)tick.Limits);
        (_decision.Gate, _decision.Stop) = ((byte)tick.Gate, (byte)tick.Fault.Code);
        (_decision.Risk, _decision.Threshold) = (tick.Reflex.Estimate.Risk, tick.Reflex.RiskThreshold);
        _decisions.TrySend(_decision);
    }

    private static void Describe(in ControlRecord tick, Ros2Robot robot, DiagnosticStatus status)
    {
        var isStopped = tick.Gate != GateState.Running;
        status.Level = isStopped ? DiagnosticStatus.Error : DiagnosticStatus.Ok;
        status.Message = isStopped ? StopWords.Of(tick.Fault.Code) : "running";
        status.Values.Clear();
        void Value(string key, string value) => status.Values.Add(new() { Key = key, Value = value });
        Value("gate", $"{tick.Gate}");
        Value("causes", $"{tick.Causes}");
        Value("limits", $"{tick.Limits}");
        Value("needs_operator", tick.NeedsOperator ? "true" : "false");
        Value("state_age_ms", FormattableString.Invariant($"{tick.Time.Since(tick.Measured.CaptureTime) * 1e-6:F2}"));
        Value("missed_deadlines", $"{tick.Overruns}");
        Value("unusable_messages", $"{robot.Unusable}");
    }
}
