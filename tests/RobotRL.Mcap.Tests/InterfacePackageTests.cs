using System.Text.RegularExpressions;
using System.Xml.Linq;
using RobotRL.Wire.Interfaces;

namespace RobotRL.Mcap.Tests;

/// <summary>The package that others build with ROS 2's tools, held against what those tools ask for.</summary>
public sealed partial class InterfacePackageTests : IDisposable
{
    private static readonly string[] Primitives =
    [
        "bool", "byte", "char", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float32", "float64", "string",
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("robotrl-interfaces-").FullName;

    [Fact]
    public void Package_has_what_the_build_asks_for()
    {
        var package = InterfacePackage.Write(_folder);
        var manifest = XDocument.Load(Path.Combine(package, "package.xml")).Root!;
        var name = manifest.Element("name")!.Value;
        Assert.Matches("^[a-z][a-z0-9_]*$", name);
        Assert.Matches(@"^\d+\.\d+\.\d+$", manifest.Element("version")!.Value);
        // Tools refuse a maintainer without an address in a domain.
        Assert.Matches(@"^[-a-zA-Z0-9_%+.]+@[-a-zA-Z0-9]+(\.[-a-zA-Z0-9]+)*\.[a-zA-Z]{2,}$", manifest.Element("maintainer")!.Attribute("email")!.Value);
        Assert.Contains(manifest.Elements("member_of_group"), group => group.Value == "rosidl_interface_packages");
        var build = File.ReadAllText(Path.Combine(package, "CMakeLists.txt"));
        var files = Directory.GetFiles(Path.Combine(package, "msg"));
        Assert.NotEmpty(files);
        foreach (var file in files)
        {
            Assert.Contains($"\"msg/{Path.GetFileName(file)}\"", build, StringComparison.Ordinal);
            foreach (var used in File.ReadLines(file).Select(PackageOf).OfType<string>().Where(used => used != name))
            {
                Assert.Contains(manifest.Elements("depend"), depend => depend.Value == used);
                Assert.Contains($"find_package({used} REQUIRED)", build, StringComparison.Ordinal);
                Assert.Matches($"DEPENDENCIES[^)]*\\b{used}\\b", build);
            }
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Package of a field's type; null for a primitive, a type of the same package, or a line without a field.</summary>
    private static string? PackageOf(string line)
    {
        var type = Type().Match(line).Groups["type"].Value;
        return type.Length == 0 || Primitives.Contains(type) ? null : type.Contains('/') ? type.Split('/')[0] : type == "Header" ? "std_msgs" : null;
    }

    [GeneratedRegex(@"^\s*(?<type>[A-Za-z][A-Za-z0-9_/]*)(\[[^\]]*\])?\s+[A-Za-z]")]
    private static partial Regex Type();
}
