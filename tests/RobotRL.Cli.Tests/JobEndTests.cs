using System.Diagnostics;
using RobotRL.Episodes;
using RobotRL.Model;

namespace RobotRL.Cli.Tests;

/// <summary>How jobs end: exit codes, last words, the way on; and what a terminal shows of them.</summary>
public sealed class JobEndTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Target_that_is_not_reached_is_exit_code_1_and_the_last_words_say_so()
    {
        RunOnDisk run = new(_folder["run"]);
        var result = RobotrlProcess.Run(Training.Small(run.Path, 60, "--until-success", "1"));
        Assert.Equal(1, result.ExitCode);
        Assert.Equal("env_steps", result.Json.GetProperty("ended_by").GetString());
        Assert.Contains("the target of 100", result.ErrorLines[^3], StringComparison.Ordinal);
        Assert.Equal($"  in    {run.Path}", result.ErrorLines[^2]);
        Assert.StartsWith("  next  ./robotrl train robot-configs/sim/reach.yaml --run", result.ErrorLines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Recording_without_a_success_is_exit_code_1()
    {
        var result = RobotrlProcess.Run("record", Training.Reach, "--run", _folder["run"], "--episodes", "1", "--set", "task.max_steps=2");
        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith("0 of 1 demonstrations succeeded", result.Output[0], StringComparison.Ordinal);
        Assert.Contains("ran out of time", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HUP")]
    [InlineData("INT")]
    [InlineData("TERM")]
    public void Every_request_to_end_saves_everything_and_names_the_way_on(string signal)
    {
        Assert.SkipWhen(!OperatingSystem.IsLinux(), "Sends a Unix signal.");
        RunOnDisk run = new(_folder["run"]);
        using var process = RobotrlProcess.Start(Training.Small(run.Path, 100_000));
        for (var patience = Stopwatch.StartNew(); run.Checkpoints.Count == 0; Thread.Sleep(20))
            Assert.True(!process.HasExited && patience.Elapsed < TimeSpan.FromMinutes(2), "No checkpoint came.");
        process.Send(signal);
        var result = process.Wait();
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Empty(run.TornEpisodes);
        Assert.Equal("request", result.Json.GetProperty("ended_by").GetString());
        Assert.StartsWith("Interrupted, and all is saved", result.ErrorLines[^3], StringComparison.Ordinal);
        Assert.Contains("--run", result.ErrorLines[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(80)]
    [InlineData(120)]
    public void Resumed_training_shows_its_history_in_any_width(int columns)
    {
        Assert.SkipWhen(!OperatingSystem.IsLinux(), "Needs script(1).");
        RunOnDisk run = new(_folder["run"]);
        Assert.Equal(0, RobotrlProcess.Run(Training.Small(run.Path, 120)).ExitCode);
        using TerminalSession terminal = new(columns, Training.Small(run.Path, 160));
        Assert.Equal(0, terminal.Wait());
        var shown = terminal.Text;
        Assert.Contains("in earlier sessions", shown, StringComparison.Ordinal);
        Assert.Matches("learning: 1[0-9][0-9] of 160 steps", shown);
        Assert.Matches("critic loss 0\\.", shown);
        Assert.Matches("[▁▂▃▄▅▆▇█]{3}", shown);
        var table = terminal.Lines.SkipWhile(line => !line.StartsWith("──", StringComparison.Ordinal))
            .TakeWhile(line => !line.StartsWith("Trained", StringComparison.Ordinal));
        Assert.DoesNotContain(table, line => line.Length > columns);
    }

    [Fact]
    public void Figures_that_are_no_numbers_are_null()
    {
        RunOnDisk run = new(_folder["run"]);
        Assert.Equal(0, RobotrlProcess.Run(Training.Small(run.Path, 100)).ExitCode);
        var text = File.ReadAllText(run.At("metrics.jsonl"));
        Assert.DoesNotContain("NaN", text, StringComparison.Ordinal);
        Assert.Contains("\"grasp_loss\":null", text, StringComparison.Ordinal);
    }

    /// <summary>Demonstrations by hand: the first motion begins one, words end it, and an untouched arm is none.</summary>
    [Fact]
    public void Operator_begins_and_ends_demonstrations()
    {
        Assert.SkipWhen(!OperatingSystem.IsLinux(), "Needs script(1).");
        RunOnDisk run = new(_folder["run"]);
        using TerminalSession terminal = new(100,
            ["record", Training.Reach, "--run", run.Path, "--operator", "live", "--operator-id", "alice", "--episodes", "100", .. Training.Patience]);
        terminal.Await("your first motion begins the demonstration");
        Assert.Empty(run.EpisodeFiles);
        Demonstrate("w", "\u007f", "was discarded after");
        Demonstrate("d", "y", "succeeded after");
        Demonstrate("w", "n", " failed after");
        terminal.Press("\u0003");
        Assert.Equal(0, terminal.Wait());

        Assert.Contains(Amendments.Read(run.At("episodes")).All, a => a is { Excluded: true, Author: "alice" });
        Assert.Equal((1f, true, false), End(EpisodeOutcome.Success));
        Assert.Equal((0f, true, false), End(EpisodeOutcome.Failed));
        Assert.All(run.Episodes, e => Assert.All(e.Transitions, t => Assert.True(t.IsIntervention)));
        Assert.Contains("Interrupted, and all is saved", terminal.Text, StringComparison.Ordinal);

        (float Reward, bool Terminated, bool Truncated) End(EpisodeOutcome outcome) =>
            run.Episodes.First(e => e.Outcome == outcome).Transitions.Last() is var last ? (last.Reward, last.Terminated, last.Truncated) : default;

        // What is pressed while a scene is set up ends no episode: then the same is done again.
        void Demonstrate(string motion, string word, string shows)
        {
            for (var tries = 0; !terminal.Text.Contains(shows, StringComparison.Ordinal); tries++)
            {
                Assert.True(tries < 40, $"'{shows}' was never shown, but: {terminal.Text}");
                Assert.False(terminal.HasExited, $"The session ended: {terminal.Text}");
                terminal.Press(motion);
                Thread.Sleep(1500);
                terminal.Press(word);
                Thread.Sleep(1500);
            }
        }
    }

    [Fact]
    public void Lost_terminal_stops_the_robot_and_loses_nothing()
    {
        Assert.SkipWhen(!OperatingSystem.IsLinux(), "Needs script(1).");
        RunOnDisk run = new(_folder["run"]);
        using (TerminalSession terminal = new(100,
            ["record", Training.Reach, "--run", run.Path, "--operator", "live", "--operator-id", "alice", "--episodes", "2"]))
        {
            terminal.Await("your first motion begins the demonstration");
            terminal.Press("w");
            terminal.Await("you demonstrate");
            terminal.Hang();
        }
        for (var patience = Stopwatch.StartNew(); patience.Elapsed < TimeSpan.FromSeconds(30) && run.EpisodeFiles.Count == 0; Thread.Sleep(50)) { }
        Assert.Empty(run.TornEpisodes);
        Assert.NotEmpty(run.Episodes[0].Transitions);
    }
}
