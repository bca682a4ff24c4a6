using System.Text.Json.Serialization;
using RobotRL.Episodes;
using RobotRL.Model;
using RobotRL.Recording.Traces;
using RobotRL.Safety;

namespace RobotRL.Sessions.Replaying;

/// <summary>What gate and reflex did in one decision.</summary>
/// <param name="Reflexes">That began in it.</param>
/// <param name="Reason">Of the first of them.</param>
/// <param name="Risk">At that moment; without a reflex the largest asked for, not a number where nobody asked.</param>
/// <param name="Margin">Predicted constraint margin, likewise.</param>
/// <param name="Limits">That acted.</param>
/// <param name="Fault">Latched at its end.</param>
public sealed record GateOutcome(
    int Reflexes,
    [property: JsonConverter(typeof(JsonStringEnumConverter<ReflexReason>))] ReflexReason Reason,
    double? Risk, double? RiskThreshold, double? Margin, double? MarginThreshold,
    [property: JsonConverter(typeof(JsonStringEnumConverter<LimitFlags>))] LimitFlags Limits,
    [property: JsonConverter(typeof(JsonStringEnumConverter<FaultCode>))] FaultCode Fault)
{
    public bool IsSame(GateOutcome other) => (Reflexes, Limits, Fault) == (other.Reflexes, other.Limits, other.Fault);
}

/// <summary>A decision that would have changed.</summary>
/// <param name="OpenLoop">An earlier decision of the episode would have changed already, so that the arm would not have been where it was recorded.</param>
public sealed record ChangedDecision(int Episode, int Step, bool OpenLoop, IReadOnlyList<string> What, GateOutcome Recorded, GateOutcome Counterfactual);

/// <summary>What other limits would have done: the object that <c>replay --set … --json</c> prints.</summary>
/// <param name="Changed">Decisions in which reflexes, limits or stops would have been others.</param>
/// <param name="EpisodesChanged">Episodes with such a decision. Of each only the first is what would have happened; the rest is open loop.</param>
/// <param name="CommandsChanged">Decisions with a sealed command that would have been another, to the bit.</param>
public sealed record CounterfactualResult(
    int Episodes, int Decisions, int Changed, int EpisodesChanged, int CommandsChanged,
    int ReflexesRecorded, int ReflexesCounterfactual, int StopsRecorded, int StopsCounterfactual,
    ChangedDecision? FirstChanged, IReadOnlyList<ChangedDecision> Changes,
    IReadOnlyList<int> NotReplayable, IReadOnlyList<int> Failed, IReadOnlyDictionary<string, string> Set);

/// <summary>
/// Runs the control loop twice on what was recorded: within the limits and thresholds that were in force, and within others. The loop alone: whoever
/// proposed would have proposed something
/// else once the arm had gone elsewhere, and nothing here knows where it would have gone.
/// </summary>
public sealed class Counterfactual(Func<RecordedPipeline> recorded, Func<RecordedPipeline> other)
{
    private readonly List<ChangedDecision> _changes = [];
    private int _episodes, _decisions, _commandsChanged, _episodesChanged, _reflexes, _otherReflexes, _stops, _otherStops;

    public CounterfactualResult Result(IReadOnlyList<int> notReplayable, IReadOnlyList<int> failed, IReadOnlyDictionary<string, string> set) => new(
        _episodes, _decisions, _changes.Count, _episodesChanged, _commandsChanged,
        _reflexes, _otherReflexes, _stops, _otherStops,
        _changes.FirstOrDefault(), _changes, notReplayable, failed, set);

