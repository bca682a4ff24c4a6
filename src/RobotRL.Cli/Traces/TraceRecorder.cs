using RobotRL.Cli.Actor;
using RobotRL.Cli.Composition;
using RobotRL.Control;
using RobotRL.Policy;
using RobotRL.Teleop;

namespace RobotRL.Cli.Traces;

/// <summary>
/// Copies out of the loop's ring what each decision's ticks were given and decided, in virtual time on the thread that runs them, and keeps the weights that acted. An episode's trace
/// begins with the tick in which the reference last started anew: of what was before, no more outlasts it than the tick before that says.
/// </summary>
/// <param name="ring">The loop's records.</param>
/// <param name="safety">Whose critics the loop asks.</param>
/// <param name="versions">Folder for the sets of weights that acted.</param>
/// <param name="critics">Folder for the critics that were asked.</param>
internal sealed class TraceRecorder(ControlRing ring, SafetyLayer safety, string versions, string critics)
{
    private readonly TraceMessages _messages = new();
    private readonly WeightVersions _versions = new(versions);
    private readonly List<TracedCritic> _critics = [];
    private readonly List<TracedTarget> _targets = [];
    private ControlRecord _record;
    private ControlRecord? _before;
    private WeightSnapshot? _weights;
    private TracedPolicy _policy;
    private OperatorCommand _command;
    private long _next, _decision;
    private int _step, _offer;

    /// <summary>The arm stands at the episode's start pose.</summary>
    public void BeginEpisode()
    {
        (_step, _offer) = (0, 0);
        var rebases = ring[0].Rebases;
        var first = ring.Written - 1;
        while (Read(first - 1).Rebases == rebases) first--;
        (_before, _next) = (_record, first);
    }

    /// <summary>A decision is about to be carried out.</summary>
    public void Deciding(PolicyInputs? policy, in OperatorCommand command)
    {
        if (policy is { } inputs && !ReferenceEquals(inputs.Weights, _weights)) _versions.Keep(_weights = inputs.Weights);
        (_policy, _command, _decision) = (policy is { } p ? new(p.Weights.Sha256, p.Noise, p.Deterministic) : new("", default, false), command, ring.Written);
    }

    /// <summary>The message of the decision that was carried out; valid until the next one.</summary>
    public ReadOnlySpan<byte> Decided()
    {
        var (first, rows) = (_next, (int)(ring.Written - _next));
        var words = new ulong[rows * TickColumns.Count];
        _critics.Clear();
        _targets.Clear();
        if (_step == 0) TakeUp(_before!.Value.Reflex.CriticOffer);
        for (var row = 0; row < rows; row++)
        {
            ref readonly var r = ref Read(_next++);
            TickColumns.Write(r, words.AsSpan(row * TickColumns.Count));
            if (r.Inputs.HasTarget) _targets.Add(new(row, r.Inputs.Target));
            TakeUp(r.Reflex.CriticOffer);
        }
        var trace = new DecisionTrace
        {
            Step = _step,
            Command = _command,
            Policy = _policy,
            Critics = _critics,
            Before = _step == 0 ? _before : null,
            Targets = _targets,
            LeadRows = (int)(_decision - first),
            Words = words,
        };
        _step++;
        return _messages.Write(trace);
    }

    private void TakeUp(int offer)
    {
        if (offer == _offer) return;
        _offer = offer;
        _critics.Add(new(offer, safety.FilesOf(offer) is { } files ? files.Keep(critics) : ""));
    }

    private ref readonly ControlRecord Read(long index)
    {
        if (!ring.TryRead(index, ref _record)) throw new InvalidOperationException($"The loop's record of tick {index} is gone: a decision and the way to its start pose took longer than the ring is.");
        return ref _record;
    }
}
