using RobotRL.Critic;
using RobotRL.Model;

namespace RobotRL.Learning.Tests;

/// <summary>Thresholds keep the rate that they were set for, also on data that they were not set on; and the buffer keeps the share of harm.</summary>
public class SafetyCalibrationTests
{
    /// <summary>Harmless and harmful steps whose answers overlap.</summary>
    private static ScoredStep[] Steps(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ =>
    {
        var harm = random.NextDouble() < 0.1;
        return new ScoredStep(Math.Clamp(random.NextDouble() * 0.6 + (harm ? 0.35 : 0), 0, 1), random.NextDouble() * 2 - (harm ? 0.5 : 1.5), harm);
    })];

    [Theory]
    [InlineData(0.01), InlineData(0.05), InlineData(0.2)]
    public void Calibration_holds_its_rate_on_data_it_has_not_seen(double rate)
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var random = new Random(seed);
            var thresholds = SafetyCalibration.Calibrate(Steps(random, 8_000), rate);
            Assert.InRange(thresholds.FalseInterventionRate, 0, rate + 1e-9);
            var unseen = SafetyCalibration.Judge(Steps(random, 8_000), thresholds.Risk, thresholds.Feasibility);
            var deviation = Math.Sqrt(rate / 7_000);
            Assert.InRange(unseen.FalseInterventionRate, 0, rate + 4 * deviation);
            Assert.True(unseen.DetectionRate > unseen.FalseInterventionRate);
        }
    }

    [Fact]
    public void Thresholds_do_not_fall_below_their_floors()
    {
        var calm = Enumerable.Range(0, 100).Select(i => new ScoredStep(i * 1e-6, -1, false)).ToArray();
        var thresholds = SafetyCalibration.Calibrate(calm, 0.1);
        Assert.Equal((0.05, 0.0), (thresholds.Risk, thresholds.Feasibility));
        Assert.Equal(0, thresholds.FalseInterventionRate);
    }

    [Fact]
    public void Harm_counts_as_ahead_within_the_horizon_and_the_harmful_step_is_the_first()
    {
        var answers = Enumerable.Repeat((0.1f, 0f), 5).ToArray();
        Assert.Equal([false, false, false, true, true], SafetyCalibration.Score(answers, violatedAtEnd: true, 2).Select(s => s.HarmAhead));
        Assert.All(SafetyCalibration.Score(answers, violatedAtEnd: false, 2), s => Assert.False(s.HarmAhead));
    }

    [Fact]
    public void Batch_takes_the_stated_share_of_violations_however_rare_they_are()
    {
        var buffer = new SafetyBuffer(1000);
        for (var i = 0; i < 500; i++) buffer.Add(new([i], 0, i % 250 == 0, null));
        var (batch, noise) = (new SafetyTransition[50], new RandomStream(1));
        buffer.Sample(batch, 0.3, noise);
        Assert.Equal(15, batch.Count(t => t.Violated));
        Assert.Equal((2, 500), (buffer.Violations, buffer.Count));
        Assert.True(batch.Skip(15).Select(t => t.Features[0]).Distinct().Count() > 20);
    }

    [Fact]
    public void Oldest_experience_makes_way()
    {
        var buffer = new SafetyBuffer(10);
        for (var i = 0; i < 35; i++) buffer.Add(new([i], 0, false, null));
        var (batch, noise) = (new SafetyTransition[200], new RandomStream(1));
        buffer.Sample(batch, 0.3, noise);
        Assert.Equal(Enumerable.Range(25, 10).Select(i => (float)i), batch.Select(t => t.Features[0]).Distinct().Order());
    }
}
