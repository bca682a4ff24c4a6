using RobotRL.Cli.Commands;
using RobotRL.Episodes;
using RobotRL.Model;
using RobotRL.Sensing;
using RobotRL.Sessions.Processes;

namespace RobotRL.Cli.Tests;

/// <summary>
/// A learner that fails ends the training in order: the robot at rest, one line that names the cause, exit code 3, everything recorded kept.
/// What makes it fail is an episode, whole and readable, that holds a number which is none.
/// </summary>
public sealed class LearnerFailureTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(50, false)]
    [InlineData(50, true)]
    [InlineData(0, false)]
    public void Learning_from_a_number_that_is_none_ends_training_with_one_line_and_exit_3(int pretrainSteps, bool deterministic)
    {
        RunOnDisk run = new(_folder["run"]);
        string[] training = [.. Training.Small(run.Path, 500, "--set", $"learner.pretrain_steps={pretrainSteps}"),
            .. deterministic ? (string[])["--deterministic"] : []];
        var set = training.SkipWhile(word => word != "--set").Where(word => word != "--deterministic").ToArray();
        var record = RobotrlProcess.Run(["record", Training.Reach, "--run", run.Path, "--episodes", "3", .. set]);
        Assert.True(record.ExitCode == 0, record.Error);
        Spoil(run, run.EpisodeFiles[1]);
        var recorded = run.EpisodeFiles.ToDictionary(f => f, f => File.ReadAllBytes(run.At("episodes", f)));

        var result = RobotrlProcess.Run(training);
        Assert.Equal(3, result.ExitCode);
        var line = Assert.Single(result.ErrorLines, l => l.Contains("diverged", StringComparison.Ordinal));
        Assert.Contains("came to rest", line, StringComparison.Ordinal);
        Assert.DoesNotContain(result.ErrorLines, l => l.Contains("   at ", StringComparison.Ordinal) || l.Contains("Exception", StringComparison.Ordinal));
        Assert.All(recorded, e => Assert.Equal(e.Value, File.ReadAllBytes(run.At("episodes", e.Key))));
        if (pretrainSteps > 0) Assert.Equal(0, run.EnvSteps);
    }

    [Fact]
    public void A_damaged_newest_checkpoint_gives_way_to_the_one_before_in_training_and_evaluation()
    {
        RunOnDisk run = new(_folder["run"]);
        var trained = RobotrlProcess.Run(Training.Small(run.Path, 160));
        Assert.True(trained.ExitCode == 0, trained.Error);
        var newest = run.Checkpoints.MaxBy(c => int.Parse(c.AsSpan(5), System.Globalization.CultureInfo.InvariantCulture))!;
        Assert.Equal(2, run.Checkpoints.Count);
        var tensors = run.At("checkpoints", newest, "tensors.safetensors");
        using (var cut = File.OpenWrite(tensors)) cut.SetLength(cut.Length / 2);

        var evaluated = RobotrlProcess.Run("eval", run.Path, "--episodes", "1", "--json");
        Assert.True(evaluated.ExitCode == 0, evaluated.Error);
        Assert.Contains("going on from", Assert.Single(evaluated.ErrorLines, l => l.Contains(newest, StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.True(File.Exists(tensors)); // an evaluation moves nothing

        var resumed = RobotrlProcess.Run(Training.Small(run.Path, 190));
        Assert.True(resumed.ExitCode == 0, resumed.Error);
        Assert.Contains("going on from", Assert.Single(resumed.ErrorLines, l => l.Contains(newest, StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Contains(newest + ".damaged", run.Checkpoints);
    }

    private static void Spoil(RunOnDisk run, string file)
    {
        var path = run.At("episodes", file);
        var episode = EpisodeReader.Read(path);
        File.Delete(path);
        using var scratch = new TemporaryFolder();
        using (var writer = EpisodeStore.Open(scratch.Path, TornEpisodes.Keep, _ => { }).Begin(episode.Info))
        {
            var observation = Spoilt(episode.Steps[0].Transition.Observation);
            foreach (var step in episode.Steps)
            {
                var next = Spoilt(step.Transition.Next);
                writer.Append(step.Transition with { Observation = observation, Next = next }, step.PolicyVersion);
                observation = next;
            }
            writer.Complete(episode.Outcome);
        }
        File.Move(Directory.GetFiles(scratch.Path).Single(), path);

        static Observation Spoilt(Observation o) => new(o.Time, [.. o.Proprioception.Select((x, i) => i == 2 ? float.NaN : x)], o.Images);
    }
}
