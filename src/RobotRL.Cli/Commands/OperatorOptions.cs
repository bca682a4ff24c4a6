using System.CommandLine;
using System.Text.RegularExpressions;

namespace RobotRL.Cli.Commands;

/// <summary>Options that say who answers for a session.</summary>
internal static partial class OperatorOptions
{
    public const string Requirement = "write 1 to 64 letters, digits, spaces or any of . _ - @ +";

    /// <summary>Their name.</summary>
    public static Option<string?> Id() => new Option<string?>("--operator-id")
    {
        Description = "Who answers for this session, as the audit log and the episodes shall name them; needed where a live operator drives",
    }.Where(IsName, Requirement);

    public static Option<string?> AsWhat() => new Option<string?>("--operator-role")
    {
        Description = "As what; by default operator (live), simulated-operator (scripted), supervisor (eval), unattended",
    }.Where(IsName, Requirement);

    /// <summary>Somebody who signs for something.</summary>
    public static Option<string> By() => new Option<string>("--by") { Description = "Who", Required = true }.Where(IsName, Requirement);

    public static bool IsName(string? name) => name is not null && Allowed().IsMatch(name);

    [GeneratedRegex(@"^(?=.{1,64}$)[\p{L}\p{N}._@+-]+( [\p{L}\p{N}._@+-]+)*$")]
    private static partial Regex Allowed();
}
