using RobotRL.Learning;
using RobotRL.Model;
using RobotRL.Sessions.Acting;
using RobotRL.Sessions.Runs;
using RobotRL.Teleop;

namespace RobotRL.Sessions.Training;

/// <summary>What a person is told of a session: its figures with what only time shows of them, and in words what happened and what to do about it.</summary>
internal sealed class TrainingProgress(ITrainingView view, TrainingGoal goal, ICell cell, ITeleoperator teleoperator)
{
    private const double FollowEveryS = 1, MeasureForS = 5;

    /// <summary>The learner's thread writes, the actor's reads.</summary>
    private readonly Lock _lock = new();
    private RunHistory? _history;
    private LearnerMetrics? _learned;
    private EpisodeStatus? _episode;
    private TrainingPhase _phase = TrainingPhase.Starting;
    private string _lastEpisode = "", _heldBack = "";
    private double _phaseSinceS, _followedS;
    private long _phaseFrom;

    /// <summary>What the sessions before came to.</summary>
    public void Recall(RunHistory history) => _history = history;

    /// <summary>The learner of this process reports.</summary>
    public void Learned(LearnerMetrics metrics)
    {
        lock (_lock) _learned = metrics;
    }

    /// <summary>An episode is under way.</summary>
    /// <param name="steps">Decisions so far.</param>
    /// <param name="limit">Decisions after which it times out.</param>
    /// <param name="held">Limits that altered the last one.</param>
    public void Drive(int steps, int limit, LimitFlags held)
    {
        var periodS = cell.Configuration.Task.DecisionPeriodNs * 1e-9;
        ref readonly var now = ref cell.Control.Latest;
        var stop = cell.Control.IsStopped ? now.Fault.IsNone ? FaultCode.UnknownCause : now.Fault.Code : FaultCode.None;
        var by = stop == FaultCode.None ? "" : StoppedArm.In(cell.Arms);
        if (stop != FaultCode.None && _episode is not { Stop: not FaultCode.None }) TellStop(stop, "", by);
        var back = teleoperator.IsPerson ? StopWords.Of(held) : "";
        if (back.Length > 0 && back != _heldBack) Tell($"a limit holds your hand back: {back}");
        _heldBack = back;
        _episode = new(steps * periodS, limit == int.MaxValue ? double.NaN : (limit - steps) * periodS, now.Measured.ExternalWrenchInEndEffector.Force.Length,
            held, stop)
        {
            StoppedArm = by,
        };
    }

    /// <summary>An episode has ended, and is on disk.</summary>
    /// <param name="summary">How.</param>
    /// <param name="index">Its number.</param>
    /// <param name="successRate">Of the newest episodes.</param>
    public void Ended(in EpisodeSummary summary, int index, double successRate)
    {
        var (told, demonstrates) = (_episode is { Stop: not FaultCode.None }, summary.Kind == EpisodeKind.Demonstration);
        _episode = null;
        if (summary.Steps == 0 && summary.Outcome == EpisodeOutcome.Interrupted) return;
        if (summary.Outcome == EpisodeOutcome.SafetyStop && !told) TellStop(summary.Fault.IsNone ? FaultCode.UnknownCause : summary.Fault.Code,
            $" in episode {index}", summary.StoppedArm);
        if (summary.Reflexes > 0) Tell($"the reflex interrupted episode {index} {Times(summary.Reflexes)}: the critic foresaw harm; robotrl events list " +
            $"shows when");
        if (summary.LateDecisions > 0)
            Tell($"{Times(summary.LateDecisions)} a decision of episode {index} came late: the machine is too busy; robotrl doctor names a free CPU");
        if (summary.Verdict == EpisodeVerdict.Discard)
            Tell($"episode {index} is discarded: it stays on disk and is not learned from{(demonstrates ? "" : " after the next start")}");
        else if (demonstrates && summary.Outcome != EpisodeOutcome.Success) Tell($"demonstration {index} {Word(summary)}: it is not learned from, and one " +
            $"more is recorded");
        _lastEpisode = $"{(demonstrates ? "demonstration" : "episode")} {index} {Word(summary)} after {summary.CycleTimeS:F1} s"
            + (demonstrates ? "" : summary.HumanSteps == 0 ? " without help" : $", {(double)summary.HumanSteps / Math.Max(1, summary.Steps):P0} by hand");
        if (teleoperator.IsPerson) Tell(_lastEpisode);
        if (!demonstrates && double.IsFinite(successRate)) _history?.Success.Add((float)successRate);
    }

    public void Tell(string line) => view.Tell(line);

    public void Report(TrainingStatus status)
    {
        if (teleoperator.TakeNotice() is { } notice) Tell(notice);
        if (status.Phase != _phase) (_phase, _phaseSinceS, _phaseFrom) = (status.Phase, status.ElapsedS, status.Done);
        if (_history is { LearnsElsewhere: true } && status.ElapsedS - _followedS >= FollowEveryS)
        {
            _followedS = status.ElapsedS;
            _history.Follow();
        }
        LearnerMetrics? learned;
        lock (_lock) learned = _learned;
        view.Report(status with
        {
            RemainingS = Remaining(status),
            EarlierS = _history?.EarlierS ?? 0,
            CriticLoss = learned?.CriticLoss ?? _history?.CriticLoss ?? double.NaN,
            Entropy = learned?.Entropy ?? _history?.Entropy ?? double.NaN,
            SuccessHistory = _history?.Success ?? [],
            LastEpisode = _lastEpisode,
            Episode = status.Phase is TrainingPhase.Demonstrations or TrainingPhase.Learning ? _episode : null,
        });
    }

    /// <summary>At the pace of the phase so far, and in any case within the session's time.</summary>
    private double Remaining(TrainingStatus status)
    {
        var (took, did) = (status.ElapsedS - _phaseSinceS, status.Done - _phaseFrom);
        var left = status.Goal is { } end && did > 0 && took > MeasureForS ? Math.Max(0, end - status.Done) * took / did : double.NaN;
        if (status.Phase != TrainingPhase.Learning || !double.IsFinite(goal.WallSeconds)) return left;
        var until = Math.Max(0, goal.WallSeconds - status.ElapsedS);
        return double.IsNaN(left) ? until : Math.Min(left, until);
    }

    private void TellStop(FaultCode code, string where, string arm)
    {
        var clears = !cell.Control.NeedsOperator ? "the next scene clears it" : teleoperator.IsPerson ? "Enter clears it" : "its operator clears it";
        var what = code == FaultCode.SensorError && cell.FailedSensor is { } sensor ? $"{sensor} ({code})" : StopWords.Of(code);
        Tell($"STOPPED{where}: {StoppedArm.Words(arm)}{what}; {clears}");
    }

    private static string Word(in EpisodeSummary summary) => summary.Verdict switch
    {
        EpisodeVerdict.Discard => "was discarded",
        EpisodeVerdict.NewScene => "was broken off for a new scene",
        _ => summary.Outcome switch
        {
            EpisodeOutcome.Success => "succeeded",
            EpisodeOutcome.Failed => "failed",
            EpisodeOutcome.TimedOut => "ran out of time",
            EpisodeOutcome.SafetyStop => "was ended by a stop",
            _ => "was interrupted",
        },
    };

    private static string Times(int count) => count == 1 ? "once" : $"{count} times";
}
