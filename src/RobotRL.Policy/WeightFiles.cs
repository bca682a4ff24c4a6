using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using RobotRL.Model;

namespace RobotRL.Policy;

/// <summary>
/// A learner's newest weights as files, for an actor in another process: <c>policy-VERSION.safetensors</c>, and <c>policy.json</c> that names it and
/// its hash. Each is written aside and renamed, the second last; whoever reads checks the hash, and has either set or the other, never a mixture.
/// </summary>
public sealed class WeightFiles(string directory)
{
    private const int Format = 1;
    private const string ManifestFile = "policy.json";
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    private sealed record Manifest(int Format, long Version, string File, string Sha256);

    /// <summary>Publishes. One process at a time.</summary>
    public void Write(WeightSnapshot weights)
    {
        Directory.CreateDirectory(directory);
        var name = string.Create(CultureInfo.InvariantCulture, $"policy-{weights.Version}.safetensors");
        var tensors = Tensors(weights);
        var path = Path.Combine(directory, name);
        tensors.Write(path + ".tmp");
        var hash = Convert.ToHexStringLower(SHA256.HashData(RunFile.ReadAllBytes(path + ".tmp")));
        File.Move(path + ".tmp", path, overwrite: true);

        var manifest = Path.Combine(directory, ManifestFile);
        var before = ReadManifest();
        RunFile.Write(manifest + ".tmp", JsonSerializer.SerializeToUtf8Bytes(new Manifest(Format, weights.Version, name, hash), Json));
        File.Move(manifest + ".tmp", manifest, overwrite: true);
        // The set before stays: a reader may be at it.
        foreach (var old in Directory.EnumerateFiles(directory, "policy-*"))
            if (Path.GetFileName(old) is var file && file != name && file != before?.File) File.Delete(old);
    }

    /// <summary>The newest weights where they are not <paramref name="known"/> and whole; else null, and the next try may have them.</summary>
    /// <exception cref="InvalidDataException">What is published is whole and yet no set of weights.</exception>
    public WeightSnapshot? Read(long? known = null)
    {
        if (ReadManifest() is not { } manifest || manifest.Version == known) return null;
        if (manifest.Format != Format)
            throw new InvalidDataException(
                $"{Path.Combine(directory, ManifestFile)}: format {manifest.Format} is not {Format}, the one this version reads.");
        var path = Path.Combine(directory, manifest.File);
        try
        {
            if (Convert.ToHexStringLower(SHA256.HashData(RunFile.ReadAllBytes(path))) != manifest.Sha256) return null;
        }
        catch (IOException)
        {
            // Replaced between the two reads, or cut off by a power cut.
            return null;
        }
        return Snapshot(manifest.Version, path);
    }

    internal static Safetensors Tensors(WeightSnapshot weights)
    {
        var tensors = new Safetensors();
        tensors.Add("encoder", weights.Encoder, weights.Encoder.Length);
        tensors.Add("actor", weights.Actor, weights.Actor.Length);
        tensors.Add("grasp", weights.Grasp, weights.Grasp.Length);
        return tensors;
    }

    internal static WeightSnapshot Snapshot(long version, string path)
    {
        var tensors = Safetensors.Read(path);
        return new(version, tensors.Vector("encoder"), tensors.Vector("actor"), tensors.Vector("grasp"));
    }

    private Manifest? ReadManifest()
    {
        try
        {
            var manifest = JsonSerializer.Deserialize<Manifest>(RunFile.ReadAllBytes(Path.Combine(directory, ManifestFile)), Json);
            // A name, and no way out of the folder.
            return manifest is null || manifest.File == Path.GetFileName(manifest.File) ? manifest
                : throw new InvalidDataException($"{Path.Combine(directory, ManifestFile)}: names '{manifest.File}', which is not a file beside it");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or JsonException)
        {
            return null;
        }
    }
}
