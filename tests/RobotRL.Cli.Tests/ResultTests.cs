using System.Text.Json;
using RobotRL.Cli.Commands;
using RobotRL.Model;
using RobotRL.Sessions.Processes;

namespace RobotRL.Cli.Tests;

/// <summary>What scripts rely on: the keys of the object that <c>--json</c> prints last.</summary>
public sealed class ResultTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Recording_training_and_evaluation_tell_how_they_went()
    {
        RunOnDisk run = new(_folder["run"]);
        string[] training = Training.Small(run.Path, 60, "--deterministic");
        var set = training.SkipWhile(word => word != "--set").Where(word => word != "--deterministic").ToArray();

        var record = Done(["record", Training.Reach, "--run", run.Path, "--episodes", "2", "--json", .. set]);
        Assert.Equal((2, 2), (record.GetProperty("episodes").GetInt32(), run.Episodes.Count));
        Assert.Equal(run.Episodes.Count(e => e.Outcome == EpisodeOutcome.Success), record.GetProperty("successes").GetInt32());
        Assert.Equal(run.Episodes.Sum(e => e.Steps.Count), record.GetProperty("steps").GetInt32());
        Assert.Equal(record.GetProperty("steps").GetInt32(), record.GetProperty("human_steps").GetInt32());
        Assert.Equal(run.Path, record.GetProperty("run").GetString());
        Assert.Empty(run.Checkpoints);
        var recorded = run.EpisodeFiles.ToDictionary(f => f, f => File.ReadAllBytes(run.At("episodes", f)));

        var train = Done(training);
        foreach (var key in new[] { "env_steps", "learner_steps", "wall_s", "success_rate", "intervention_fraction", "demonstration_steps", "human_steps" })
            Assert.True(train.GetProperty(key).GetDouble() >= 0, key);
        Assert.Equal(run.Path, train.GetProperty("run").GetString());
        Assert.All(recorded, e => Assert.Equal(e.Value, File.ReadAllBytes(run.At("episodes", e.Key))));
        Assert.Equal(3, run.Episodes.Count(e => e.Info.Kind == EpisodeKind.Demonstration && e.Outcome == EpisodeOutcome.Success));

        var eval = Done(["eval", run.Path, "--episodes", "3", "--json"]);
        Assert.Equal(3, eval.GetProperty("episodes").GetInt32());
        Assert.Equal(eval.GetProperty("successes").GetInt32() / 3.0, eval.GetProperty("success_rate").GetDouble(), 9);
        Assert.InRange(eval.GetProperty("success_rate").GetDouble(), eval.GetProperty("wilson_low").GetDouble(), eval.GetProperty("wilson_high").GetDouble());
        foreach (var key in new[] { "cycle_time_s", "violations", "reflexes" }) Assert.True(eval.GetProperty(key).GetDouble() >= 0, key);
        Assert.Equal(train.GetProperty("learner_steps").GetInt64(), eval.GetProperty("policy_version").GetInt64());
        Assert.Equal(eval.ToString(), Done(["eval", run.Path, "--episodes", "3", "--json"]).ToString());
    }

    [Theory]
    [InlineData("update", "full_update_cpu_ms, heads_update_cpu_ms, batch, threads, step_cpu_ms")]
    [InlineData("memory", "steps, live_tensors_at_start, live_tensors_at_end, step_ms")]
    [InlineData("inference", "p50_us, p99_us, cameras, p999_us, max_us, resnet10_p50_us, resnet10_p99_us")]
    [InlineData("replay", "insert_us, sample_us, batch, bytes_per_transition")]
    [InlineData("pipeline", "frames_per_s, bytes_per_frame")]
    [InlineData("sim", "raw_steps_per_s, stack_steps_per_s, fraction, rendered_steps_per_s")]
    public void Benchmark_gives_its_figures_and_names_the_machine(string name, string keys)
    {
        var figures = Done(["bench", name, "--brief", "--json"]);
        foreach (var key in keys.Split(", ")) Assert.True(figures.GetProperty(key).GetDouble() > 0, key);
        Assert.Equal(Environment.ProcessorCount, figures.GetProperty("cores").GetInt32());
        Assert.NotEqual("", figures.GetProperty("machine").GetString());
    }

    [Fact]
    public void Benchmark_without_json_is_a_table_for_people()
    {
        var result = RobotrlProcess.Run("bench", "pipeline", "--brief");
        Assert.Contains(result.Output, line => line.Contains("frames_per_s", StringComparison.Ordinal));
        Assert.DoesNotContain(result.Output, line => line.Contains('\u001b', StringComparison.Ordinal));
        Assert.Equal("", result.Error);
    }

    private static JsonElement Done(string[] words)
    {
        var result = RobotrlProcess.Run(words);
        Assert.True(result.ExitCode == 0, result.Error);
        return result.Json;
    }
}
