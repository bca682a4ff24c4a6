using RobotRL.Cli.Commands;
using RobotRL.Lab.Ablation;
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
        File.WriteAllText(_folder["docs/results.md"], Page);
        File.WriteAllText(_folder["runs/mine.md"], Page);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_page_shows_the_results_that_are_kept_in_the_folder_beside_it()
    {
        MarkedSection.Replace(_folder["docs/results"], "table", "new\n");
        Assert.Equal(Page.Replace("old", "new", StringComparison.Ordinal), File.ReadAllText(_folder["docs/results.md"]));
    }

    /// <summary>Tables are written by code alone: what a hand changes there, or in a book, the other does not say.</summary>
    [Fact]
    public void The_projects_own_page_and_tables_are_those_of_its_books()
    {
        var folder = Path.Combine(RobotrlProcess.Root, "docs", "results");
        var tables = new[] { ("results", ResultsTable.Of(new ResultBook(folder).Cells)), ("safety", AblationTable.Of(new AblationBook(folder).Cells)) };
        foreach (var (name, table) in tables)
        {
            Assert.Equal(table, File.ReadAllText(Path.Combine(folder, name + ".md")));
            Assert.Contains($"<!-- {name} -->\n{table.Trim()}\n<!-- /{name} -->", File.ReadAllText(folder + ".md"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_row_says_what_its_learner_was_set_to()
    {
        var cells = new ResultBook(Path.Combine(RobotrlProcess.Root, "docs", "results")).Cells;
        string RowOf(string arm) => ResultsTable.Of([.. cells.Where(c => c.Task == "peg-insert" && c.Arm == arm)]).Split('\n')[2];
        Assert.Contains("(cloning weight 0.5, 1000 pretraining steps, averaging rate 0.005, update ratio 1)", RowOf("interventions"), StringComparison.Ordinal);
        Assert.Contains("(2000 pretraining steps, averaging rate 0.005, update ratio 1)", RowOf("hg-dagger"), StringComparison.Ordinal);
        Assert.Contains("(5000 pretraining steps, averaging rate 0.005)", RowOf("cloning"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_row_of_a_book_from_before_settings_were_noted_names_none()
    {
        var cell = new ResultBook(Path.Combine(RobotrlProcess.Root, "docs", "results")).Cells[0] with { Learning = null };
        Assert.Contains("| RLPD with interventions |", ResultsTable.Of([cell]).Split('\n')[2], StringComparison.Ordinal);
    }

    [Fact]
    public void Seeds_with_other_settings_show_in_their_row()
    {
        var cells = new ResultBook(Path.Combine(RobotrlProcess.Root, "docs", "results")).Cells;
        var plain = cells[0].Learning! with { CloningWeight = 0, PolicyAverageRate = null };
        var row = ResultsTable.Of([cells[0], cells[1] with { Learning = plain }]).Split('\n')[2];
        Assert.Contains("update ratio 1; cloning weight 0, 1000 pretraining steps, no averaging, update ratio 1)", row, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("runs/mine", "table")]
    [InlineData("docs/results", "another")]
    public void Results_that_are_kept_elsewhere_or_shown_nowhere_leave_it_alone(string folder, string name)
    {
        MarkedSection.Replace(_folder[folder], name, "new\n");
        Assert.Equal(Page, File.ReadAllText(_folder["docs/results.md"]));
        Assert.Equal(Page, File.ReadAllText(_folder["runs/mine.md"]));
    }

    [Fact]
    public void A_folder_in_place_of_the_faults_table_is_bad_input_before_anything_runs()
    {
        var result = RobotrlProcess.Run("bench", "faults", "--out", _folder["runs"]);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("name a file", result.Error, StringComparison.Ordinal);
    }
}
