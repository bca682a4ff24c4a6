namespace RobotRL.Configuration;

/// <summary>
/// Where this account keeps evidence, from <c>robotrl/audit.yaml</c> below its configuration folder: <c>key</c>, <c>anchor</c> and <c>anchor_command</c>, each
/// of which may be left out. It is no part of a run's configuration: a run may have come from somebody else, who must not choose what is
/// executed here, nor what judges the run.
/// </summary>
/// <param name="Key">Absolute path of the private key that signs; null for the standard one.</param>
/// <param name="Anchor">Absolute path of the folder that signed heads are copied to; null for none.</param>
/// <param name="AnchorCommand">Command that gets each signed head on its standard input; null for none.</param>
public sealed record AuditSettings(string? Key, string? Anchor, string? AnchorCommand)
{
    public static AuditSettings None { get; } = new(null, null, null);

    /// <summary>Where the account's settings are; null for an account without a home folder.</summary>
    public static string? StandardPath =>
        Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData) is { Length: > 0 } folder ? Path.Combine(folder, "robotrl", "audit.yaml") : null;

    /// <summary>Reads the settings; <see cref="None"/> where there is no file.</summary>
    /// <exception cref="ConfigurationException">Anything in it is wrong, or others may write it; holds every error.</exception>
    public static AuditSettings Load(string path)
    {
        path = Path.GetFullPath(path);
        if (!File.Exists(path)) return None;
        const UnixFileMode others = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & others) != 0)
            throw new ConfigurationException([$"{path}: others may write this file, which names a command that is run; chmod go-w it"]);
        var errors = new Diagnostics(path);
        if (YamlTree.ReadFile(path, errors) is not { } tree)
        {
            errors.ThrowIfAny();
            return None;
        }
        var root = new Section(tree, "", errors, new CanonicalText());
        AuditSettings settings = new(At("key"), At("anchor"), root.Has("anchor_command") ? root.Text("anchor_command") : null);
        root.RefuseUnknownKeys();
        errors.ThrowIfAny();
        return settings;

        string? At(string key) => root.Has(key) ? root.Folder(key, null, where => where) : null;
    }
}
