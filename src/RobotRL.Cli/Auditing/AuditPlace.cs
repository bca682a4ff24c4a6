using RobotRL.Audit;
using RobotRL.Model;

namespace RobotRL.Cli.Auditing;

/// <summary>
/// Where key and anchor are: the environment's word first (<c>ROBOTRL_AUDIT_KEY</c>, <c>ROBOTRL_AUDIT_ANCHOR</c>, <c>ROBOTRL_AUDIT_ANCHOR_COMMAND</c>: a
/// machine's own arrangement), then the configuration's, then the account's folders.
/// </summary>
internal static class AuditPlace
{
    public static string KeyPath => Variable("KEY") is { } path ? Path.GetFullPath(path) : SigningKey.StandardPath;

    public static Anchor Anchor(AuditParameters parameters) => new(Folder(parameters), Variable("ANCHOR_COMMAND") ?? parameters.AnchorCommand);

    /// <summary>The folder to look for anchored heads in; null where only a command has them.</summary>
    public static string? Folder(AuditParameters parameters) =>
        Variable("ANCHOR") is { } folder ? Path.GetFullPath(folder)
        : parameters.AnchorFolder ?? ((Variable("ANCHOR_COMMAND") ?? parameters.AnchorCommand) is null ? RobotRL.Audit.Anchor.StandardFolder : null);

    private static string? Variable(string name) => Environment.GetEnvironmentVariable("ROBOTRL_AUDIT_" + name) is { Length: > 0 } value ? value : null;
}
