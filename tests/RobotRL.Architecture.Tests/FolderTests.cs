using ArchUnitNET.Domain;
using ArchUnitNET.Domain.Extensions;
using ArchUnitNET.Loader;

namespace RobotRL.Architecture.Tests;

/// <summary>Folders inside a project are layers too: they form no circle, and a type's namespace says in which folder it lies.</summary>
public sealed class FolderTests
{
    private static readonly Lazy<ArchUnitNET.Domain.Architecture> Built = new(() =>
        new ArchLoader().LoadFilteredDirectory(Repository.OutputOf("Cli"), "RobotRL.*.dll")
            .LoadFilteredDirectory(Repository.OutputOf("Cli"), "robotrl.dll")
            .LoadFilteredDirectory(Repository.OutputOf("Wire.Generator"), "RobotRL.Wire.Generator.dll").Build());

    public static TheoryData<string> Projects => [.. Repository.Projects];

    [Theory, MemberData(nameof(Projects))]
    public void Folders_of_a_project_form_no_circle(string project)
    {
        var root = $"RobotRL.{project}";
        var types = Built.Value.Types.Where(type => IsBelow(type, root)).ToList();
        // What is built against somebody else's installation is empty without that.
        Assert.True(types.Count > 0 || project == "Ros2.Rcldotnet", "It has no types.");
        var uses = types.ToLookup(type => FolderOf(type, root), type => type)
            .ToDictionary(folder => folder.Key, folder => folder.SelectMany(type => type.Dependencies).Select(d => d.Target)
                .Where(target => IsBelow(target, root)).Select(target => FolderOf(target, root)).Where(other => other != folder.Key).ToHashSet());
        Assert.Equal("", Circle(uses));
    }

    [Theory, MemberData(nameof(Projects))]
    public void Namespaces_are_folders(string project)
    {
        var folder = Path.GetDirectoryName(Repository.ProjectFile(project))!;
        foreach (var file in Repository.SourcesOf(project))
        {
            var expected = string.Join('.',
                [$"RobotRL.{project}", .. Path.GetRelativePath(folder, Path.GetDirectoryName(file)!).Split('/', '\\').Where(part => part != ".")]);
            if (File.ReadLines(file).FirstOrDefault(line => line.StartsWith("namespace ", StringComparison.Ordinal)) is { } line)
                Assert.Equal($"{file}: namespace {expected};", $"{file}: {line}");
        }
    }

    [Fact]
    public void A_circle_is_found()
    {
        Assert.Equal("", Circle(new() { ["a"] = ["b", "c"], ["b"] = ["c"], ["c"] = [] }));
        Assert.Equal("b → c → b", Circle(new() { ["a"] = ["b"], ["b"] = ["c"], ["c"] = ["b"] }));
    }

    /// <summary>A type parameter has no namespace.</summary>
    private static bool IsBelow(IType type, string root) =>
        type.Namespace?.FullName is { } name && (name == root || name.StartsWith(root + ".", StringComparison.Ordinal));

    /// <summary>The first folder below the project's own; the project's own for what lies in it.</summary>
    private static string FolderOf(IType type, string root) =>
        type.Namespace.FullName == root ? "." : type.Namespace.FullName[(root.Length + 1)..].Split('.')[0];

    /// <summary>One circle in words; empty where there is none.</summary>
    private static string Circle(Dictionary<string, HashSet<string>> uses)
    {
        HashSet<string> done = [];
        List<string> way = [];
        foreach (var start in uses.Keys.Order(StringComparer.Ordinal))
            if (Visit(start) is { } circle) return circle;
        return "";

        string? Visit(string at)
        {
            if (way.IndexOf(at) is >= 0 and var from) return string.Join(" → ", [.. way[from..], at]);
            if (!done.Add(at)) return null;
            way.Add(at);
            foreach (var next in uses.GetValueOrDefault(at, []).Order(StringComparer.Ordinal))
                if (Visit(next) is { } circle) return circle;
            way.RemoveAt(way.Count - 1);
            return null;
        }
    }
}
