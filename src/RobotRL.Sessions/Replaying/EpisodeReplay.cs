using RobotRL.Control;
using RobotRL.Episodes;
using RobotRL.Model;
using RobotRL.Recording.Traces;
using RobotRL.Safety;
using RobotRL.Sensing;
using RobotRL.Sessions.Runs;
using RobotRL.Teleop;

namespace RobotRL.Sessions.Replaying;

/// <summary>How a replay went: the object that <c>replay --json</c> prints.</summary>
/// <param name="Identical">Decisions of which every stage is the same to the bit.</param>
/// <param name="NotReplayable">Episodes that were recorded without what a replay takes.</param>
/// <param name="Failed">Episodes that have it and cannot be replayed to their end; what was before that counts.</param>
/// <param name="IdenticalByStage">The same for each stage alone: the policy's arithmetic may differ on another machine, the gate's may not.</param>
public sealed record ReplayResult(
    int Episodes, int Decisions, int Identical, IReadOnlyDictionary<string, int> IdenticalByStage, long Ticks, long IdenticalTicks,
    int HumanDecisions, int Reflexes, int LimitedDecisions, int PolicyVersions, IReadOnlyList<int> NotReplayable, IReadOnlyList<int> Failed,
        Difference? FirstDifference,
    string RecordedBy);

/// <summary>Runs episodes through everything that decides, on the inputs that were recorded, and compares to the bit.</summary>
public sealed class EpisodeReplay(RunDirectory run, Func<RecordedPipeline> pipeline)
{
    private readonly int[] _identical = new int[Enum.GetValues<ReplayStage>().Length];
    private readonly HashSet<string> _versions = [];
    private readonly HashSet<ReplayStage> _differing = [];
    private int _episodes, _decisions, _allIdentical, _human, _reflexes, _limited;
    private long _ticks, _identicalTicks;
    private Difference? _first;

    public ReplayResult Result(IReadOnlyList<int> notReplayable, IReadOnlyList<int> failed) => new(
        _episodes, _decisions, _allIdentical, Enum.GetValues<ReplayStage>().ToDictionary(Name, s => _identical[(int)s]), _ticks, _identicalTicks,
        _human, _reflexes, _limited, _versions.Count, notReplayable, failed, _first, run.Identity.CodeVersion);

    /// <summary>One episode; says whether all of it is the same.</summary>
    public bool Run(RecordedEpisode recorded, RecordedPolicy policy)
    {
        using var cell = pipeline();
        var (episode, identical) = (recorded.Episode, _allIdentical);
        var loops = cell.Loops;
        var traces = recorded.Traces[0];
        var reflexes = traces.Sum(trace => trace.Before!.Value.Reflex.Reflexes);
        foreach (var (arm, loop) in loops.Index()) loop.Ticked = (row, words) => Compare(recorded.Index, traces[arm], row, words);
        IReadOnlyList<ControlSession>? controls = null;
        foreach (var (step, what) in episode.Steps.Index())
        {
            traces = recorded.Traces[step];
            _differing.Clear();
            foreach (var (arm, loop) in loops.Index()) loop.Begin(traces[arm]);
            var seen = what.Transition;
            if (controls is null)
            {
                RunTo(trace => trace.StartRows);
                controls = cell.BeginEpisode();
                RunTo(trace => trace.ObservedRows);
                var first = cell.Observe(seen.Observation, isNext: false);
                Note(BitText.Compare(seen.Observation.Proprioception, first.Proprioception, "proprioception"), ReplayStage.Observation);
            }
            RunTo(trace => trace.LeadRows);
            var (action, policyTrace) = (seen.Action, traces[0].Policy);
            Note(BitText.Compare(action.Policy, policy.Decide(seen.Observation, policyTrace), "action"), ReplayStage.Policy);
            var decision = cell.Arbitrate(seen.Observation.Time, action.Policy, RecordedEpisode.CommandOf(traces));
            Note(BitText.Compare(action.Proposed, decision.Proposed, "proposed") ?? BitText.Compare(action.Source, decision.Source, "source"),
                ReplayStage.Arbiter);

            var limits = LimitFlags.None;
            foreach (var (arm, control) in controls.Index())
            {
                var executed = control.Decide(action.Policy[arm], action.Proposed[arm], action.Source);
                if (loops[arm].TryTakeProposed(out var target))
                    Note(loops[arm].RecordedTarget is { } was ? BitText.Compare(was, target) : ("target", "none", "one"), ReplayStage.Target);
                Note(BitText.Compare(action.Executed[arm], executed.Executed, "executed"), ReplayStage.Executed);
                limits |= executed.Limits;
            }
            Note(BitText.Compare(action.Limits, limits, "limits"), ReplayStage.Executed);
            RunTo(trace => trace.Rows);
            var next = cell.Observe(seen.Next, isNext: true);
            Note(BitText.Compare(seen.Next.Proprioception, next.Proprioception, "next.proprioception") ?? Images(seen.Next, next), ReplayStage.Observation);
            Count(action, policyTrace);

            void RunTo(Func<DecisionTrace, int> row)
            {
                foreach (var (arm, loop) in loops.Index()) loop.RunTo(row(traces[arm]));
            }

            void Note((string Field, string Recorded, string Replayed)? difference, ReplayStage stage)
            {
                if (difference is { } d) Differs(stage, new(recorded.Index, step, Name(stage), null, d.Field, d.Recorded, d.Replayed));
            }
        }
        _reflexes += loops.Sum(loop => loop.Record.Reflex.Reflexes) - reflexes;
        _episodes++;
        return _allIdentical - identical == episode.Steps.Count;
    }

    private void Compare(int episode, DecisionTrace trace, int row, ulong[] replayed)
    {
        _ticks++;
        var column = TickColumns.FirstDifference(trace.Row(row), replayed);
        if (column < 0) _identicalTicks++;
        else Differs(ReplayStage.Gate, new(episode, trace.Step, Name(ReplayStage.Gate), row - trace.LeadRows, TickColumns.Names[column],
            TickColumns.Text(column, trace.Row(row)[column]), TickColumns.Text(column, replayed[column])));
    }

    private static string Name(ReplayStage stage) => stage.ToString().ToLowerInvariant();

    private void Differs(ReplayStage stage, Difference difference)
    {
        _differing.Add(stage);
        _first ??= difference;
    }

    private void Count(in ExecutedAction action, in TracedPolicy policy)
    {
        _decisions++;
        if (_differing.Count == 0) _allIdentical++;
        foreach (var stage in Enum.GetValues<ReplayStage>())
            if (!_differing.Contains(stage)) _identical[(int)stage]++;
        if (action.Source == ActionSource.Human) _human++;
        if (action.Limits != LimitFlags.None) _limited++;
        if (policy.Sha256.Length > 0) _versions.Add(policy.Sha256);
    }

    private static (string, string, string)? Images(Observation recorded, Observation replayed)
    {
        for (var i = 0; i < recorded.Images.Count; i++)
            if (recorded.Images[i].CaptureTime != replayed.Images[i].CaptureTime ||
                !recorded.Images[i].Pixels.AsSpan().SequenceEqual(replayed.Images[i].Pixels)) return ($"images[{i}]", "one", "another");
        return null;
    }
}
