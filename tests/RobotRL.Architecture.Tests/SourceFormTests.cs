using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace RobotRL.Architecture.Tests;

/// <summary>A line of code fits a screen, and a call names what it passes: beyond six parameters a type does, whose properties have names.</summary>
public sealed class SourceFormTests
{
    private const int MostCharacters = 160, MostParameters = 6;

    private static readonly string[] ByMachine = ["CompilerGeneratedAttribute", "GeneratedCodeAttribute", "LibraryImportAttribute"];

    public static TheoryData<string> Projects => [.. Repository.Projects];

    [Fact]
    public void Lines_of_code_fit_a_screen()
    {
        var wide = new[] { "build", "src", "tests" }
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.cs", SearchOption.AllDirectories))
            .Select(file => Path.GetRelativePath(Repository.Root, file).Replace('\\', '/'))
            .Where(IsWritten)
            .SelectMany(file => File.ReadLines(Path.Combine(Repository.Root, file)).Index()
                .Where(line => line.Item.Length > MostCharacters).Select(line => $"{file}:{line.Index + 1}: {line.Item.Length} characters"));
        None(wide);
    }

    [Theory, MemberData(nameof(Projects))]
    public void Nothing_takes_more_than_six_parameters(string project)
    {
        using var pe = new PEReader(File.OpenRead(Repository.AssemblyOf(project)));
        var metadata = pe.GetMetadataReader();
        var offenders =
            from type in metadata.TypeDefinitions.Select(metadata.GetTypeDefinition)
            where !IsByMachine(metadata, type.Name, type.GetCustomAttributes())
            let isRecord = IsRecord(metadata, type)
            from method in type.GetMethods().Select(metadata.GetMethodDefinition)
            where !IsByMachine(metadata, method.Name, method.GetCustomAttributes()) && !method.Attributes.HasFlag(MethodAttributes.PinvokeImpl)
            let name = metadata.GetString(method.Name)
            where !(isRecord && name == ".ctor") && ParametersOf(metadata, method) > MostParameters
            select $"{metadata.GetString(type.Namespace)}.{metadata.GetString(type.Name)}.{name}: {ParametersOf(metadata, method)} parameters";
        None(offenders);
    }

    /// <summary>Fails with all of them in words, one a line.</summary>
    private static void None(IEnumerable<string> offenders) => Assert.True(!offenders.Any(), string.Join('\n', offenders));

    /// <summary>Neither made by a build nor by a generator.</summary>
    private static bool IsWritten(string file) =>
        !file.EndsWith(".g.cs", StringComparison.Ordinal)
        && !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal);

    private static int ParametersOf(MetadataReader metadata, MethodDefinition method)
    {
        var signature = metadata.GetBlobReader(method.Signature);
        if (signature.ReadSignatureHeader().IsGeneric) signature.ReadCompressedInteger();
        return signature.ReadCompressedInteger();
    }

    /// <summary>A record is pure data, and whoever makes one names its values; the compiler gives each record this method.</summary>
    private static bool IsRecord(MetadataReader metadata, TypeDefinition type) =>
        type.GetMethods().Any(method => metadata.GetString(metadata.GetMethodDefinition(method).Name) == "PrintMembers");

    /// <summary>Lambdas, local functions, what records are given, what a generator wrote, and functions of native libraries.</summary>
    private static bool IsByMachine(MetadataReader metadata, StringHandle name, CustomAttributeHandleCollection attributes) =>
        metadata.GetString(name).Contains('<', StringComparison.Ordinal)
        || attributes.Any(attribute => ByMachine.Contains(NameOf(metadata, metadata.GetCustomAttribute(attribute).Constructor)));

    /// <summary>The attribute's type, which another assembly holds.</summary>
    private static string NameOf(MetadataReader metadata, EntityHandle constructor) =>
        constructor.Kind == HandleKind.MemberReference
        && metadata.GetMemberReference((MemberReferenceHandle)constructor).Parent is { Kind: HandleKind.TypeReference } parent
            ? metadata.GetString(metadata.GetTypeReference((TypeReferenceHandle)parent).Name)
            : "";
}
