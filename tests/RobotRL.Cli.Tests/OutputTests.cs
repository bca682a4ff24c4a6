using System.Text.Json;
using System.Text.RegularExpressions;
using RobotRL.Sessions.Processes;

namespace RobotRL.Cli.Tests;

/// <summary>Answers on stdout, logs on stderr, one object with <c>--json</c>, and no channel that ends a job.</summary>
public sealed class OutputTests(RecordedRun recorded) : IClassFixture<RecordedRun>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Commands that answer a question, and what the answer holds.</summary>
    public static TheoryData<string, string> Answers => new()
    {
        { "episodes list RUN", "Demonstration" },
        { "episodes show RUN --episode 0", "proposed, executed" },
        { "episodes recover RUN", "0 damaged" },
        { "events list RUN", "reason" },
        { "audit verify RUN", "holds: " },
        { "audit query RUN events", "event" },
        { "mcap info RUN/episodes/000000.mcap --verify", "every checksum holds" },
        { "replay RUN --episode 0", "decisions identical" },
        { "eval RUN --episodes 1", "success " },
        { "plot RUN --out OUT/curves.png", "curves.png" },
    };

    [Theory, MemberData(nameof(Answers))]
    public void Answer_is_on_stdout_and_with_json_the_object_alone(string words, string holds)
    {
        var run = recorded.CopyTo(_folder["run"]);
        string[] command = [.. words.Split(' ')
            .Select(w => w.Replace("RUN", run.Path, StringComparison.Ordinal).Replace("OUT", _folder.Path, StringComparison.Ordinal))];
        if (command is ["audit", "query", ..]) command[^1] = "SELECT event FROM events LIMIT 3";
        string[] anchored = command is ["audit", "verify", ..] ? [.. command, "--unanchored"] : command;

        var plain = RobotrlProcess.Run(anchored);
        Assert.Contains(holds, string.Join('\n', plain.Output), StringComparison.Ordinal);
        Assert.DoesNotContain(holds, plain.Error, StringComparison.Ordinal);
        var json = RobotrlProcess.Run([.. anchored, "--json"]);
        Assert.Equal(plain.ExitCode, json.ExitCode);
        Assert.Equal(JsonValueKind.Object, JsonDocument.Parse(Assert.Single(json.Output)).RootElement.ValueKind);
    }

    [Theory]
    [InlineData("eval /no/such/run", 2, "no run here")]
    [InlineData("trian", 2, "did you mean train?")]
    [InlineData("bench", 2, "bench needs one of")]
    [InlineData("train robot-configs/sim/reach.yaml --run /no/run --env-steps many", 2, "write a whole number")]
    [InlineData("train robot-configs/sim/reach.yaml --run /no/run --set learner.discount=2 --set task.max_steps=0", 2, "out of range")]
    public void Failure_is_an_object_too(string words, int exit, string says)
    {
        var result = RobotrlProcess.Run([.. words.Split(' '), "--json"]);
        Assert.Equal(exit, result.ExitCode);
        var json = JsonDocument.Parse(Assert.Single(result.Output)).RootElement;
        Assert.Equal(exit, json.GetProperty("exit").GetInt32());
        Assert.Equal(["error", "exit"], json.EnumerateObject().Select(p => p.Name));
        Assert.Contains(says, json.GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Equal(json.GetProperty("error").GetString(), result.Error.TrimEnd());
    }

    [Theory]
    [InlineData("2>/dev/full", 0)]
    [InlineData("2>&-", 0)]
    [InlineData(">&-", 0)]
    [InlineData("2>/dev/full >/dev/null", 0)]
    [InlineData(">/dev/full", 3)] // the run is whole and the answer is lost
    public void Training_ends_in_order_whatever_becomes_of_its_output(string channels, int exit)
    {
        Assert.SkipWhen(!OperatingSystem.IsLinux(), "Needs a shell and /dev/full.");
        RunOnDisk run = new(_folder["run"]);
        Assert.Equal(exit, RobotrlProcess.Shell($"{RobotrlProcess.Words(Training.Small(run.Path, 60))} {channels}").ExitCode);
        Assert.True(run.EnvSteps >= 60);
        Assert.Empty(run.TornEpisodes);
        Assert.NotEmpty(run.Checkpoints);
    }

    [Fact]
    public void Reader_that_has_seen_enough_is_no_error()
    {
        Assert.SkipWhen(!OperatingSystem.IsLinux(), "Needs a shell.");
        var run = recorded.CopyTo(_folder["run"]);
        foreach (string[] command in (string[][])[["mcap", "cat", run.At("episodes", "000000.mcap")], ["episodes", "list", run.Path], ["--help"]])
        {
            var result = RobotrlProcess.Shell($"{RobotrlProcess.Words(command)} | head -n 1; echo ${{PIPESTATUS[0]}}");
            Assert.Equal("0", result.Output[^1]);
            Assert.Equal("", result.Error);
        }
    }

    /// <summary>Native libraries write nothing: every line is one of the program's own.</summary>
    [Fact]
    public void Training_from_images_says_only_its_own_lines()
    {
        var result = RobotrlProcess.Run(Training.SmallWithImages(_folder["run"], 50, "--deterministic"));
        Assert.True(result.ExitCode == 0, result.Error);
        Regex known = new(@"^(\d\d:\d\d:\d\d (starting|demonstrations: |pretraining: |learning: |STOPPED|demonstration \d+ |the reflex ).*|spring force at " +
            "most .*|Trained: .*|  (in|next)  .*)$");
        Assert.DoesNotContain(result.ErrorLines, line => !known.IsMatch(line));
    }

    [Fact]
    public void Bare_call_shows_help_without_numbers_that_nobody_asked_for()
    {
        var bare = RobotrlProcess.Run();
        Assert.Equal(0, bare.ExitCode);
        Assert.Contains(bare.Output, line => line.TrimStart().StartsWith("train", StringComparison.Ordinal));
        foreach (var command in (string[])["train", "mcap cat", "control", "record"])
        {
            var help = string.Join('\n', RobotrlProcess.Run([.. command.Split(' '), "--help"]).Output);
            Assert.DoesNotContain("9223372036854775807", help, StringComparison.Ordinal);
            Assert.DoesNotContain("∞", help, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("bash", "complete -o default -F _robotrl")]
    [InlineData("zsh", "compdef _robotrl")]
    [InlineData("pwsh", "Register-ArgumentCompleter")]
    public void Shells_get_a_completion_script(string shell, string holds)
    {
        var result = RobotrlProcess.Run("completion", shell);
        Assert.Equal(0, result.ExitCode);
        Assert.Contains(holds, string.Join('\n', result.Output), StringComparison.Ordinal);
        const string line = "robotrl train x --operator ";
        Assert.Equal(["live", "none", "ros2", "scripted"], RobotrlProcess.Run($"[suggest:{line.Length}]", line).Output.Order());
    }

    [Fact]
    public void Bash_completes_with_the_script()
    {
        Assert.SkipWhen(!OperatingSystem.IsLinux(), "Needs bash.");
        var script = string.Join('\n', RobotrlProcess.Run("completion", "bash").Output);
        var said = RobotrlProcess.Shell($"{script}\nrobotrl() {{ {RobotrlProcess.Words()} \"$@\"; }}\nCOMP_WORDS=(robotrl tr) COMP_CWORD=1 " +
            $"COMP_LINE='robotrl tr' COMP_POINT=10\n_robotrl; echo \"${{COMPREPLY[*]}}\"");
        Assert.Equal("train", said.Output[^1]);
    }

    /// <summary>The page is written by the program: <c>robotrl docs commands</c>.</summary>
    [Fact]
    public void Page_of_commands_is_what_the_command_line_says()
    {
        Assert.Equal(0, RobotrlProcess.Run("docs", "commands", "--out", _folder["commands.md"]).ExitCode);
        Assert.Equal(File.ReadAllText(Path.Combine(RobotrlProcess.Root, "docs", "commands.md")), File.ReadAllText(_folder["commands.md"]));
    }
}
