namespace RobotRL.Model.Tests;

/// <summary>What each stop means to learning: decided for every cause, and documented as it is decided.</summary>
public sealed class EndingTests
{
    [Fact]
    public void The_documented_table_is_the_code_s_for_every_fault_code()
    {
        var rows = File.ReadAllLines(Path.Combine(Root(), "docs", "endings.md"))
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal) && !line.StartsWith("| fault", StringComparison.Ordinal))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries)[1..^1]).ToArray();
        Assert.Equal(Enum.GetNames<FaultCode>().Order(), rows.Select(r => r[0]).Order());
        foreach (var row in rows)
        {
            var ending = EpisodeEnding.Of(Enum.Parse<FaultCode>(row[0]));
            var (end, harm) = (ending.End == EpisodeEnd.GoesOn ? "–" : $"{ending.End}".ToLowerInvariant(), ending.IsHarm ? "yes" : "no");
            Assert.Equal((row[0], end, harm), (row[0], row[1], row[2]));
            Assert.True(row[3].Length > 10, $"{row[0]} has no reason.");
        }
    }

    [Fact]
    public void A_cause_that_nobody_has_decided_on_is_refused()
    {
        var unknown = (FaultCode)(Enum.GetValues<FaultCode>().Max() + 1);
        Assert.Throws<ArgumentOutOfRangeException>(() => EpisodeEnding.Of(unknown));
    }

    [Fact]
    public void Harm_is_always_an_end()
    {
        foreach (var code in Enum.GetValues<FaultCode>().Where(c => EpisodeEnding.Of(c).IsHarm))
            Assert.Equal(EpisodeEnd.Terminates, EpisodeEnding.Of(code).End);
        Assert.False(EpisodeEnding.Of(FaultCode.RecoveryExhausted).IsHarm);
        Assert.False(EpisodeEnding.Of(FaultCode.OperatorStop).IsHarm);
    }

    private static string Root()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "RobotRL.sln"))) return folder.FullName;
        throw new DirectoryNotFoundException($"No RobotRL.sln above {AppContext.BaseDirectory}");
    }
}
