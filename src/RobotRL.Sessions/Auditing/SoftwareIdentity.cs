using System.Runtime.InteropServices;
using System.Security.Cryptography;
using RobotRL.Sessions.Runs;

namespace RobotRL.Sessions.Auditing;

/// <summary>What runs, by hash: so that it can be told from what was reviewed.</summary>
/// <param name="Code">Version and commit.</param>
/// <param name="AssembliesSha256">Over this program's own assemblies, by name.</param>
public sealed record SoftwareIdentity(string Code, string AssembliesSha256, string Runtime, string System)
{
    public static SoftwareIdentity Current { get; } = new(
        RunIdentity.CurrentCodeVersion, HashAssemblies(), RuntimeInformation.FrameworkDescription, RuntimeInformation.OSDescription);

    private static string HashAssemblies()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var folder = AppContext.BaseDirectory;
        var assemblies = Directory.EnumerateFiles(folder, "RobotRL.*.dll").Append(Path.Combine(folder, "robotrl.dll"));
        foreach (var path in assemblies.Where(File.Exists).Order(StringComparer.Ordinal))
            hash.AppendData(SHA256.HashData(File.ReadAllBytes(path)));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
