using System.Security.Cryptography;
using RobotRL.Model;

namespace RobotRL.Critic;

/// <summary>A safety critic's two files as they were read, to be kept with a run: under the hash of the manifest, which names the weights by theirs.</summary>
public sealed class CriticFiles(byte[] manifest, byte[] tensors)
{
    public string Sha256 { get; } = Convert.ToHexStringLower(SHA256.HashData(manifest));

    /// <summary>Keeps the files below a folder where they are not there yet, the manifest last; returns their hash.</summary>
    public string Keep(string directory)
    {
        var folder = Path.Combine(directory, Sha256);
        var path = Path.Combine(folder, CriticFile.Manifest);
        if (File.Exists(path)) return Sha256;
        Directory.CreateDirectory(folder);
        RunFile.Write(Path.Combine(folder, CriticFile.Tensors), tensors);
        RunFile.Write(path + ".tmp", manifest);
        File.Move(path + ".tmp", path, overwrite: true);
        return Sha256;
    }
}
