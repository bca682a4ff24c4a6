using RobotRL.Configuration;
using RobotRL.Sessions.Processes;

namespace RobotRL.Cli.Tests;

/// <summary>
/// A run that somebody else made, through the commands that take one: it executes nothing, writes nowhere but in itself, and does not say who vouches for it.
/// </summary>
public sealed class ReceivedRunTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Command_and_anchor_that_a_run_names_are_not_used()
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("needs a POSIX shell");
        var run = Trained();
        var (mark, anchor) = (_folder["executed"], _folder["anchored"]);
        File.AppendAllText(Path.Combine(run, "config.yaml"), $$"""
            audit:
              anchor: {{anchor}}
              anchor_command: "touch '{{mark}}'"
              head_every_s: 60
              retention_days: {interventions: 1, safety: 1, other: 1}

            """);
        foreach (var episode in Directory.GetFiles(Path.Combine(run, "episodes"), "*.mcap")) File.SetLastWriteTimeUtc(episode, DateTime.UtcNow.AddYears(-9));
        foreach (var command in Commands(run)) RobotrlProcess.Run(command);
        Assert.False(File.Exists(mark));
        Assert.False(Directory.Exists(anchor));
        var refused = RobotrlProcess.Run("eval", run, "--episodes", "1");
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("audit.anchor_command: no run says where it is vouched for", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_does_not_choose_the_folder_that_a_learning_critic_is_written_to()
    {
        var run = Trained();
        CriticFolder.Write(_folder["critic"]);
        var before = Directory.GetFiles(_folder["critic"]).ToDictionary(file => file, File.ReadAllBytes);
        var config = Path.Combine(run, "config.yaml");
        File.AppendAllText(config, $$"""
            safety:
              mode: shadow
              critic: {{_folder["critic"]}}
              trigger_ms: 3
              hysteresis: 0.2
              recovery: {kind: analytic, path_s: 1, duration_s: 1, stiffness_share: 0.3}
              hold_s: 1
              max_age_s: 60
              online: {force_limit_n: 40, risk_discount: 0.6, false_interventions: 0.02, updates_per_episode: 1}

            """);
        var result = RobotrlProcess.Run("train", config, "--run", run, "--env-steps", "80");
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("safety.critic: training would write to", result.Error, StringComparison.Ordinal);
        Assert.All(before, file => Assert.Equal(file.Value, File.ReadAllBytes(file.Key)));
        // Whoever starts it may say so: then it is the changed configuration that is refused.
        var said = RobotrlProcess.Run("train", config, "--run", run, "--env-steps", "80", "--set", $"safety.critic={_folder["critic"]}");
        Assert.Contains("another configuration", said.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Account_settings_say_where_heads_go()
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("needs a POSIX shell");
        var settings = Path.Combine(_folder["home"], "robotrl", "audit.yaml");
        Directory.CreateDirectory(Path.GetDirectoryName(settings)!);
        File.WriteAllText(settings, $"anchor: {_folder["vault"]}\nanchor_command: cat >> '{_folder["sent"]}'\nkey: key.pem\n");
        Dictionary<string, string> account = new() { ["XDG_CONFIG_HOME"] = _folder["home"] };
        string[] unset = ["ROBOTRL_AUDIT_KEY", "ROBOTRL_AUDIT_ANCHOR", "ROBOTRL_AUDIT_ANCHOR_COMMAND"];
        var recorded = RobotrlProcess.Run(account, unset, "record", Training.Reach, "--run", _folder["run"], "--episodes", "1", "--json");
        Assert.True(recorded.ExitCode == 0, recorded.Error);
        Assert.True(File.Exists(Path.Combine(_folder["home"], "robotrl", "key.pem")));
        Assert.Equal(File.ReadAllText(Directory.GetFiles(_folder["vault"], "*.heads.jsonl").Single()), File.ReadAllText(_folder["sent"]));
        Assert.Equal(0, RobotrlProcess.Run(account, unset, "audit", "verify", _folder["run"]).ExitCode);
    }

    [Fact]
    public void Link_in_a_run_is_not_followed_by_any_command()
    {
        var run = Trained();
        var (victim, victims) = (_folder["victim"], _folder["victims"]);
        File.WriteAllText(victim, "mine\n");
        Directory.CreateDirectory(victims);
        var day = Path.GetRelativePath(run, Directory.GetFiles(Path.Combine(run, "audit"), "2*.jsonl").Single());
        string[] files =
        [
            "metrics.jsonl", "learner.jsonl", "pruned.jsonl", "learner.progress", "recording.lock", "config.yaml.tmp", day, "audit/heads.jsonl", "audit/lock",
            "episodes/amendments.jsonl",
        ];
        string[] folders = ["audit", "audit/writers", "episodes", "events", "checkpoints", "weights", "weights/versions", "tensorboard", "files"];
        var turn = 0;
        foreach (var (name, isFolder) in files.Select(f => (f, false)).Concat(folders.Select(f => (f, true))))
        {
            var (place, aside) = (Path.Combine(run, name), _folder["aside"]);
            if (File.Exists(place)) File.Move(place, aside);
            else if (Directory.Exists(place)) Directory.Move(place, aside);
            if (isFolder) Directory.CreateSymbolicLink(place, victims);
            else File.CreateSymbolicLink(place, victim);
            // Every command with one name, one command with every other.
            var commands = Commands(run);
            foreach (var command in turn++ == 0 ? commands : [commands[turn % commands.Length]])
            {
                var result = RobotrlProcess.Run(command);
                var isRefused = result.ExitCode == 2 && result.Error.Contains($"{name}: a link", StringComparison.Ordinal);
                Assert.True(isRefused, $"{name}, {string.Join(' ', command)}: {result.ExitCode} {result.Error}");
            }
            File.Delete(place);
            if (File.Exists(aside)) File.Move(aside, place);
            else if (Directory.Exists(aside)) Directory.Move(aside, place);
        }
        Assert.Equal("mine\n", File.ReadAllText(victim));
        Assert.Empty(Directory.GetFileSystemEntries(victims));
        var whole = RobotrlProcess.Run("eval", run, "--episodes", "1");
        Assert.True(whole.ExitCode == 0, whole.Error);
    }

    /// <summary>Before anything below a run is opened, all of it is looked at: its configuration too, and whoever asks for it.</summary>
    [Fact]
    public void Pipe_in_place_of_the_configuration_holds_no_command()
    {
        if (!OperatingSystem.IsLinux()) Assert.Skip("needs mkfifo");
        var recorded = RobotrlProcess.Run("record", Training.Reach, "--run", _folder["run"], "--episodes", "1", "--json");
        Assert.True(recorded.ExitCode == 0, recorded.Error);
        var (run, config) = (_folder["run"], Path.Combine(_folder["run"], "config.yaml"));
        File.Delete(config);
        using (var made = System.Diagnostics.Process.Start("mkfifo", config)) made.WaitForExit();
        string[][] commands =
        [
            ["train", config, "--run", run, "--env-steps", "80"], ["record", config, "--run", _folder["other"]],
            ["control", config, "--channel", "held", "--seconds", "1"],
            ["views", config, "--out", _folder["views.png"]], ["eval", run, "--episodes", "1"], ["train", Training.Reach, "--run", run, "--env-steps", "80"],
        ];
        foreach (var command in commands)
        {
            var result = RobotrlProcess.Run(command);
            Assert.True(result.ExitCode == 2 && result.Error.Contains("config.yaml: neither a file nor a folder", StringComparison.Ordinal),
                $"{string.Join(' ', command)}: {result.ExitCode} {result.Error}");
        }
    }

    private string Trained()
    {
        var result = RobotrlProcess.Run(Training.Small(_folder["run"], 60));
        Assert.True(result.ExitCode == 0, result.Error);
        return _folder["run"];
    }

    private string[][] Commands(string run) =>
    [
        ["train", Path.Combine(run, "config.yaml"), "--run", run, "--env-steps", "80"],
        ["eval", run, "--episodes", "1"],
        ["learner", run, "--wait-seconds", "0", "--until-stdin-ends"],
        ["audit", "approve", run, "--policy", "latest", "--by", "B", "--reason", "none"],
        ["audit", "prune", run],
        ["audit", "verify", run],
        ["audit", "report", run, "--out", _folder["report.html"], "--no-pdf"],
        ["replay", run],
        ["episodes", "list", run],
        ["events", "list", run],
    ];
}
