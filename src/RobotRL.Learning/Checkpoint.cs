using System.Security.Cryptography;
using System.Text.Json;
using RobotRL.Model;
using RobotRL.Policy;

namespace RobotRL.Learning;

/// <summary>
/// A learner's whole state in a directory <c>step-N</c>: <c>tensors.safetensors</c> and <c>state.json</c>, which carries the hash of the first. It is
/// written as <c>step-N.tmp</c>, forced to the disk and then renamed, so a directory without the suffix is complete.
/// </summary>
public static class Checkpoint
{
    private const string TensorFile = "tensors.safetensors", StateFile = "state.json", Unfinished = ".tmp", Prefix = "step-";
    private const int Format = 1;
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private sealed record Document(int Format, string TensorsSha256, LearnerState State);

    /// <summary>Writes a checkpoint and removes all but the newest ones.</summary>
    /// <param name="root">Directory of the run's checkpoints; made where missing.</param>
    /// <param name="learner">Whose state.</param>
    /// <param name="more">Writes further files into the directory it is given, before the rename: what must agree with the weights.</param>
    /// <param name="keep">How many checkpoints stay.</param>
    /// <returns>The checkpoint's directory.</returns>
    public static string Write(string root, ILearner learner, Action<string>? more = null, int keep = 2)
    {
        var tensors = new Safetensors();
        var state = learner.Save(tensors);
        var directory = Path.Combine(root, $"{Prefix}{state.PretrainedSteps + state.Steps}");
        var aside = directory + Unfinished;
        if (Directory.Exists(aside)) Directory.Delete(aside, recursive: true);
        Directory.CreateDirectory(aside);

        var tensorPath = Path.Combine(aside, TensorFile);
        tensors.Write(tensorPath);
        WriteDurably(Path.Combine(aside, StateFile), JsonSerializer.SerializeToUtf8Bytes(new Document(Format, Hash(tensorPath), state), Json));
        more?.Invoke(aside);
        DirectoryFlush.Flush(aside);
        if (Directory.Exists(directory)) Directory.Delete(directory, recursive: true);
        Directory.Move(aside, directory);
        DirectoryFlush.Flush(root);

        foreach (var old in All(root).Skip(keep)) Directory.Delete(old, recursive: true);
        return directory;
    }

    /// <summary>Finished checkpoints, newest first.</summary>
    public static IReadOnlyList<string> All(string root) => !Directory.Exists(root)
        ? []
        : [.. Directory.GetDirectories(root, Prefix + "*")
            .Select(d => (Path: d, Valid: long.TryParse(Path.GetFileName(d).AsSpan(Prefix.Length), out var step), Step: step))
            .Where(d => d.Valid).OrderByDescending(d => d.Step).Select(d => d.Path)];

    /// <summary>Takes a checkpoint up.</summary>
    /// <exception cref="InvalidDataException">It is damaged or belongs to another learner; one line names file and cause.</exception>
    public static LearnerState Read(string directory, ILearner learner)
    {
        var (statePath, tensorPath) = (Path.Combine(directory, StateFile), Path.Combine(directory, TensorFile));
        Document document;
        try
        {
            document = JsonSerializer.Deserialize<Document>(RunFile.ReadAllBytes(statePath), Json) ?? throw new InvalidDataException($"{statePath}: empty.");
            if (document.Format != Format) throw new InvalidDataException($"{statePath}: format {document.Format} is not {Format}, the one this version reads.");
            if (document.TensorsSha256 != Hash(tensorPath)) throw new InvalidDataException($"{tensorPath}: the content is not what {StateFile} was written for.");
        }
        catch (Exception e) when (e is IOException or JsonException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"{directory}: not a readable checkpoint ({e.Message.ReplaceLineEndings(" ")})", e);
        }
        learner.Load(Safetensors.Read(tensorPath), document.State);
        return document.State;
    }

    /// <summary>Writes a file and forces it to the disk.</summary>
    public static void WriteDurably(string path, ReadOnlySpan<byte> content) => RunFile.Write(path, content, force: true);

    private static string Hash(string path)
    {
        using var file = RunFile.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }
}
