using System.Text.RegularExpressions;
using RobotRL.Cli.Runs;

namespace RobotRL.Cli.Commands;

/// <summary>Who answers for what a session does: part of every audit record and of every episode.</summary>
/// <param name="Name">A person's name or number, as the site knows them; <c>scripted</c> or <c>none</c> without one.</param>
/// <param name="Role"><c>operator</c> drives by hand, <c>simulated-operator</c> is a program that does, <c>supervisor</c> watches, <c>unattended</c> is nobody; or the site's own word.</param>
internal sealed partial record OperatorInCharge(string Name, string Role)
{
    private const string Requirement = "write 1 to 64 letters, digits, spaces or any of . _ - @ +";

    /// <summary>Of a session in which somebody may drive.</summary>
    /// <exception cref="BadInputException">A person at the keys has no name.</exception>
    public static OperatorInCharge Driving(OperatorKind kind, string? name, string? role)
    {
        if (kind == OperatorKind.Live && name is null) throw new BadInputException("--operator live: the log must say who drives; add --operator-id NAME");
        if (kind == OperatorKind.Live && name is "scripted" or "none") throw new BadInputException($"--operator-id {name}: that is no person; name whoever drives");
        return new(name ?? "scripted", role ?? (kind switch { OperatorKind.Live => "operator", OperatorKind.Scripted => "simulated-operator", _ => "unattended" }));
    }

    /// <summary>Of a session in which the policy is alone; a name is whoever watches.</summary>
    public static OperatorInCharge Watching(string? name, string? role) => new(name ?? "none", role ?? (name is null ? "unattended" : "supervisor"));

    /// <summary>Options that name them.</summary>
    public static System.CommandLine.Option<string?> Id() => new System.CommandLine.Option<string?>("--operator-id")
    {
        Description = "Who answers for this session, as the audit log and the episodes shall name them; needed with --operator live",
    }.Where(IsName, Requirement);

    public static System.CommandLine.Option<string?> AsWhat() => new System.CommandLine.Option<string?>("--operator-role")
    {
        Description = "As what; by default operator (live), simulated-operator (scripted), supervisor (eval), unattended",
    }.Where(IsName, Requirement);

    /// <summary>Somebody who signs for something.</summary>
    public static System.CommandLine.Option<string> By() => new System.CommandLine.Option<string>("--by") { Description = "Who", Required = true }.Where(IsName, Requirement);

    private static bool IsName(string? name) => name is not null && Allowed().IsMatch(name);

    [GeneratedRegex(@"^(?=.{1,64}$)[\p{L}\p{N}._@+-]+( [\p{L}\p{N}._@+-]+)*$")]
    private static partial Regex Allowed();
}
