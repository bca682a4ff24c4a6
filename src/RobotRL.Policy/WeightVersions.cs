namespace RobotRL.Policy;

/// <summary>
/// Every set of weights that acted in a run, as <c>SHA256.safetensors</c> under the hash that the audit log names it by: a set is there once,
/// whenever it acted.
/// </summary>
public sealed class WeightVersions(string directory)
{
    /// <summary>Keeps a set that is not there yet: whole, or not at all.</summary>
    public void Keep(WeightSnapshot weights)
    {
        var path = PathOf(weights.Sha256);
        if (File.Exists(path)) return;
        Directory.CreateDirectory(directory);
        WeightFiles.Tensors(weights).Write(path + ".tmp");
        File.Move(path + ".tmp", path, overwrite: true);
    }

    /// <summary>The set of a hash; null where it is not there.</summary>
    /// <param name="sha256">Of the values, hex.</param>
    /// <param name="version">What the run calls it.</param>
    /// <exception cref="InvalidDataException">The file holds other values than its name says.</exception>
    public WeightSnapshot? Read(string sha256, long version)
    {
        var path = PathOf(sha256);
        if (!File.Exists(path)) return null;
        var weights = WeightFiles.Snapshot(version, path);
        return weights.Sha256 == sha256
            ? weights
            : throw new InvalidDataException($"{path}: holds weights with hash {weights.Sha256}; it is damaged or another's");
    }

    private string PathOf(string sha256) => Path.Combine(directory, sha256 + ".safetensors");
}
