namespace RobotRL.Architecture.Tests;

/// <summary>What the 1 kHz loop may not touch, and who may load what.</summary>
public sealed class LoopRulesTests
{
    [Theory, InlineData("Control"), InlineData("Safety")]
    public void Loop_does_not_know_reactive_streams(string project)
    {
        Assert.DoesNotContain("System.Reactive", Repository.Includes(project, "PackageReference"));
        Assert.DoesNotContain(Repository.CompiledReferences(project), name => name.StartsWith("System.Reactive", StringComparison.Ordinal));
    }

    [Theory, InlineData("Control"), InlineData("Safety")]
    public void Banned_symbols_are_wired_into_the_loop(string project)
    {
        Assert.Contains("Microsoft.CodeAnalysis.BannedApiAnalyzers", Repository.Includes(project, "PackageReference"));
        var wired = Assert.Single(Repository.Includes(project, "AdditionalFiles"), file => file.EndsWith("/BannedSymbols.txt", StringComparison.Ordinal));
        var path = wired.Replace("$(MSBuildThisFileDirectory)", Path.GetDirectoryName(Repository.ProjectFile(project)) + "/", StringComparison.Ordinal);
        var banned = File.ReadLines(path).Select(line => line.Split(';')[0]).ToList();
        string[] mustBe =
            ["N:System.Reactive.Linq", "M:System.Threading.Thread.Sleep(System.Int32)", "P:System.DateTime.UtcNow", "P:System.DateTime.Now"];
        Assert.All(mustBe, symbol => Assert.Contains(symbol, banned));
    }

    [Theory, InlineData("Control"), InlineData("Safety")]
    public void Banned_symbols_stay_errors(string project)
    {
        Assert.Empty(Repository.Read(project).Descendants("NoWarn"));
        Assert.DoesNotContain("RS0030", File.ReadAllText(Path.Combine(Repository.Root, ".editorconfig")), StringComparison.Ordinal);
        var sources = Directory.EnumerateFiles(Path.GetDirectoryName(Repository.ProjectFile(project))!, "*.cs", SearchOption.AllDirectories);
        Assert.All(sources, file => Assert.DoesNotContain("RS0030", File.ReadAllText(file), StringComparison.Ordinal));
    }

    [Fact]
    public void Only_the_command_line_and_the_learning_tests_carry_libtorch()
    {
        var carriers = new[] { "src", "tests" }
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.csproj", SearchOption.AllDirectories))
            .Where(file => File.ReadAllText(file) is var text
                && (text.Contains("<UsesLibTorch>", StringComparison.Ordinal) || text.Contains("\"libtorch-", StringComparison.OrdinalIgnoreCase)))
            .Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal);
        Assert.Equal(["RobotRL.Cli", "RobotRL.Learning.Tests"], carriers);
    }

    [Fact]
    public void Only_safety_makes_a_safe_command()
    {
        var offenders = Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/RobotRL.Safety/", StringComparison.Ordinal) && !file.Contains("/obj/", StringComparison.Ordinal))
            .Where(file => File.ReadAllText(file).Contains("new SafeCommand", StringComparison.Ordinal));
        Assert.Empty(offenders);
        Assert.All(Repository.Includes("Safety", "InternalsVisibleTo"), friend => Assert.EndsWith(".Tests", friend, StringComparison.Ordinal));
    }
}
