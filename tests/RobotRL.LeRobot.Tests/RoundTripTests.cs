using System.Runtime.InteropServices;
using RobotRL.Episodes;
using RobotRL.Model;

namespace RobotRL.LeRobot.Tests;

public sealed class RoundTripTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("robotrl-lerobot-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task What_both_carry_comes_back_to_the_bit()
    {
        Episode[] episodes =
        [
            Recorded.Episode(0, 5, 1, EpisodeOutcome.Success), Recorded.Episode(1, 1, 2, EpisodeOutcome.TimedOut),
            Recorded.Episode(3, 7, 3, EpisodeOutcome.SafetyStop),
            Recorded.Episode(4, 4, 4, EpisodeOutcome.Interrupted), Recorded.Episode(5, 0, 5, EpisodeOutcome.Interrupted),
        ];
        var figures = await LeRobotExport.WriteAsync(Path.Combine(_folder, "set"), Recorded.Description, episodes);
        Assert.Equal((4, 17), (figures.Episodes, (int)figures.Frames));

        var back = await LeRobotImport.ReadAsync(figures.Directory, Recorded.Description);

        Assert.Equal([0, 1, 2, 3], back.Select(e => e.Index));
        foreach (var (was, now) in episodes.Where(e => e.Steps.Count > 0).Zip(back))
        {
            Assert.Equal(was.Outcome, now.Outcome);
            Assert.Equal(was.Steps.Select(Text), now.Steps.Select(Text));
            for (var i = 1; i < now.Steps.Count; i++) Assert.Same(now.Steps[i - 1].Transition.Next, now.Steps[i].Transition.Observation);
            // The last observation has no place in the format.
            Assert.Same(now.Steps[^1].Transition.Observation, now.Steps[^1].Transition.Next);
        }
    }

    [Fact]
    public async Task A_dataset_that_does_not_fit_is_refused_with_file_and_feature()
    {
        var written = await LeRobotExport.WriteAsync(Path.Combine(_folder, "set"), Recorded.Description, [Recorded.Episode(0, 2, 1, EpisodeOutcome.Success)]);
        var set = written.Directory;
        async Task Refused(string expected, DatasetDescription description)
        {
            var message = (await Assert.ThrowsAsync<InvalidDataException>(() => LeRobotImport.ReadAsync(set, description))).Message;
            Assert.Contains(expected, message, StringComparison.Ordinal);
            Assert.Contains("info.json", message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', message);
        }
        static DatasetDescription With(ImageBlock image) => Recorded.Description with { Observed = Recorded.Observed(image) };
        await Refused("fps", Recorded.Description with { FramesPerSecond = 20 });
        await Refused("features.action: shape [6]", Recorded.Description with { Actions = ActionLayout.Of(new([0, 1], 0.01, 0.1, HasGripper: true)) });
        await Refused("observation.images.front: missing", With(new ImageBlock("front", ImageShape.Square(8))));
        await Refused("observation.images.wrist: shape", With(new ImageBlock("wrist", ImageShape.Square(16))));
        await Refused("observation.images.top: shape [3, 5, 1]", With(new ImageBlock("top", new(5, 3, ImageShape.Rgb))));
        var information = Path.Combine(set, "meta/info.json");
        File.WriteAllText(information, File.ReadAllText(information).Replace("v3.0", "v2.1", StringComparison.Ordinal));
        await Refused("codebase_version: v2.1", Recorded.Description);
        File.WriteAllText(information, "{");
        await Refused("not a dataset's information", Recorded.Description);
        await Assert.ThrowsAsync<IOException>(() => LeRobotExport.WriteAsync(set, Recorded.Description, [Recorded.Episode(0, 2, 1, EpisodeOutcome.Success)]));
    }

    private static string Text(EpisodeStep step)
    {
        var (o, a, t) = (step.Transition.Observation, step.Transition.Action, step.Transition);
        string Hex(ReadOnlySpan<float> values) => Convert.ToHexString(MemoryMarshal.AsBytes(values));
        string Action(PolicyAction p) => $"{Hex(p[0].Motion)} {Hex([p[0].Stiffness, p[0].Damping])} {p[0].Gripper}";
        return $"{o.Time.Ns} {Hex(o.Proprioception)} {string.Join(' ', o.Images.Select(i => $"{i.CaptureTime.Ns} {i.Shape} {Convert.ToHexString(i.Pixels)}"))} "
            + $"{a.Source} {Action(a.Policy)} {Action(a.Proposed)} {Action(a.Executed)} {(uint)a.Limits} "
            + $"{t.Reward} {t.Terminated} {t.Truncated} {step.PolicyVersion}";
    }
}
