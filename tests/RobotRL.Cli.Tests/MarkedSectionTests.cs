using RobotRL.Lab.Results;
using RobotRL.Sessions.Processes;

namespace RobotRL.Cli.Tests;

public sealed class MarkedSectionTests : IDisposable
{
    private const string Page = "before\n<!-- table -->\nold\n<!-- /table -->\nafter\n";
    private readonly TemporaryFolder _folder = new();

    public MarkedSectionTests()
    {
        Directory.CreateDirectory(_folder["docs/results"]);
        Directory.CreateDirectory(_folder["runs/mine"]);
        File.WriteAllText(_folder["README.md"], Page);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_README_shows_the_results_that_are_kept_in_its_docs()
    {
        MarkedSection.Replace(_folder["docs/results"], "table", "new\n");
        Assert.Equal(Page.Replace("old", "new", StringComparison.Ordinal), File.ReadAllText(_folder["README.md"]));
    }

    [Theory]
    [InlineData("runs/mine", "table")]
    [InlineData("docs/results", "another")]
    public void Results_that_are_kept_elsewhere_or_shown_nowhere_leave_it_alone(string folder, string name)
    {
        MarkedSection.Replace(_folder[folder], name, "new\n");
        Assert.Equal(Page, File.ReadAllText(_folder["README.md"]));
    }

    [Fact]
    public void A_folder_in_place_of_the_faults_table_is_bad_input_before_anything_runs()
    {
        var result = RobotrlProcess.Run("bench", "faults", "--out", _folder["runs"]);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("name a file", result.Error, StringComparison.Ordinal);
    }
}
