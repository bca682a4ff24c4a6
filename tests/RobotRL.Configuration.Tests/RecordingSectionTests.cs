using RobotRL.Model;

namespace RobotRL.Configuration.Tests;

/// <summary>How episodes get to the disk changes nothing that a robot does: it has no part in the hash, and each key stands for itself.</summary>
public sealed class RecordingSectionTests
{
    [Fact]
    public void Ticks_are_recorded_unless_the_section_says_otherwise_and_the_hash_is_the_same()
    {
        var plain = Load();
        Assert.Equal(RecordingParameters.Standard, plain.Recording);
        Assert.True(plain.Recording.Ticks);
        var without = Load(("recording.ticks", "false"));
        Assert.Equal(RecordingParameters.Standard with { Ticks = false }, without.Recording);
        Assert.Equal(new RecordingParameters(0, Ticks: true), Load(("recording.flush_interval_ms", "0")).Recording);
        Assert.Equal(plain.Hash, without.Hash);
        Assert.DoesNotContain("recording", plain.ResolvedYaml, StringComparison.Ordinal);
        Assert.Contains("ticks: false", without.ResolvedYaml, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_not_a_choice_is_refused() =>
        Assert.Contains("recording.ticks",
            Assert.Single(Assert.Throws<ConfigurationException>(() => Load(("recording.ticks", "often"))).Errors), StringComparison.Ordinal);

    private static RunConfiguration Load(params (string, string)[] overrides) => RunConfiguration.Load(Shipped.Sample("sim/task.yaml"), overrides);
}
