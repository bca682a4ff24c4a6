using RobotRL.Learning;
using RobotRL.Model;
using RobotRL.Sessions.Processes;

namespace RobotRL.Cli.Tests;

/// <summary>In deterministic mode a run follows from configuration and seed alone.</summary>
public sealed class DeterminismTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Same_seed_gives_the_same_run_to_the_bit_and_another_seed_does_not()
    {
        var (first, second, other) = (Train("first", "7"), Train("second", "7"), Train("other", "8"));
        SameRun(first, second);
        Assert.NotEqual(first.TimelessMetrics, other.TimelessMetrics);
        Assert.NotEqual(first.Checkpoint["tensors.safetensors"], other.Checkpoint["tensors.safetensors"]);

        RunOnDisk Train(string name, string seed) => Trained(Training.Small(_folder[name], 150, "--deterministic", "--seed", seed));
    }

    [Fact]
    public void Same_seed_gives_the_same_run_to_the_bit_with_rendered_images()
    {
        var (first, second) = (Train("first"), Train("second"));
        SameRun(first, second);
        Assert.All(first.Episodes[^1].Steps, step => Assert.Equal(2, step.Transition.Observation.Images.Count));

        RunOnDisk Train(string name) => Trained(Training.SmallWithImages(_folder[name], 80, "--deterministic"));
    }

    private RunOnDisk Trained(string[] arguments)
    {
        var result = RobotrlProcess.Run(arguments);
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.True(result.Json.GetProperty("learner_steps").GetInt64() > 20);
        return new RunOnDisk(result.Json.GetProperty("run").GetString()!);
    }

    private static void SameRun(RunOnDisk first, RunOnDisk second)
    {
        Assert.Equal(first.TimelessMetrics, second.TimelessMetrics);
        Assert.Equal(first.Checkpoints, second.Checkpoints);
        Assert.Equal(first.Checkpoint.Keys.Order(), second.Checkpoint.Keys.Order());
        Assert.All(first.Checkpoint, file => Assert.True(file.Value.AsSpan().SequenceEqual(second.Checkpoint[file.Key]), $"{file.Key} differs"));
        Assert.Equal(first.EpisodeFiles, second.EpisodeFiles);
        Assert.All(first.EpisodeFiles, file => Assert.Equal(File.ReadAllBytes(first.At("episodes", file)), File.ReadAllBytes(second.At("episodes", file))));
    }
}
