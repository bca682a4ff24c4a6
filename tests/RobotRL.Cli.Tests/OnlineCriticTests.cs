using RobotRL.Cli.Commands;
using RobotRL.Critic;
using RobotRL.Lab.Ablation;
using RobotRL.Learning;

namespace RobotRL.Cli.Tests;

/// <summary>A critic that learns on: what it is given to learn from, and that it neither forgets nor goes unchecked.</summary>
public sealed class OnlineCriticTests : IDisposable
{
    private static readonly SafetyCriticParameters Parameters = new() { RiskDiscount = 0.5, BatchSize = 32, LearningRate = 1e-3 };
    private static readonly CalibrationGoal Goal = new(0.02, 1, 0.05, -0.5);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static float[] At(float x, float move) => [x, 0, move, 0];

    private static HarmEpisode Step(float[] features, bool violated, bool demonstration = false) =>
        new([(features, violated ? 1 : -1)], violated, IsOver: !violated, demonstration);

    /// <summary>At x = −1 a move ahead does harm, a move back does not; of x = 1 nothing is known.</summary>
    private OnlineCritic Pretrained()
    {
        HarmEpisode[] known = [.. Enumerable.Range(0, 40)
            .SelectMany(i => (HarmEpisode[])[Step(At(-1, 1), true), Step(At(-1, -1), false, demonstration: true), Step(At(-1, 0), false)])];
        CriticOrder order = new()
        {
            Task = "test",
            Features = SafetyFeatureLayout.Navigation,
            Parameters = Parameters,
            Steps = 400,
            Goal = Goal,
            Seed = 1,
            Folder = _folder["critic"],
            TrainedOn = "a test",
        };
        var result = CriticPretraining.Run(order, known, CancellationToken.None);
        Assert.Equal(120, result.Episodes);
        return new(_folder["critic"], SafetyFeatureLayout.Navigation, Parameters, Goal, 1);
    }

    [Fact]
    public void Goes_on_from_the_pretrained_critic_learns_new_harm_and_keeps_the_old()
    {
        using var critic = Pretrained();
        var before = critic.Learn(0);
        Assert.Equal(400, before.Version);
        Assert.True(before.Query(At(-1, 1)).Risk > 0.8 && before.Query(At(-1, -1)).Risk < 0.2);

        critic.Add([Step(At(1, -1), true), Step(At(1, 1), false)]);
        var after = critic.Learn(400);
        Assert.Equal(800, after.Version);
        Assert.True(after.Query(At(1, -1)).Risk > 0.8, $"new harm: {after.Query(At(1, -1))}");
        Assert.True(after.Query(At(1, 1)).Risk < 0.2, $"new calm: {after.Query(At(1, 1))}");
        Assert.True(after.Query(At(-1, 1)).Risk > 0.8 && after.Query(At(-1, -1)).Risk < 0.2, "what was known is still known");
        Assert.InRange(after.RiskThreshold, 0.05, 0.5);
    }

    [Fact]
    public void Experience_that_is_no_number_ends_learning_and_what_was_written_stays()
    {
        using var critic = Pretrained();
        critic.Learn(0);
        critic.Write(_folder["critic"], "before");
        var before = File.ReadAllBytes(Path.Combine(_folder["critic"], SafetyWeightsFile.Tensors));
        critic.Add([new([(At(1, -1), float.NaN)], Violated: true, IsOver: false)]);
        Assert.Contains("diverged", Assert.Throws<LearningDivergedException>(() => critic.Learn(50)).Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(Path.Combine(_folder["critic"], SafetyWeightsFile.Tensors)));
        Assert.True(critic.Learn(0).Query(At(-1, 1)).Risk > 0.8);
    }

    [Fact]
    public void What_it_writes_is_gone_on_from()
    {
        using (var critic = Pretrained())
        {
            critic.Add([Step(At(1, -1), true)]);
            critic.Learn(50);
            critic.Write(_folder["critic"], "online");
        }
        using var again = new OnlineCritic(_folder["critic"], SafetyFeatureLayout.Navigation, Parameters, Goal, 1);
        Assert.Equal(450, again.Learn(0).Version);
    }

    [Fact]
    public void Experience_that_is_damaged_or_of_other_features_is_refused()
    {
        Pretrained().Dispose();
        Assert.Throws<InvalidDataException>(() => new OnlineCritic(_folder["critic"], SafetyFeatureLayout.Arm([0]), Parameters, Goal, 1));
        var file = Path.Combine(_folder["critic"], HarmLog.File);
        using (var cut = File.OpenWrite(file)) cut.SetLength(cut.Length - 4);
        Assert.Throws<InvalidDataException>(() => new OnlineCritic(_folder["critic"], SafetyFeatureLayout.Navigation, Parameters, Goal, 1));
    }

    [Fact]
    public void Experience_reads_as_it_was_written()
    {
        HarmEpisode[] episodes = [new([(At(0, 1), -0.5f), (At(1, 1), 0.2f)], true, false), Step(At(2, 0), false, demonstration: true)];
        Directory.CreateDirectory(_folder["log"]);
        HarmLog.Write(_folder["log"], episodes);
        var read = HarmLog.Read(_folder["log"], 4);
        foreach (var (was, now) in episodes.Zip(read, (a, b) => (a, b)))
        {
            Assert.Equal((was.Violated, was.IsOver, was.IsDemonstration, was.Steps.Count), (now.Violated, now.IsOver, now.IsDemonstration, now.Steps.Count));
            foreach (var (a, b) in was.Steps.Zip(now.Steps, (a, b) => (a, b)))
            {
                Assert.Equal(a.Features, b.Features);
                Assert.Equal(a.Margin, b.Margin);
            }
        }
    }

    // A motion that the reflex replaced did no harm because it was not made: it must not teach that it was harmless.
    //
    //   part     0 1 2 3 | 4 5 6 7 | 8 9 10 11      a decision is four parts; phase 0 has the links 0, 4, 8
    //   reflex             . . x x                  acts in the second decision
    [Fact]
    public void Chain_ends_with_the_motion_that_the_reflex_replaced()
    {
        var recorder = new HarmRecorder(40);
        for (var part = 0; part < 12; part++) recorder.Add([part], peakN: 1, acted: part is 6 or 7);
        var first = recorder.Chains(isOver: true).Where(c => c.Steps[0].Features[0] % HarmRecorder.Phases == 0).ToArray();
        Assert.Equal(2, first.Length);
        Assert.Equal([0, 4], first[0].Steps.Select(s => s.Features[0]));
        Assert.Equal([8], first[1].Steps.Select(s => s.Features[0]));
        var learned = first.SelectMany(c => c.Transitions()).ToArray();
        Assert.Equal([0f, 8f], learned.Select(t => t.Features[0])); // 4 has no outcome of its own
        Assert.Equal(4, learned[0].Next![0]); // but it is what 0 led to
        Assert.Null(learned[1].Next);
    }
}