    /// <summary>One episode; gives what would have changed in it.</summary>
    public IReadOnlyList<ChangedDecision> Run(RecordedEpisode episode)
    {
        using var factual = recorded();
        using var counter = other();
        Watch[] was = [.. factual.Loops.Select(loop => new Watch(loop))], would = [.. counter.Loops.Select(loop => new Watch(loop))];
        var before = _changes.Count;
        foreach (var traces in episode.Traces)
        {
            var changed = false;
            foreach (var (arm, trace) in traces.Index())
            {
                var (a, b) = (was[arm].Decide(trace), would[arm].Decide(trace));
                changed |= !was[arm].Commands.SequenceEqual(would[arm].Commands);
                _reflexes += a.Reflexes;
                _otherReflexes += b.Reflexes;
                if (!a.IsSame(b)) _changes.Add(new(episode.Index, trace.Step, OpenLoop: _changes.Count > before, Words(a, b), a, b));
            }
            if (changed) _commandsChanged++;
            _decisions++;
        }
        if (factual.Loops.Any(loop => loop.Record.Gate != GateState.Running)) _stops++;
        if (counter.Loops.Any(loop => loop.Record.Gate != GateState.Running)) _otherStops++;
        _episodes++;
        if (_changes.Count > before) _episodesChanged++;
        return _changes[before..];
    }

    private static List<string> Words(GateOutcome was, GateOutcome would)
    {
        List<string> words = [];
        if (would.Reflexes > was.Reflexes) words.Add($"a reflex would have begun ({would.Reason}, {Estimate(would)})");
        if (would.Reflexes < was.Reflexes)
        {
            var thresholds = would.RiskThreshold is { } e
                ? FormattableString.Invariant($"; thresholds would be {e:0.###} and {would.MarginThreshold:0.###}")
                : "";
            words.Add($"no reflex would have begun (was {was.Reason}, {Estimate(was)}{thresholds})");
        }
        if ((would.Limits & ~was.Limits) is var more and not LimitFlags.None) words.Add($"would have been limited by {more}");
        if ((was.Limits & ~would.Limits) is var less and not LimitFlags.None) words.Add($"would not have been limited by {less}");
        if (would.Fault != was.Fault)
            words.Add(would.Fault == FaultCode.None ? $"would not have stopped ({was.Fault})" : $"would have stopped ({would.Fault})");
        return words;
    }

    private static string Estimate(GateOutcome o) => FormattableString.Invariant(
        $"risk {o.Risk:0.###} against {o.RiskThreshold:0.###}, margin {o.Margin:0.###} against {o.MarginThreshold:0.###}");

    /// <summary>Sums a loop's ticks up, decision by decision.</summary>
    private sealed class Watch
    {
        private readonly RecordedLoop _loop;
        private int _reflexesBefore = -1, _seen;
        private LimitFlags _limits;
        private (ReflexReason Reason, RiskEstimate Estimate)? _reflex;
        private RiskEstimate _largest;

        public Watch(RecordedLoop loop)
        {
            _loop = loop;
            loop.Ticked = (_, row) => See(row);
        }

        /// <summary>The words of the sealed commands.</summary>
        public List<ulong> Commands { get; } = [];

        public GateOutcome Decide(DecisionTrace trace)
        {
            Commands.Clear();
            (_limits, _reflex, _largest) = (LimitFlags.None, null, RiskEstimate.Unknown);
            if (trace.Before is { } before) _reflexesBefore = _seen = before.Reflex.Reflexes;
            _loop.Begin(trace);
            _loop.RunTo(trace.Rows);
            ref readonly var r = ref _loop.Record;
            var began = r.Reflex.Reflexes - _reflexesBefore;
            _reflexesBefore = r.Reflex.Reflexes;
            var estimate = _reflex?.Estimate ?? _largest;
            return new(
                began, _reflex?.Reason ?? ReflexReason.None,
                Finite(estimate.Risk), Finite(r.Reflex.RiskThreshold), Finite(estimate.Feasibility), Finite(r.Reflex.FeasibilityThreshold),
                _limits, r.Fault.Code);
        }

        private void See(ReadOnlySpan<ulong> row)
        {
            foreach (var word in TickColumns.Command(row)) Commands.Add(word);
            ref readonly var r = ref _loop.Record;
            _limits |= r.Limits;
            if (r.Reflex.Reflexes > _seen) _reflex ??= (r.Reflex.Reason, r.Reflex.Estimate);
            _seen = r.Reflex.Reflexes;
            if (!(r.Reflex.Estimate.Risk <= _largest.Risk) && r.Reflex.Estimate.IsFinite) _largest = r.Reflex.Estimate;
        }

        private static double? Finite(double value) => double.IsFinite(value) ? value : null;
    }
}
