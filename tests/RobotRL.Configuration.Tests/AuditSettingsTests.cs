namespace RobotRL.Configuration.Tests;

/// <summary>The account's own word on where its evidence is.</summary>
public sealed class AuditSettingsTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Every_setting_may_be_left_out_and_paths_are_from_the_file()
    {
        Assert.Equal(AuditSettings.None, AuditSettings.Load(Path.Combine(_directory.Path, "none.yaml")));
        Assert.Equal(AuditSettings.None with { AnchorCommand = "ssh vault cat" }, Load("anchor_command: ssh vault cat\n"));
        Assert.Equal(new(Path.Combine(_directory.Path, "key.pem"), "/mnt/evidence", null), Load("key: key.pem\nanchor: /mnt/evidence\n"));
    }

    [Fact]
    public void Mistake_is_named()
    {
        var refused = Assert.Throws<ConfigurationException>(() => Load("ancor: /mnt\n"));
        Assert.Contains("ancor: unknown key; did you mean 'anchor'?", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>It names a command: whoever may write it may run anything as this account.</summary>
    [Fact]
    public void Settings_that_others_may_write_are_refused()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("rights are others there");
            return;
        }
        var path = _directory.Write("audit.yaml", "anchor: /mnt/evidence\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupWrite);
        Assert.Contains("chmod go-w", Assert.Throws<ConfigurationException>(() => AuditSettings.Load(path)).Message, StringComparison.Ordinal);
    }

    private AuditSettings Load(string text)
    {
        var path = _directory.Write("audit.yaml", text);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return AuditSettings.Load(path);
    }
}
