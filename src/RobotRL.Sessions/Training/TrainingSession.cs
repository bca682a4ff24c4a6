using System.Diagnostics;
using System.Text.Json;
using RobotRL.Episodes;
using RobotRL.Learning;
using RobotRL.Model;
using RobotRL.Policy;
using RobotRL.Recording.Traces;
using RobotRL.Sessions.Acting;
using RobotRL.Sessions.Auditing;
using RobotRL.Sessions.Runs;
using RobotRL.Tasks;
using RobotRL.Teleop;

namespace RobotRL.Sessions.Training;

/// <summary>
/// One training run from wherever it stands: rebuild the buffers from the episodes on disk, take up the newest checkpoint, record the missing
/// demonstrations, then act and learn at the governed ratio, with a learner that is wherever <see cref="LearnerPlace"/> says.
/// </summary>
public sealed class TrainingSession(
    RunDirectory run, ICell cell, ITeleoperator teleoperator, AuditTrail audit, ITrainingView view, TrainingGoal goal)
{
    private const int SuccessWindow = 20, InterventionWindow = 20;

    private readonly LearnerParameters _parameters = cell.Configuration.Learner;
    private readonly ulong _seed = run.Identity.Seed;
    private readonly RollingRate _success = new(SuccessWindow), _cycleTime = new(SuccessWindow), _alone = new(goal.SuccessWindow);
    private readonly RollingSteps _interventions = new(InterventionWindow);
    private readonly Stopwatch _wall = Stopwatch.StartNew();
    private readonly TrainingProgress _progress = new(view, goal, cell, teleoperator);
    private TraceRecorder[]? _traces;
    private long _envSteps, _demonstrationSteps, _humanSteps;
    private int _episodes, _demonstrations, _takenUp, _demonstrationsWanted;
    private Func<long> _learnerSteps = () => 0;

    /// <summary>Gets the figures of episodes and learner.</summary>
    public required MetricsLog Metrics { get; init; }

    /// <summary>Takes a line for a person.</summary>
    public required Action<string> Log { get; init; }

    /// <summary>Where stored steps are acknowledged; null for nowhere.</summary>
    public Receipts? Receipts { get; init; }

    /// <summary>CPUs of a learner's process; empty for any.</summary>
    public IReadOnlyList<int> LearnerCpus { get; init; } = [];

    /// <summary>Whose name the episodes bear.</summary>
    public required OperatorInCharge InCharge { get; init; }

    /// <summary>What is an operator's to clear.</summary>
    public required OutstandingStop Stop { get; init; }

    public TrainingResult Run(LearnerPlace place, CancellationToken cancel)
    {
        var store = OpenStore();
        var task = cell.Configuration.Task;
        using var learning = Learning(place);
        _learnerSteps = () => learning.Steps;
        _progress.Recall(new(run.Path, learnsElsewhere: place != LearnerPlace.Thread));
        using var critic = CriticLearning.Of(cell, run);
        foreach (var episode in store.Episodes())
        {
            TakeUp(episode, learning.Add);
            if (!episode.Excluded) critic?.TakeUp(episode.Transitions);
        }
        if (store.Files.Count > 0) Log($"{_envSteps} environment steps and {_demonstrations} demonstrations on disk.");
        using var network = new PolicyNetwork(NetworkShape.Of(task, _parameters), Learners.Device);
        foreach (var remark in cell.Configuration.Remarks) Log(remark);

        try
        {
            view.While(() =>
            {
                RecordDemonstrations(store, learning.Add, cancel);
                if (cancel.IsCancellationRequested) return;
                try
                {
                    // Weights age: what the critic is now counts anew.
                    Renew(critic, []);
                    if (_parameters.PretrainSteps > 0) Report(learning.IsThere ? TrainingPhase.Pretraining : TrainingPhase.AwaitingLearner, 0);
                    learning.Begin(_envSteps, steps => Report(learning.IsThere ? TrainingPhase.Pretraining : TrainingPhase.AwaitingLearner, steps), cancel);
                    Act();
                }
                catch (OperationCanceledException) when (cancel.IsCancellationRequested)
                {
                    // Asked to stop: what was recorded and learned is kept below.
                }
                finally
                {
                    learning.End();
                }
            });
            learning.Save();
        }
        catch (SafeStopException)
        {
            // The robot is stopped; what was learned is kept, but for what the disk refuses.
            try { learning.Save(); }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException) { }
            throw;
        }
        catch (Exception e) when (LearnerIsLost(e) is { } why)
        {
            cell.Control.SignOff();
            cell.Control.Advance(2 * cell.Control.TicksPerDecision);
            throw new SafeStopException(why);
        }
        return new(_envSteps, _demonstrationSteps, _humanSteps, learning.Steps, _wall.Elapsed.TotalSeconds, Finite(_success.Mean), _interventions.Fraction,
            Finished: !cancel.IsCancellationRequested, run.Path)
        {
            EndedBy = cancel.IsCancellationRequested ? JsonNamingPolicy.SnakeCaseLower.ConvertName(nameof(TrainingEnd.Request))
                : Done() is { } end ? JsonNamingPolicy.SnakeCaseLower.ConvertName(end.ToString()) : "",
        };

        void Act()
        {
            while (Done() is null && !cancel.IsCancellationRequested)
            {
                Rest(cancel);
                var index = (ulong)_episodes;
                var noise = new RandomStream(Seeds.Derive(_seed, SeedUse.PolicyNoise, index));
                var policy = new LearnedPolicy(network, task.ActionLayout, noise, deterministic: false, learning.Weights);
                SeedOperator(SeedUse.Online, index);
                // An arm in motion does not wait: in real time the learner catches up between episodes.
                if (cell.IsRealtime) AwaitLearner();
                List<Transition> lived = [];
                RunEpisode(store, EpisodeKind.Online, Seeds.Derive(_seed, SeedUse.Online, index), policy, transition =>
                {
                    learning.Add(EpisodeKind.Online, transition);
                    lived.Add(transition);
                    _envSteps++;
                    learning.Stepped();
                    if (!cell.IsRealtime) AwaitLearner();
                }, cancel);
                Renew(critic, lived);
                Report(TrainingPhase.Learning, _envSteps);
            }
        }

        void AwaitLearner()
        {
            try
            {
                if (!cancel.IsCancellationRequested) learning.Await(cancel);
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                // The episode ends by itself, and is kept.
            }
        }
    }

    /// <summary>Records further demonstrations and learns nothing; training the same run later takes them up.</summary>
    public RecordingResult Record(int episodes, CancellationToken cancel)
    {
        var store = OpenStore();
        foreach (var episode in store.Episodes()) TakeUp(episode, (_, _) => { });
        foreach (var remark in cell.Configuration.Remarks) Log(remark);
        var result = new RecordingResult(0, 0, 0, 0, run.Path);
        _demonstrationsWanted = _demonstrations + episodes;
        _progress.Recall(new(run.Path, learnsElsewhere: false));
        view.While(() =>
        {
            while (result.Episodes < episodes && !cancel.IsCancellationRequested)
            {
                var summary = Demonstrate(store, _ => { }, cancel);
                if (summary.Steps == 0 || summary.IsBrokenOff) continue;
                result = result with
                {
                    Episodes = result.Episodes + 1,
                    Successes = result.Successes + (summary.Outcome == EpisodeOutcome.Success ? 1 : 0),
                    Steps = result.Steps + summary.Steps,
                    HumanSteps = result.HumanSteps + summary.HumanSteps,
                };
            }
        });
        return result with { Finished = result.Episodes >= episodes };
    }

    /// <summary>What ends the training; null while nothing does.</summary>
    private TrainingEnd? Done() =>
        _alone.Count == _alone.Window && _alone.Mean >= goal.UntilSuccess ? TrainingEnd.Success
        : _envSteps >= goal.EnvSteps ? TrainingEnd.EnvSteps
        : _humanSteps >= goal.HumanSteps ? TrainingEnd.HumanSteps
        : _wall.Elapsed.TotalSeconds >= goal.WallSeconds ? TrainingEnd.WallSeconds
        : null;

    /// <summary>The arm holds for as long as the operator wants a pause. The learner catches up and then rests by itself.</summary>
    private void Rest(CancellationToken cancel)
    {
        while (teleoperator.WantsPause && teleoperator.Poll(new OperatorView(cell.Now, cell.Truth)).DeadmanHeld && !cancel.IsCancellationRequested)
        {
            Report(TrainingPhase.Paused, _envSteps);
            cell.Control.Advance(cell.Control.TicksPerDecision);
        }
    }

    private void RecordDemonstrations(EpisodeStore store, Action<EpisodeKind, Transition> learnFrom, CancellationToken cancel)
    {
        List<Transition> transitions = [];
        _demonstrationsWanted = cell.Configuration.Operator.Demonstrations;
        while (_demonstrations < cell.Configuration.Operator.Demonstrations && _humanSteps < goal.HumanSteps && !cancel.IsCancellationRequested)
        {
            transitions.Clear();
            var summary = Demonstrate(store, transitions.Add, cancel);
            // What did not succeed demonstrates nothing: it stays on disk, out of the buffer.
            if (summary.Outcome == EpisodeOutcome.Success)
                foreach (var transition in transitions) learnFrom(EpisodeKind.Demonstration, transition);
        }
    }

    private EpisodeSummary Demonstrate(EpisodeStore store, Action<Transition> onTransition, CancellationToken cancel)
    {
        var index = (ulong)store.NextIndex;
        SeedOperator(SeedUse.Demonstration, index);
        var summary = RunEpisode(store, EpisodeKind.Demonstration, Seeds.Derive(_seed, SeedUse.Demonstration, index), new NoPolicy(), onTransition, cancel);
        Report(TrainingPhase.Demonstrations, _demonstrations);
        return summary;
    }

    private EpisodeSummary RunEpisode(EpisodeStore store, EpisodeKind kind, ulong seed, IDecider policy, Action<Transition> onTransition,
        CancellationToken cancel)
    {
        var task = cell.Configuration.Task;
        var traces = Traces();
        using var writer = store.Begin(new EpisodeInfo
        {
            Kind = kind,
            Seed = seed,
            Task = task.Kind.ToString(),
            ConfigHash = run.Identity.ConfigHash,
            Cameras = [.. task.Cameras.Select(c => c.Name)],
            Arms = [.. task.Arms.Select(a => a.Name)],
            Observed = task.ObservationLayout.Columns,
            HasWrench = task.Actions.WrenchAxes.Count > 0,
            Calibrations = CalibrationText.Of(task),
            WallClockOffsetNs = cell.WallClockOffsetNs,
            Operator = InCharge.Name,
            OperatorRole = InCharge.Role,
            Untraced = traces.Length > 0 ? null : "recording.ticks was false",
        }, traces.Length == 0 ? null : TraceMessages.FormatOf(task.Actions));
        var limit = kind == EpisodeKind.Demonstration && teleoperator.IsPerson ? int.MaxValue : task.MaxSteps;
        var (steps, held) = (0, LimitFlags.None);
        void Refresh()
        {
            _progress.Drive(steps, limit, held);
            if (kind == EpisodeKind.Demonstration) Report(TrainingPhase.Demonstrations, _demonstrations);
            else Report(TrainingPhase.Learning, _envSteps);
        }
        using var runner = new EpisodeRunner(cell, teleoperator, Refresh, audit, traces, Stop);
        audit.BeginEpisode(writer.Info.Index, kind);
        var summary = runner.Run(kind, seed, policy, transition =>
        {
            writer.Append(transition, policy.Version, [.. traces.Select(trace => trace.Decided())]);
            Receipts?.Write(writer.Info.Index, writer.Steps - 1, transition);
            onTransition(transition);
            (steps, held) = (steps + 1, transition.Action.Limits);
            Refresh();
        }, cancel);
        writer.Complete(summary.Outcome, summary.StoppedArm);
        if (summary.Verdict == EpisodeVerdict.Discard)
            Amendments.Append(run.Episodes, new(writer.Info.Index, null, Excluded: true, InCharge.Name, "discarded by its operator", DateTime.UtcNow));
        Count(summary);
        _progress.Ended(summary, writer.Info.Index, _success.Mean);
        WriteEpisode(summary);
        StreamMetrics.Write(Metrics, _envSteps, _episodes, summary);
        return summary;
    }

    /// <summary>What records the loops' ticks, an arm each; none where that was not asked for.</summary>
    private TraceRecorder[] Traces() => !cell.Configuration.Recording.Ticks ? []
        : _traces ??= [.. Enumerable.Range(0, cell.Arms.Count).Select(arm => new TraceRecorder(cell, arm, run.WeightVersions, run.Critics))];

    private void Renew(CriticLearning? critic, IReadOnlyList<Transition> episode)
    {
        if (critic is not null) audit.Policies.CriticPublished(critic.Learn(episode));
    }

    private void TakeUp(Episode episode, Action<EpisodeKind, Transition> learnFrom)
    {
        // Whoever asks for a stop does not drive.
        var human = episode.Transitions.Count(t => t is { IsIntervention: true, Stop: not (FaultCode.OperatorStop or FaultCode.DeadmanReleased) });
        var summary = new EpisodeSummary(episode.Info.Kind, episode.Info.Seed, episode.Outcome, episode.Steps.Count, episode.Transitions.Sum(t => t.Reward),
            episode.Steps.Count * cell.Configuration.Task.DecisionPeriodNs * 1e-9, human, human > 0 ? 1 : 0, 0, default);
        Count(summary);
        if (summary.Kind == EpisodeKind.Online) _envSteps += summary.Steps;
        else if (summary.Outcome != EpisodeOutcome.Success) return;
        if (!episode.Excluded)
            foreach (var transition in episode.Transitions) learnFrom(episode.Info.Kind, transition);
    }

    private void Count(in EpisodeSummary summary)
    {
        _takenUp++;
        _humanSteps += summary.HumanSteps;
        if (summary.Kind == EpisodeKind.Demonstration)
        {
            if (summary.Outcome == EpisodeOutcome.Success) _demonstrations++;
            _demonstrationSteps += summary.Steps;
            return;
        }
        _episodes++;
        if (summary.Outcome == EpisodeOutcome.Interrupted) return;
        _success.Add(summary.IsAutonomousSuccess ? 1 : 0);
        _alone.Add(summary.IsAutonomousSuccess ? 1 : 0);
        _cycleTime.Add(summary.CycleTimeS);
        _interventions.Add(summary.HumanSteps, summary.Steps);
    }

    private void WriteEpisode(in EpisodeSummary summary) => Metrics.Write("episode", _envSteps, new
    {
        Episode = _episodes,
        EpisodeKind = summary.Kind.ToString(),
        EnvSteps = _envSteps,
        summary.Steps,
        summary.Return,
        Outcome = summary.Outcome.ToString(),
        Fault = summary.Fault.Code.ToString(),
        Autonomous = summary.IsAutonomousSuccess ? 1 : 0,
        summary.CycleTimeS,
        summary.HumanSteps,
        summary.Interventions,
        summary.LimitedSteps,
        summary.LateDecisions,
        SuccessRate = Finite(_success.Mean),
        InterventionFraction = _interventions.Fraction,
        TotalHumanSteps = _humanSteps,
        WallS = Math.Round(_wall.Elapsed.TotalSeconds, 3),
    });

    private void ReportLearner(LearnerReport report)
    {
        _progress.Learned(report.Metrics);
        Metrics.Write(report, _wall.Elapsed.TotalSeconds);
    }

    private void Report(TrainingPhase phase, long done) => _progress.Report(new()
    {
        Phase = phase,
        Done = done,
        Goal = phase switch
        {
            TrainingPhase.Demonstrations => _demonstrationsWanted,
            TrainingPhase.Pretraining => _parameters.PretrainSteps,
            _ => goal.EnvSteps == long.MaxValue ? null : goal.EnvSteps,
        },
        Episodes = _episodes + _demonstrations,
        EnvSteps = _envSteps,
        SuccessRate = _success.Mean,
        InterventionFraction = _interventions.Fraction,
        CycleTimeS = _cycleTime.Mean,
        LearnerSteps = _learnerSteps(),
        ElapsedS = _wall.Elapsed.TotalSeconds,
    });

    private void SeedOperator(SeedUse use, ulong index)
    {
        if (teleoperator is ScriptedOperator scripted) scripted.State = new(Seeds.Derive(Seeds.Derive(_seed, SeedUse.OperatorNoise), use, index));
    }

    private EpisodeStore OpenStore() =>
        EpisodeStore.Open(run.Episodes, TornEpisodes.Keep, Log, TimeSpan.FromMicroseconds(cell.Configuration.Recording.FlushIntervalNs / 1000.0));

    private ILearning Learning(LearnerPlace place)
    {
        if (place != LearnerPlace.Thread) return new LearningProcess(run, _parameters, starts: place == LearnerPlace.Process, LearnerCpus, _progress.Tell);
        var local = new LocalLearner(run, cell.Configuration, Log);
        if (local.GoesOnFrom is { } checkpoint) Log($"Going on from {checkpoint}.");
        local.Saved = checkpoint => audit.Policies.Kept(checkpoint, Lineage());
        audit.Policies.Published(local.Learner.Snapshot(), Lineage());
        return run.Identity.Deterministic ? new LearningInTurn(local, Told) : new LearningThread(local, Told);

        void Told(LearnerReport report)
        {
            ReportLearner(report);
            audit.Policies.Published(local.Weights.Latest!, Lineage());
        }

        PolicyLineage Lineage() => new(
            local.GoesOnFrom, _takenUp, _envSteps, _demonstrations, _demonstrationSteps, _humanSteps, _seed, RunIdentity.CurrentCodeVersion,
                run.Identity.ConfigHash);
    }

    /// <summary>What to tell the operator when there is no learner any more; null for any other failure.</summary>
    private static string? LearnerIsLost(Exception e) => e is LearnerLostException ? e.Message
        : (e as LearningDivergedException ?? e.InnerException as LearningDivergedException) is { } diverged
            ? $"{diverged.Message} The robot came to rest; look for episodes with numbers that are not finite, or lower learner.learning_rate: the newest " +
                $"checkpoint and all episodes are kept"
            : null;

    private static double Finite(double value) => double.IsFinite(value) ? value : 0;
}
