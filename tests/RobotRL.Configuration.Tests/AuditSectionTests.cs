using RobotRL.Model;

namespace RobotRL.Configuration.Tests;

public sealed class AuditSectionTests : IDisposable
{
    private const string Text = """
        audit:
          head_every_s: 30
          retention_days: {interventions: 2000, safety: 400, other: 200}

        """;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Section_is_read_and_its_resolved_form_reads_the_same()
    {
        var read = RunConfiguration.Load(With(Text));
        Assert.Equal(
            new AuditParameters
            {
                HeadEveryS = 30,
                InterventionsDays = 2000,
                SafetyDays = 400,
                OtherDays = 200,
            },
            read.Audit);
        var again = RunConfiguration.Load(_directory.Write("resolved.yaml", read.ResolvedYaml));
        Assert.Equal((read.Hash, read.Audit), (again.Hash, again.Audit));
    }

    /// <summary>A run may be resumed with its evidence kept longer: that changes nothing of what the robot does.</summary>
    [Fact]
    public void Section_has_no_part_in_the_hash()
    {
        var plain = RunConfiguration.Load(Shipped.Sample("sim/task.yaml"));
        Assert.Equal(AuditParameters.Standard, plain.Audit);
        Assert.Equal(plain.Hash, RunConfiguration.Load(With(Text)).Hash);
        Assert.Equal(plain.Hash, RunConfiguration.Load(With(Text), [("audit.head_every_s", "10")]).Hash);
    }

    [Theory]
    [InlineData("head_every_s: 30", "head_every_s: 0", "audit.head_every_s: 0 is out of range")]
    [InlineData("safety: 400", "safety: 0", "audit.retention_days.safety: 0 is out of range")]
    [InlineData(", other: 200", "", "audit.retention_days.other: missing")]
    [InlineData("head_every_s: 30", "head_every_s: 30\n  anchor: /elsewhere", "audit.anchor: no run says where it is vouched for")]
    [InlineData("head_every_s: 30", "head_every_s: 30\n  anchor_command: cat", "audit.anchor_command: no run says where it is vouched for")]
    [InlineData("head_every_s: 30", "head_every_s: 30\n  key: key.pem", "audit.key: no run says where it is vouched for")]
    public void Mistake_is_named(string right, string wrong, string expected) =>
        Assert.Contains(Assert.Throws<ConfigurationException>(() => RunConfiguration.Load(With(Text.Replace(right, wrong, StringComparison.Ordinal)))).Errors,
            error => error.Contains(expected, StringComparison.Ordinal));

    private string With(string section)
    {
        foreach (var file in new[] { "panda/panda.yaml", "sim/scene.xml" }) _directory.Write(file, File.ReadAllText(Shipped.Sample(file)));
        return _directory.Write("sim/task.yaml", File.ReadAllText(Shipped.Sample("sim/task.yaml")) + section);
    }
}
