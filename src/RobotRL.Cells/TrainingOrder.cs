using RobotRL.Configuration;
using RobotRL.Sessions.Processes;
using RobotRL.Sessions.Runs;
using RobotRL.Sessions.Training;

namespace RobotRL.Cells;

/// <summary>What a session that trains or records is asked to do, and where.</summary>
public sealed record TrainingOrder
{
    public required RunConfiguration Configuration { get; init; }

    /// <summary>Of the run: made when new, gone on with when it holds one.</summary>
    public required string Folder { get; init; }

    public required RunIdentity Identity { get; init; }
    public required TrainingGoal Goal { get; init; }

    /// <summary>Who corrects.</summary>
    public required OperatorKind Operator { get; init; }

    /// <summary>Who answers for it.</summary>
    public required OperatorInCharge InCharge { get; init; }

    public Pace Pace { get; init; } = Pace.Lockstep;

    /// <summary>In real time: of a running control process; null to start one.</summary>
    public string? Channel { get; init; }

    public LearnerPlace Learner { get; init; } = LearnerPlace.Thread;

    /// <summary>Of the processes that it starts.</summary>
    public Placement Placement { get; init; } = Placement.Anywhere;

    /// <summary>In real time: what stands before each camera; null for nothing.</summary>
    public Lens? Lens { get; init; }

    /// <summary>Where stored steps are acknowledged; null for nowhere.</summary>
    public Receipts? Receipts { get; init; }

    /// <summary>Makes the display, given what to show of an operator's keys; null where nobody has keys.</summary>
    public required Func<Func<string>?, ITrainingView> View { get; init; }
}
