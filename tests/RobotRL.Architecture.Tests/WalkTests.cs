using System.Globalization;
using System.Text.RegularExpressions;

namespace RobotRL.Architecture.Tests;

/// <summary>The walk through the code in <c>docs/walk.md</c>: short enough to be followed, and every file that it names is there.</summary>
public sealed partial class WalkTests
{
    private const int MostFiles = 40;

    /// <summary>
    /// From the camera's frame over the sealed command and the gradient to the weights that act: a walk that misses one of them is another one.
    /// </summary>
    private static readonly string[] Stations = ["CameraStream.cs", "ReflexGate.cs", "SafeCommand.cs", "ReplayBuffer.cs", "Adam.cs", "WeightSnapshot.cs"];

    private static readonly string[] Sources =
        [.. Repository.Projects.SelectMany(Repository.SourcesOf).Select(file => Path.GetRelativePath(Repository.Root, file).Replace('\\', '/'))];

    [Fact]
    public void The_walk_names_files_that_exist_and_at_most_forty()
    {
        var steps = Steps();
        Assert.InRange(steps.Count, Stations.Length, MostFiles);
        Assert.Equal(Enumerable.Range(1, steps.Count), steps.Select(step => step.Number));
        Assert.Empty(steps.Select(step => step.File).Except(Sources));
        Assert.Equal(steps.Count, steps.DistinctBy(step => step.File).Count());
        Assert.Empty(Stations.Except(steps.Select(step => Path.GetFileName(step.File))));
    }

    [Fact]
    public void The_walk_names_no_file_beside_its_steps()
    {
        var named = Section("A walk").SelectMany(line => Source().Matches(line)).Select(match => match.Value);
        Assert.Empty(named.Except(Steps().Select(step => step.File)));
    }

    [Fact]
    public void Files_inside_the_steps_exist_once_and_are_counted()
    {
        var section = Section("Inside the steps");
        string[] names = [.. section.Where(line => line.StartsWith('|')).SelectMany(line => Name().Matches(line)).Select(match => match.Groups[1].Value)];
        Assert.NotEmpty(names);
        Assert.Equal(names.Distinct(), names);
        Assert.DoesNotContain(names, name => Sources.Count(file => Path.GetFileName(file) == $"{name}.cs") != 1);
        Assert.Empty(names.Intersect(Steps().Select(step => Path.GetFileNameWithoutExtension(step.File))));
        var said = Assert.Single(section.SelectMany(line => Count().Matches(line)));
        Assert.Equal(names.Length, int.Parse(said.Groups[1].Value, CultureInfo.InvariantCulture));
    }

    private static List<(int Number, string File)> Steps() => [.. Section("A walk").Select(line => Step().Match(line)).Where(match => match.Success)
        .Select(match => (int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture), match.Groups[2].Value))];

    /// <summary>The lines below a heading of the second level, to the next one.</summary>
    private static IReadOnlyList<string> Section(string heading) =>
        [.. File.ReadLines(Path.Combine(Repository.Root, "docs", "walk.md"))
            .SkipWhile(line => line != $"## {heading}").Skip(1).TakeWhile(line => !line.StartsWith("## ", StringComparison.Ordinal))];

    /// <summary>A numbered step, which begins with a link to its file.</summary>
    [GeneratedRegex(@"^(\d+)\. \[[^\]]+\]\(\.\./(src/[^)]+\.cs)\)")]
    private static partial Regex Step();

    [GeneratedRegex(@"src/[\w./]+\.cs")]
    private static partial Regex Source();

    /// <summary>A file's name without its ending, as a table cell has it.</summary>
    [GeneratedRegex("`([A-Za-z0-9.]+)`")]
    private static partial Regex Name();

    [GeneratedRegex(@"(\d+) files")]
    private static partial Regex Count();
}
