using RobotRL.Audit;
using RobotRL.Configuration;

namespace RobotRL.Sessions.Auditing;

/// <summary>
/// Where key and anchor are: the environment's word first (<c>ROBOTRL_AUDIT_KEY</c>, <c>ROBOTRL_AUDIT_ANCHOR</c>, <c>ROBOTRL_AUDIT_ANCHOR_COMMAND</c>; an empty
/// one says "none"), then the account's settings (<see cref="AuditSettings"/>), then the account's standard folders. Never a run's own word.
/// </summary>
public static class AuditPlace
{
    private static readonly Lazy<AuditSettings> Settings = new(() => AuditSettings.StandardPath is { } path ? AuditSettings.Load(path) : AuditSettings.None);

    public static string KeyPath => Word("KEY", s => s.Key) is { } path ? Path.GetFullPath(path) : SigningKey.StandardPath;

    public static Anchor Anchor => new(Folder, Command);

    /// <summary>The folder to look for anchored heads in; null where only a command has them.</summary>
    public static string? Folder => Word("ANCHOR", s => s.Anchor) is { } folder ? Path.GetFullPath(folder) : Command is null ? Anchor.StandardFolder : null;

    /// <summary>The account's public key in PEM form; null where it has made none yet.</summary>
    public static string? OwnPublicKey
    {
        get
        {
            if (!File.Exists(KeyPath)) return null;
            using var key = SigningKey.OpenOrCreate(KeyPath);
            return key.PublicPem;
        }
    }

    private static string? Command => Word("ANCHOR_COMMAND", s => s.AnchorCommand);

    private static string? Word(string name, Func<AuditSettings, string?> setting) =>
        Environment.GetEnvironmentVariable("ROBOTRL_AUDIT_" + name) is { } word ? word.Length > 0 ? word : null : setting(Settings.Value);
}
