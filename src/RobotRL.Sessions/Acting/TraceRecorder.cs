using System.Runtime.InteropServices;
using RobotRL.Control;
using RobotRL.Model;
using RobotRL.Policy;
using RobotRL.Recording.Traces;
using RobotRL.Safety;
using RobotRL.Sensing;
using RobotRL.Teleop;

namespace RobotRL.Sessions.Acting;

/// <summary>
/// Copies out of the loop's ring what each decision's ticks were given and decided, on the actor's thread, and keeps the weights that acted. An episode's trace
/// begins with the tick in which the reference last started anew: of what was before, no more outlasts it than the tick before that says. A step ends with
/// the later of the tick that its last observation's state is of and the one its executed action was read at. Where the loop waits for nobody, its ticks go on
/// between observing, deciding and reading what was executed; which tick each of them saw is told.
/// <code>
/// ticks      ……┼───────────┼────────────┼──────────────────────┼────────────┼……
///          observed    decided on                          executed     observed
/// rows         0          lead                              executed       all
/// </code>
/// </summary>
public sealed class TraceRecorder
{
    private readonly ICell _cell;
    private readonly CellArm _arm;
    private readonly int _index;
    private readonly string _criticsKept;
    private readonly TraceMessages _messages;
    private readonly WeightVersions _versions;
    private readonly List<TracedCritic> _critics = [];
    private readonly List<TracedTarget> _targets = [];
    private ControlRecord _record;
    private ControlRecord? _before;
    private WeightSnapshot? _weights;
    private TracedPolicy _policy;
    private OperatorCommand _command;
    private DecisionAges? _ages;
    private long _next, _observed;
    private int _step, _offer;

    /// <param name="cell">Whose.</param>
    /// <param name="arm">Index of the arm whose loop it is.</param>
    /// <param name="versions">Folder for the sets of weights that acted.</param>
    /// <param name="critics">Folder for the critics that were asked.</param>
    public TraceRecorder(ICell cell, int arm, string versions, string critics)
    {
        (_cell, _arm, _index, _versions, _criticsKept) = (cell, cell.Arms[arm], arm, new(versions), critics);
        _messages = new(cell.Configuration.Task.Actions.WrenchAxes.Count > 0);
        Rehearse();
    }

    /// <summary>The arm stands at the episode's start pose.</summary>
    public void BeginEpisode()
    {
        (_step, _offer) = (0, 0);
        // The record of tick n has index n − 1.
        var first = _arm.Session.EpisodeTick - 1;
        var rebases = Read(first).Rebases;
        while (Read(first - 1).Rebases == rebases) first--;
        (_before, _next) = (_record, first);
    }

    /// <summary>A decision on the newest observation is about to be carried out.</summary>
    public void Deciding(PolicyInputs? policy, in OperatorCommand command)
    {
        if (policy is { } inputs && !ReferenceEquals(inputs.Weights, _weights)) _versions.Keep(_weights = inputs.Weights);
        var weights = policy?.Weights;
        // In virtual time the clock says nothing about a learner, and the same seed gives the same file.
        _ages = new(_cell.Ages.StateNs, _cell.Ages.ImagesNs, weights?.Version ?? -1, weights is not null && _cell.IsRealtime ? weights.AgeNs : 0);
        _policy = policy is { } p ? new(p.Weights.Sha256, p.Noise, p.Deterministic) : new("", default, false);
        (_command, _observed) = (command, _arm.ObservedTick);
    }

    /// <summary>The message of the decision that was carried out and whose outcome has been observed; valid until the next one.</summary>
    public ReadOnlyMemory<byte> Decided()
    {
        var (first, last) = (_next, Math.Max(_arm.ObservedTick, _arm.Session.ExecutedTick));
        int Rows(long tick) => (int)Math.Clamp(tick - first, 0, _arm.Ticks.Capacity);
        var words = new ulong[Rows(last) * TickColumns.Count];
        var others = new ulong[_cell.Arms.Count > 1 ? Rows(last) * DecisionTrace.OtherColumns : 0];
        _critics.Clear();
        _targets.Clear();
        if (_step == 0) TakeUp(_before!.Value.Reflex);
        for (var row = 0; row < Rows(last); row++)
        {
            ref readonly var r = ref Read(_next++);
            TickColumns.Write(r, words.AsSpan(row * TickColumns.Count));
            if (others.Length > 0)
            {
                var other = MemoryMarshal.Cast<OtherPosture, ulong>(new ReadOnlySpan<OtherPosture>(in r.Inputs.Other));
                other.CopyTo(others.AsSpan(row * DecisionTrace.OtherColumns));
            }
            if (r.Inputs.HasTarget) _targets.Add(new(row, r.Inputs.Target));
            TakeUp(r.Reflex);
        }
        var trace = new DecisionTrace
        {
            Step = _step,
            Arm = _index,
            Command = _command,
            Policy = _policy,
            Critics = _critics,
            Before = _step == 0 ? _before : null,
            Targets = _targets,
            StartRows = _step == 0 ? Rows(_arm.Session.EpisodeTick) : 0,
            ObservedRows = Rows(_observed),
            LeadRows = Rows(_arm.Session.DecisionTick),
            ExecutedRows = Rows(_arm.Session.ExecutedTick),
            NextRows = Rows(_arm.ObservedTick),
            Ages = _ages,
            Words = words,
            OtherWords = others,
        };
        _step++;
        return _messages.Write(trace).ToArray();
    }

    /// <summary>A first trace takes its compiler's time, which a loop that waits for nobody does not give: it is written here, of nothing.</summary>
    private void Rehearse()
    {
        const int rows = 100;
        var words = new ulong[rows * TickColumns.Count];
        for (var row = 0; row < rows; row++) TickColumns.Write(_record, words.AsSpan(row * TickColumns.Count));
        _messages.Write(new()
        {
            Step = 0,
            Command = OperatorCommand.Watching,
            Policy = new("", default, false),
            Critics = [new(0, "")],
            Before = _record,
            Targets = [new(0, default)],
            StartRows = 0,
            ObservedRows = 0,
            LeadRows = 0,
            ExecutedRows = rows,
            NextRows = rows,
            Ages = null,
            Words = words,
        });
    }

    private void TakeUp(in ReflexRecord reflex)
    {
        if (reflex.CriticOffer == _offer) return;
        _offer = reflex.CriticOffer;
        _critics.Add(new(_offer, _arm.FilesOf(reflex) is { } files ? files.Keep(_criticsKept) : ""));
    }

    /// <exception cref="SensorFaultException">What is to be recorded is gone: stop.</exception>
    private ref readonly ControlRecord Read(long index)
    {
        if (_arm.Ticks.TryRead(index, ref _record)) return ref _record;
        if (_arm.Ticks.Corrupt > 0)
            throw new SensorFaultException("the loop's records", FaultCode.ChannelCorrupt, _cell.Now,
                $"that of tick {index + 1} is not what the control process wrote: find out what writes to the memory shared with it, start it anew");
        throw new SensorFaultException("the loop's records", FaultCode.StorageFailure, _cell.Now,
            $"that of tick {index + 1} is gone: a decision and the way to its start pose took longer than the ring is");
    }
}
