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
/// second, and lines for people on <c>/rosout</c>. On a thread of its own, which nobody waits for.
/// </summary>
internal sealed class Ros2Report : IDisposable
{
    private const int PeriodMs = 20, DiagnosticsEvery = 50;

    private readonly string _node, _space;
    private readonly LatestCell<ControlRecord>[] _arms;
    private readonly IReadOnlyList<Ros2Robot> _robots;
    private readonly string[] _names;
    private readonly Publisher<GateDecision> _decisions;
    private readonly Publisher<DiagnosticArray> _diagnostics;
    private readonly Publisher<Log> _lines;
    private readonly ManualResetEventSlim _ends = new();
    private readonly Thread _thread;
    private readonly GateDecision _decision = new();
    private readonly Log _line = new();

    /// <param name="robots">The arms; what they are reached by sends.</param>
    /// <param name="arms">Each arm's newest tick.</param>
    /// <param name="names">Of the arms; empty for one without a name.</param>
    /// <param name="space">Namespace of the cell; empty for none.</param>
    public Ros2Report(Ros2Robots robots, LatestCell<ControlRecord>[] arms, string[] names, string space)
    {
        var node = robots.Node;
        (_node, _robots, _arms, _names, _space) = (node.Transport.NodeName, robots.Arms, arms, names, space);
        _decisions = node.Publish<GateDecision>($"{space}/robotrl/gate", Qos.Default);
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
        _decisions.Dispose();
        _diagnostics.Dispose();
        _lines.Dispose();
        _ends.Dispose();
    }

    private void Run()
    {
        ControlRecord tick = default;
        var (seen, told) = (new long[_arms.Length], new DiagnosticArray());
        var cell = _space.Length == 0 ? "robotrl" : $"robotrl {_space}";
        foreach (var name in _names) told.Status.Add(new() { Name = $"{cell}: gate{(name.Length == 0 ? "" : " " + name)}", HardwareId = name });
        for (var round = 0; !_ends.Wait(PeriodMs); round++)
        {
            for (var arm = 0; arm < _arms.Length; arm++)
            {
                if (!_arms[arm].TryRead(ref tick, ref seen[arm])) continue;
                Decide(tick, _names[arm]);
                if (round % DiagnosticsEvery == 0) Describe(tick, _robots[arm], told.Status[arm]);
            }
            if (round % DiagnosticsEvery != 0) continue;
            told.Header.Stamp.Ns = WallClock.NowNs;
            _diagnostics.TrySend(told);
        }
    }

    private void Decide(in ControlRecord tick, string arm)
    {
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
