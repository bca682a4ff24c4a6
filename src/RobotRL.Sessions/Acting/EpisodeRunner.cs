using System.Diagnostics.CodeAnalysis;
using RobotRL.Model;
using RobotRL.Safety;
using RobotRL.Sensing;
using RobotRL.Sessions.Auditing;
using RobotRL.Sessions.Runs;
using RobotRL.Teleop;

namespace RobotRL.Sessions.Acting;

/// <summary>
/// One episode after the other: observe, decide, arbitrate, execute through the gate, judge. The reward is sparse: 1 on success.
/// Every transition carries the executed action and goes to <c>onTransition</c> before the next decision.
/// </summary>
public sealed class EpisodeRunner(
    ICell cell, ITeleoperator teleoperator, Action? meanwhile = null, AuditTrail? audit = null, IReadOnlyList<TraceRecorder>? traces = null,
    OutstandingStop? stop = null) : IDisposable
{
    /// <summary>So many decisions a stop may take to be cleared: a soft arm creeps for seconds before it stands.</summary>
    private const int MostRefusals = 600;

    /// <summary>A person ends a demonstration by word, but not later than after so many times the task's steps.</summary>
    private const int DemonstrationsMaySpan = 10;

    /// <summary>So many episodes in a row may begin with a sensor that fails.</summary>
    private const int MostFailedStarts = 5;

    private readonly IReadOnlyList<TraceRecorder> _traces = traces ?? [];
    private readonly OutstandingStop _stop = stop ?? new(cell.Control);
    private readonly Arbiter _arbiter = new(teleoperator.Identity, cell.Configuration.Task.ActionLayout);
    private int _failedStarts;

    /// <exception cref="SafeStopException">A sensor failed or nothing can be recorded any more: the robot has been stopped.</exception>
    public EpisodeSummary Run(EpisodeKind kind, ulong seed, IDecider policy, Action<Transition> onTransition, CancellationToken cancel)
    {
        try
        {
            var summary = Drive(kind, seed, policy, onTransition, cancel);
            if (summary.Steps > 0) _failedStarts = 0;
            return summary;
        }
        // On the way to the start pose, or at its first observation.
        catch (SensorFaultException e) when (IsClearable && _failedStarts++ < MostFailedStarts)
        {
            StopFor(e);
            EpisodeSummary summary = new(kind, seed, EpisodeOutcome.SafetyStop, 0, 0, 0, 0, 0, 0, cell.Control.Latest.Fault);
            audit?.EpisodeEnded(summary);
            AwaitOperator(cancel);
            return summary;
        }
        catch (Exception e) when (e is SensorFaultException or IOException)
        {
            StopFor(e);
            audit?.Poll();
            var why = e is IOException disk ? DiskFault.Text(disk) : $"{e.Message}; mend the cause and run the same command: it resumes";
            throw new SafeStopException($"The robot was stopped: {why}", cell.Control.Latest.Fault);
        }
    }

    public void Dispose() => _arbiter.Dispose();

    private EpisodeSummary Drive(EpisodeKind kind, ulong seed, IDecider policy, Action<Transition> onTransition, CancellationToken cancel)
    {
        var task = cell.Configuration.Task;
        _stop.Begin();
        cell.BeginEpisode(seed);
        teleoperator.BeginEpisode(kind);
        var (hasWaited, verdict) = AwaitFirstMotion(cancel);
        // What was waited for is no part of the episode: it begins anew, where the arm stands already.
        if (hasWaited && verdict == EpisodeVerdict.None && !cell.Control.IsStopped && !cancel.IsCancellationRequested)
        {
            cell.EndEpisode();
            cell.BeginEpisode(seed);
        }
        foreach (var trace in cell.Control.IsStopped ? [] : _traces) trace.BeginEpisode();
        _arbiter.Statistics = default;

        var (start, reflexes, late) = (cell.Now, cell.Control.Reflexes, cell.Control.LateDecisions);
        var observation = cell.Observe();
        var (weightsS, weightsMaxS, acted) = (0.0, 0.0, 0);
        // A stop on the way to the start pose is no decision's doing: the episode ends without a transition.
        var (outcome, steps, total, limited) = (cell.Control.IsStopped ? EpisodeOutcome.SafetyStop : EpisodeOutcome.Interrupted, 0, 0.0, 0);
        var most = kind == EpisodeKind.Demonstration && teleoperator.IsPerson ? DemonstrationsMaySpan * task.MaxSteps : task.MaxSteps;
        while (outcome == EpisodeOutcome.Interrupted && verdict == EpisodeVerdict.None && !cancel.IsCancellationRequested)
        {
            var proposal = policy.Decide(observation);
            var asked = cell.Now;
            var command = teleoperator.Poll(new OperatorView(asked, cell.Truth));
            if (command.StopRequested) _stop.Ask();
            verdict = command.Verdict;
            var decision = _arbiter.Decide(cell.Now, proposal, command);
            if (decision.Stop != FaultCode.None) cell.Control.Stop(decision.Stop);
            foreach (var trace in _traces) trace.Deciding(policy.Inputs, command);
            if (policy.Inputs is { } inputs)
            {
                var ageS = inputs.Weights.AgeNs * 1e-9;
                (weightsS, weightsMaxS, acted) = (weightsS + ageS, Math.Max(weightsMaxS, ageS), acted + 1);
            }

            var grips = Grips();
            var executed = cell.Control.Decide(proposal, decision.Proposed, decision.Source);
            if (!TryObserve(out var next))
            {
                // What came of the decision nobody has seen: the episode ends with the step before.
                outcome = EpisodeOutcome.SafetyStop;
                break;
            }
            steps++;
            if (executed.Limits != LimitFlags.None) limited++;

            outcome = cell.Control.IsStopped ? EpisodeOutcome.SafetyStop
                : cell.Truth.Success || verdict == EpisodeVerdict.Success ? EpisodeOutcome.Success
                : verdict == EpisodeVerdict.Failure ? EpisodeOutcome.Failed
                : steps == most && verdict == EpisodeVerdict.None ? EpisodeOutcome.TimedOut
                : EpisodeOutcome.Interrupted;
            var reward = outcome == EpisodeOutcome.Success ? 1f : 0f;
            total += reward;
            var cause = outcome == EpisodeOutcome.SafetyStop ? CauseOfStop() : FaultCode.None;
            var end = EpisodeEnding.Of(cause).End;
            var isBrokenOff = outcome == EpisodeOutcome.TimedOut || outcome == EpisodeOutcome.Interrupted && verdict != EpisodeVerdict.None;
            onTransition(new Transition(observation, executed, reward, next,
                Terminated: outcome is EpisodeOutcome.Success or EpisodeOutcome.Failed || end == EpisodeEnd.Terminates,
                Truncated: isBrokenOff || end is EpisodeEnd.Truncates or EpisodeEnd.Drops)
            { Stop = cause, Grips = grips });
            audit?.Decided(asked, command, executed, policy.Version);
            observation = next;
        }
        // Whatever comes between two episodes takes its time, and no target comes meanwhile.
        cell.Control.SignOff();
        var streams = cell.EndEpisode();
        _arbiter.EndEpisode(cell.Now);
        var statistics = _arbiter.Statistics;
        var summary = new EpisodeSummary(
            kind, seed, outcome, steps, total, cell.Now.Since(start) * 1e-9, (int)statistics.HumanSteps, (int)statistics.Interventions, limited,
            cell.Control.Latest.Fault, cell.Control.Reflexes - reflexes, (int)(cell.Control.LateDecisions - late))
        {
            Verdict = verdict,
            StoppedArm = outcome == EpisodeOutcome.SafetyStop ? StoppedArm.In(cell.Arms) : "",
            Streams = streams,
            WeightsMeanAgeS = acted == 0 ? 0 : weightsS / acted,
            WeightsMaxAgeS = weightsMaxS,
        };
        audit?.EpisodeEnded(summary);
        AwaitOperator(cancel);
        return summary;
    }

    /// <summary>
    /// The observation that a decision led to; false where a sensor failed, and somebody here may clear that: the robot is stopped then.
    /// </summary>
    /// <exception cref="SensorFaultException">A sensor failed, and nobody here may clear that.</exception>
    private bool TryObserve([NotNullWhen(true)] out Observation? next)
    {
        next = null;
        try
        {
            next = cell.Observe();
            return true;
        }
        catch (SensorFaultException e) when (IsClearable)
        {
            StopFor(e);
            return false;
        }
    }

    /// <summary>Whether a sensor that failed may be tried again: its cell opens it anew, once somebody here has cleared the stop.</summary>
    private bool IsClearable => cell.ReopensSensors && teleoperator.ClearsStops;

    private void StopFor(Exception e)
    {
        cell.Control.Stop(e is SensorFaultException sensor ? sensor.Fault.Code : FaultCode.StorageFailure);
        cell.Control.Advance(cell.Control.TicksPerDecision);
        cell.Control.SignOff();
    }

    /// <summary>The arm holds at its start pose until the operator moves it, or wants another scene.</summary>
    private (bool HasWaited, EpisodeVerdict Verdict) AwaitFirstMotion(CancellationToken cancel)
    {
        var (hasWaited, verdict) = (false, EpisodeVerdict.None);
        while (!teleoperator.IsReady && verdict != EpisodeVerdict.NewScene && !cell.Control.IsStopped && !cancel.IsCancellationRequested)
        {
            if (!hasWaited) cell.Control.SignOff();
            hasWaited = true;
            meanwhile?.Invoke();
            var command = teleoperator.Poll(new OperatorView(cell.Now, cell.Truth));
            if (command.StopRequested) _stop.Ask();
            if (command.StopRequested || !command.DeadmanHeld) cell.Control.Stop(command.StopRequested ? FaultCode.OperatorStop : FaultCode.DeadmanReleased);
            verdict = command.Verdict;
            cell.Control.Advance(cell.Control.TicksPerDecision);
        }
        return (hasWaited, verdict == EpisodeVerdict.NewScene ? verdict : EpisodeVerdict.None);
    }

    /// <summary>A robot that does not run and names no cause was stopped by one that nobody knows.</summary>
    private FaultCode CauseOfStop() => cell.Control.Latest.Fault is { IsNone: false, Code: var code } ? code : FaultCode.UnknownCause;

    /// <summary>
    /// What each gripper was last told, which need not be what its width says: fingers that hold a part, or are on their way, are not where they were sent.
    /// </summary>
    private Grips Grips()
    {
        Grips grips = default;
        for (var arm = 0; arm < cell.Arms.Count; arm++)
        {
            ref readonly var now = ref cell.Arms[arm].Session.Latest;
            var told = now.Target.Grip.IsAsked ? now.Target.Grip : now.Grip;
            grips[arm] = told.WidthM > 0.5 * cell.Configuration.Robot.GripperMaxWidthM ? GripperCommand.Open : GripperCommand.Close;
        }
        return grips;
    }

    /// <summary>
    /// A stop that is an operator's to clear holds the arm where it is until then, and no new episode begins. Where nobody can clear it, the session ends.
    /// </summary>
    private void AwaitOperator(CancellationToken cancel)
    {
        var (fault, causes) = (cell.Control.Latest.Fault, cell.Control.Causes);
        var by = StoppedArm.Before(cell.Arms);
        if (!cell.Control.NeedsOperator) return;
        _stop.Keep();
        var hand = teleoperator.Poll(new OperatorView(cell.Now, cell.Truth));
        // Whoever was asked to end ends as asked, also where the terminal is gone with the operator.
        if (!hand.DeadmanHeld && !cancel.IsCancellationRequested)
            throw new SafeStopException("The operator is gone, so the robot was stopped; run the same command in a terminal: it resumes", fault);
        if (hand.StopRequested) _stop.Ask();
        if (!teleoperator.ClearsStops || _stop.IsFromBefore && !teleoperator.IsPerson) throw Unclearable();
        if (!_stop.IsOwn || causes != FaultSet.Of(FaultCode.OperatorStop)) teleoperator.RequireClearing();
        var refused = 0;
        do
        {
            meanwhile?.Invoke();
            Lead(teleoperator.Poll(new OperatorView(cell.Now, cell.Truth)).Wish, cancel);
            cell.Control.Advance(cell.Control.TicksPerDecision);
        }
        while (!cancel.IsCancellationRequested && (teleoperator.Poll(new OperatorView(cell.Now, cell.Truth)).StopRequested || !IsCleared()));

        bool IsCleared()
        {
            // A control process that comes to its end does so meanwhile.
            var isNotOurs = _stop.IsAnotherPersons && !teleoperator.IsPerson;
            if (!isNotOurs && cell.Control.OperatorReset(teleoperator.Identity))
            {
                _stop.Clear();
                return true;
            }
            if (++refused < MostRefusals) return false;
            if (isNotOurs) throw Unclearable();
            throw new SafeStopException(
                $"The robot was stopped ({by}{causes}), and what stopped it lasts; mend that and run the same command: it resumes", fault);
        }

        SafeStopException Unclearable() => new($"The robot was stopped ({by}{causes}) and nobody here may clear that: " +
            "a person must look at it, then run with --operator live --operator-id NAME and press Enter", fault);
    }

    /// <summary>
    /// For as long as the operator of a stopped robot holds on to it: the arm goes back inside the limit that it stands beyond, or is led by hand. Led by hand
    /// it is no longer stopped, by that operator's act; who lets go has stopped it again.
    /// </summary>
    private void Lead(StoppedWish wish, CancellationToken cancel)
    {
        if (wish == StoppedWish.Guide && !cell.Control.OperatorReset(teleoperator.Identity)) return;
        for (var isLed = wish != StoppedWish.None; isLed && !cancel.IsCancellationRequested; isLed &= Wish() == wish)
        {
            isLed = wish == StoppedWish.Retreat ? cell.Control.Retreat(teleoperator.Identity) : cell.Control.Guide(teleoperator.Identity);
            meanwhile?.Invoke();
            cell.Control.Advance(cell.Control.TicksPerDecision);
            audit?.Poll();
        }
        if (wish != StoppedWish.None) cell.Control.SignOff();
        if (wish != StoppedWish.Guide) return;
        _stop.Ask();
        cell.Control.Stop();

        StoppedWish Wish() => teleoperator.Poll(new OperatorView(cell.Now, cell.Truth)).Wish;
    }
}
