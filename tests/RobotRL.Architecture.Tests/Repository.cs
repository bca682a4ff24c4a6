using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;

namespace RobotRL.Architecture.Tests;

/// <summary>The source tree and what was built from it, read as files: nothing is loaded.</summary>
internal static class Repository
{
    private const string Prefix = "RobotRL.";

    private static readonly string Configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

    public static string Root { get; } = FindRoot();

    /// <summary>Source projects by short name, such as <c>Control</c>, in alphabetical order.</summary>
    public static IReadOnlyList<string> Projects { get; } =
        [.. Directory.GetDirectories(Path.Combine(Root, "src"))
            .Where(folder => Directory.GetFiles(folder, "*.csproj").Length > 0)
            .Select(folder => Short(Path.GetFileName(folder))).Order(StringComparer.Ordinal)];

    public static string ProjectFile(string project) =>
        Path.Combine(Root, "src", Prefix + project, $"{Prefix}{project}.csproj");

    public static XDocument Read(string project) => XDocument.Load(ProjectFile(project));

    public static IEnumerable<string> DeclaredReferences(string project) =>
        Includes(project, "ProjectReference").Select(path => Short(Path.GetFileNameWithoutExtension(path.Replace('\\', '/'))));

    public static IEnumerable<string> Includes(string project, string item) =>
        Read(project).Descendants(item).Select(element => (string)element.Attribute("Include")!);

    /// <summary>Names of the assemblies that the compiled project really uses.</summary>
    public static IReadOnlyList<string> CompiledReferences(string project)
    {
        using var pe = new PEReader(File.OpenRead(AssemblyOf(project)));
        var metadata = pe.GetMetadataReader();
        return [.. metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name))];
    }

    /// <summary>The assembly that a project was built to.</summary>
    public static string AssemblyOf(string project) =>
        Path.Combine(OutputOf(project), ((string?)Read(project).Descendants("AssemblyName").SingleOrDefault() ?? Prefix + project) + ".dll");

    /// <summary>Where a project was built to.</summary>
    public static string OutputOf(string project) => Path.Combine(Root, "src", Prefix + project, "bin", Configuration, "net10.0");

    /// <summary>Its source files, without what a build makes.</summary>
    public static IEnumerable<string> SourcesOf(string project) =>
        Directory.EnumerateFiles(Path.GetDirectoryName(ProjectFile(project))!, "*.cs", SearchOption.AllDirectories)
        .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
            && !file.Contains($"{Path.DirectorySeparatorChar}bin{Path.DirectorySeparatorChar}", StringComparison.Ordinal));

    public static bool IsOurs(string assembly) => assembly.StartsWith(Prefix, StringComparison.Ordinal);

    public static string Short(string assembly) => IsOurs(assembly) ? assembly[Prefix.Length..] : assembly;

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "RobotRL.sln")))
                return folder.FullName;
        throw new DirectoryNotFoundException($"No RobotRL.sln above {AppContext.BaseDirectory}");
    }
}
