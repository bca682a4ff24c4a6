namespace RobotRL.Architecture.Tests;

/// <summary>The dependency table of ARCHITECTURE.md: what each project may reference. Changing a layer means changing both.</summary>
public sealed class DependencyTableTests
{
    private static readonly Dictionary<string, string[]> MayReference = new()
    {
        ["Model"] = [],
        ["Wire.Generator"] = [],
        ["Wire"] = ["Wire.Generator"],
        ["Mcap"] = [],
        ["Configuration"] = ["Model"],
        ["Sensing"] = ["Model"],
        ["Ros2"] = ["Model", "Wire"],
        ["Ros2.Rcldotnet"] = ["Model", "Wire", "Ros2"],
        ["Calibration"] = ["Model", "Wire", "Mcap"],
        ["Teleop"] = ["Model"],
        ["Teleop.Ros2"] = ["Model", "Wire", "Ros2", "Teleop"],
        ["Tasks"] = ["Model", "Teleop"],
        ["Safety"] = ["Model"],
        ["Control"] = ["Model", "Safety"],
        ["Robots.Mujoco"] = ["Model", "Tasks", "Safety", "Control"],
        ["Robots.Ros2"] = ["Model", "Wire", "Sensing", "Ros2", "Safety", "Control"],
        ["Policy"] = ["Model"],
        ["Replay"] = ["Model"],
        ["Learning"] = ["Model", "Policy", "Replay"],
        ["Critic"] = ["Model", "Safety", "Control", "Policy", "Learning"],
        ["Episodes"] = ["Model", "Wire", "Mcap"],
        ["Recording"] = ["Model", "Wire", "Mcap", "Teleop", "Safety", "Control", "Episodes"],
        ["LeRobot"] = ["Model", "Episodes"],
        ["Audit"] = ["Model"],
        ["Sessions"] =
        [
            "Model", "Configuration", "Sensing", "Teleop", "Tasks", "Safety", "Control", "Policy", "Replay", "Learning", "Critic",
            "Episodes", "Recording", "Audit",
        ],
        ["Evidence"] = ["Model", "Configuration", "Safety", "Control", "Learning", "Episodes", "Recording", "Audit", "Sessions"],
        ["Cells"] =
        [
            "Model", "Wire", "Configuration", "Sensing", "Ros2", "Teleop", "Teleop.Ros2", "Tasks", "Safety", "Control", "Robots.Mujoco",
            "Robots.Ros2", "Policy", "Learning", "Critic", "Recording", "Audit", "Sessions",
        ],
        ["Lab"] =
        [
            "Model", "Wire", "Mcap", "Configuration", "Sensing", "Ros2", "Teleop", "Tasks", "Safety", "Control", "Robots.Mujoco", "Policy", "Replay",
            "Learning", "Critic", "Episodes", "Recording", "Audit", "Sessions", "Cells",
        ],
        ["Cli"] =
        [
            "Model", "Wire", "Mcap", "Configuration", "Calibration", "Ros2", "Ros2.Rcldotnet", "Teleop", "Tasks", "Safety", "Control", "Robots.Mujoco",
            "Learning", "Critic", "Episodes", "Recording", "LeRobot", "Audit", "Sessions", "Evidence", "Cells", "Lab",
        ],
    };

    public static TheoryData<string> Projects => [.. Repository.Projects];

    [Fact]
    public void Table_lists_exactly_the_projects_there_are() =>
        Assert.Equal(MayReference.Keys.Order(StringComparer.Ordinal), Repository.Projects);

    [Theory, MemberData(nameof(Projects))]
    public void Project_declares_exactly_its_row(string project) =>
        Assert.Equal(MayReference[project].Order(), Repository.DeclaredReferences(project).Order());

    [Theory, MemberData(nameof(Projects))]
    public void Assembly_uses_nothing_beyond_its_row(string project) =>
        Assert.Empty(Repository.CompiledReferences(project).Where(Repository.IsOurs).Select(Repository.Short).Except(MayReference[project]));

    [Fact]
    public void Architecture_document_shows_the_same_rows()
    {
        var rows = File.ReadLines(Path.Combine(Repository.Root, "ARCHITECTURE.md"))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .Where(cells => cells.Length == 5 && MayReference.ContainsKey(cells[1]))
            .ToDictionary(cells => cells[1], cells => cells[3]);
        foreach (var (project, references) in MayReference)
        {
            var expected = references.Length == 0 ? "nothing" : string.Join(", ", references);
            Assert.Equal($"{project}: {expected}", $"{project}: {rows.GetValueOrDefault(project, "no row")}");
        }
    }

    [Fact]
    public void Undeclared_layers_are_compile_errors() =>
        Assert.Contains("<DisableTransitiveProjectReferences>true<",
            File.ReadAllText(Path.Combine(Repository.Root, "Directory.Build.props")), StringComparison.Ordinal);

    [Fact]
    public void Solution_holds_every_source_and_test_project()
    {
        var solution = File.ReadAllText(Path.Combine(Repository.Root, "RobotRL.sln")).Replace('\\', '/');
        var projects = new[] { "src", "tests" }
            .SelectMany(folder => Directory.GetDirectories(Path.Combine(Repository.Root, folder)))
            .SelectMany(folder => Directory.GetFiles(folder, "*.csproj"))
            .Select(path => Path.GetRelativePath(Repository.Root, path).Replace('\\', '/'));
        Assert.All(projects, path => Assert.Contains($"\"{path}\"", solution, StringComparison.Ordinal));
    }
}
