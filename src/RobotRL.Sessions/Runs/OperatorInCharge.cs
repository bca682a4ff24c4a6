namespace RobotRL.Sessions.Runs;

/// <summary>Who answers for what a session does: part of every audit record and of every episode.</summary>
/// <param name="Name">A person's name or number, as the site knows them; <c>scripted</c> or <c>none</c> without one.</param>
/// <param name="Role"><c>operator</c> drives by hand, <c>simulated-operator</c> is a program that does, <c>supervisor</c> watches, <c>unattended</c>
/// is nobody; or the site's own word.</param>
public sealed record OperatorInCharge(string Name, string Role)
{
    /// <summary>Of a session in which somebody may drive.</summary>
    /// <exception cref="BadInputException">A person who drives has no name.</exception>
    public static OperatorInCharge Driving(OperatorKind kind, string? name, string? role)
    {
        if (kind.IsPerson() && name is null) throw new BadInputException($"--operator {kind.Word()}: the log must say who drives; add --operator-id NAME");
        if (kind.IsPerson() && name is "scripted" or "none")
            throw new BadInputException($"--operator-id {name}: that is no person; name whoever drives");
        role ??= kind switch { OperatorKind.Live or OperatorKind.Ros2 => "operator", OperatorKind.Scripted => "simulated-operator", _ => "unattended" };
        return new(name ?? "scripted", role);
    }

    /// <summary>Of a session in which the policy is alone; a name is whoever watches.</summary>
    public static OperatorInCharge Watching(string? name, string? role) => new(name ?? "none", role ?? (name is null ? "unattended" : "supervisor"));
}
