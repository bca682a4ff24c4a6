using System.Reactive.Subjects;
using RobotRL.Model;

namespace RobotRL.Teleop;

/// <summary>What goes on to the gate.</summary>
/// <param name="Proposed">The chosen action, only on axes of the action space.</param>
/// <param name="Source">Policy or human.</param>
/// <param name="Stop">Anything but none stops the robot: nobody's action is carried out.</param>
public readonly record struct ArbiterDecision(PolicyAction Proposed, ActionSource Source, FaultCode Stop);

/// <summary>A stretch of decisions during which a human drove.</summary>
public readonly record struct Intervention(string Operator, InterventionReason Reason, Stamp Start, Stamp End, int Steps);

/// <summary>
/// Chooses between policy and human: an engaged human always wins, a stop wins over both. Tells of each intervention when it ends.
/// Range and finiteness are the gate's to judge: an action goes on as it is, without what the task's action space does not have.
/// </summary>
public sealed class Arbiter(string operatorIdentity, ActionLayout actions) : IDisposable
{
    private readonly Subject<Intervention> _interventions = new();
    private InterventionReason _reason;
    private Stamp _start;
    private int _steps;

    /// <summary>Every finished intervention, lossless, on the thread that decides.</summary>
    public IObservable<Intervention> Interventions => _interventions;

    /// <summary>Since the start, or since whoever resumes a run set it.</summary>
    public InterventionStatistics Statistics { get; set; }

    /// <summary>One decision: call once a decision period.</summary>
    public ArbiterDecision Decide(Stamp time, in PolicyAction policy, in OperatorCommand command)
    {
        if (command.StopRequested || !command.DeadmanHeld)
        {
            EndIntervention(time);
            return new(default, ActionSource.Human, command.StopRequested ? FaultCode.OperatorStop : FaultCode.DeadmanReleased);
        }
        if (!command.IsEngaged)
        {
            EndIntervention(time);
            Statistics = Statistics.Count(isHuman: false, startsIntervention: false);
            return new(actions.Fit(policy), ActionSource.Policy, FaultCode.None);
        }
        var starts = _steps == 0;
        if (starts) (_reason, _start) = (command.Reason, time);
        _steps++;
        Statistics = Statistics.Count(isHuman: true, starts);
        return new(actions.Fit(command.Action), ActionSource.Human, FaultCode.None);
    }

    /// <summary>Closes an intervention that the episode's end cuts off.</summary>
    public void EndEpisode(Stamp time) => EndIntervention(time);

    public void Dispose() => _interventions.Dispose();

    private void EndIntervention(Stamp time)
    {
        if (_steps == 0) return;
        var intervention = new Intervention(operatorIdentity, _reason, _start, time, _steps);
        _steps = 0;
        _interventions.OnNext(intervention);
    }
}

/// <summary>How much of the driving a human did.</summary>
/// <param name="Steps">Decisions.</param>
/// <param name="HumanSteps">Those of them in which a human drove.</param>
/// <param name="Interventions">Times that a human took over.</param>
public readonly record struct InterventionStatistics(long Steps, long HumanSteps, long Interventions)
{
    /// <summary>Share of the decisions that a human made; 0 before the first.</summary>
    public double Fraction => Steps == 0 ? 0 : (double)HumanSteps / Steps;

    public InterventionStatistics Count(bool isHuman, bool startsIntervention) =>
        new(Steps + 1, HumanSteps + (isHuman ? 1 : 0), Interventions + (startsIntervention ? 1 : 0));

    public static InterventionStatistics operator +(InterventionStatistics a, InterventionStatistics b) =>
        new(a.Steps + b.Steps, a.HumanSteps + b.HumanSteps, a.Interventions + b.Interventions);

    public static InterventionStatistics operator -(InterventionStatistics a, InterventionStatistics b) =>
        new(a.Steps - b.Steps, a.HumanSteps - b.HumanSteps, a.Interventions - b.Interventions);
}
