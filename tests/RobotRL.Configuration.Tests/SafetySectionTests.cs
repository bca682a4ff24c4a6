using RobotRL.Model;

namespace RobotRL.Configuration.Tests;

internal static class SafetySample
{
    public const string Text = """
        safety:
          mode: on
          risk_threshold: 0.2
          trigger_ms: 3
          hysteresis: 0.05
          recovery: {kind: analytic, path_s: 1, duration_s: 1, stiffness_share: 0.3}
          hold_s: 1
          max_age_s: 0

        """;
}

public sealed class SafetySectionTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    /// <summary>Runs of the time before there was a critic must resume: the hash of what they were configured with may not change.</summary>
    [Fact]
    public void Configuration_without_the_section_keeps_its_hash()
    {
        var plain = RunConfiguration.Load(Shipped.Sample("sim/task.yaml"));
        Assert.Null(plain.Safety);
        Assert.DoesNotContain("safety", plain.ResolvedYaml, StringComparison.Ordinal);
        Assert.True("d136983a3cad414b75c46b57c2280368a01ce6ec42189975a33259a86286c794" == plain.Hash, plain.Hash);
    }

    [Fact]
    public void Section_is_read_and_its_resolved_form_reads_the_same()
    {
        _directory.Write("safety/critic.json", "{}");
        var read = RunConfiguration.Load(With(SafetySample.Text + "  critic: ../safety\n"));
        Assert.Equal(
            new SafetyLayerParameters
            {
                CriticFolder = Path.Combine(_directory.Path, "safety"),
                Mode = CriticMode.On,
                RiskThreshold = 0.2,
                FeasibilityThreshold = null,
                TriggerNs = 3_000_000,
                Hysteresis = 0.05,
                Recovery = new(RecoveryKind.Analytic, 1, 1, 0.3),
                HoldS = 1,
                MaxAgeS = 0,
            },
            read.Safety);
        var again = RunConfiguration.Load(_directory.Write("resolved.yaml", read.ResolvedYaml));
        Assert.Equal((read.Hash, read.Safety), (again.Hash, again.Safety));
    }

    [Fact]
    public void Fixed_weights_are_in_the_hash_and_online_weights_are_not()
    {
        _directory.Write("safety/critic.json", "{}");
        var text = SafetySample.Text + "  critic: ../safety\n";
        var (still, online) = (With(text), With(text.Replace("max_age_s: 0", "max_age_s: 60"), "online.yaml"));
        var (stillBefore, onlineBefore) = (RunConfiguration.Load(still).Hash, RunConfiguration.Load(online).Hash);
        _directory.Write("safety/critic.json", "{ }");
        Assert.NotEqual(stillBefore, RunConfiguration.Load(still).Hash);
        Assert.Equal(onlineBefore, RunConfiguration.Load(online).Hash);
    }

    [Fact]
    public void Learning_online_needs_a_critic_whose_weights_age()
    {
        _directory.Write("safety/critic.json", "{}");
        const string online = "  online: {force_limit_n: 40, risk_discount: 0.6, false_interventions: 0.02, updates_per_episode: 20}\n";
        var aging = SafetySample.Text.Replace("max_age_s: 0", "max_age_s: 60") + "  critic: ../safety\n" + online;
        Assert.Equal(new OnlineCriticParameters(40, 0.6, 0.02, 20), RunConfiguration.Load(With(aging)).Safety!.Online);
        foreach (var text in new[] { aging.Replace("  critic: ../safety\n", ""), aging.Replace("max_age_s: 60", "max_age_s: 0") })
        {
            var error = Assert.Single(Assert.Throws<ConfigurationException>(() => RunConfiguration.Load(With(text))).Errors);
            Assert.Contains("safety.online", error, StringComparison.Ordinal);
        }
    }

    private string With(string section, string name = "task.yaml")
    {
        foreach (var file in new[] { "panda/panda.yaml", "sim/scene.xml" }) _directory.Write(file, File.ReadAllText(Shipped.Sample(file)));
        return _directory.Write("sim/" + name, File.ReadAllText(Shipped.Sample("sim/task.yaml")) + "\n" + section);
    }
}
