namespace RobotRL.Model;

/// <summary>How often evidence is signed and how long it is kept. It says nothing of what the robot does, so it is no part of a configuration's hash.</summary>
public sealed record AuditParameters
{
    /// <summary>How often the newest record is signed, s.</summary>
    public required double HeadEveryS { get; init; }

    /// <summary>How long interventions and versions of software, configuration and policy are kept, days.</summary>
    public required int InterventionsDays { get; init; }

    /// <summary>How long decisions of the safety layer are kept, days.</summary>
    public required int SafetyDays { get; init; }

    /// <summary>How long everything else is kept, days.</summary>
    public required int OtherDays { get; init; }

    /// <summary>Where nothing else is said: signed every minute; five years, one year, six months.</summary>
    public static AuditParameters Standard { get; } = new() { HeadEveryS = 60, InterventionsDays = 1826, SafetyDays = 366, OtherDays = 184 };
}
