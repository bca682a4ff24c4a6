using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using RobotRL.Model;
using RobotRL.Policy;

namespace RobotRL.Learning;

/// <summary>
/// A learner's whole state in a directory <c>step-N</c>: <c>tensors.safetensors</c>, <c>state.json</c>, other files that must agree with them, and
/// <c>SHA256SUMS</c>, which names the hash of each. It is written as <c>step-N.tmp</c>, forced to the disk and then renamed, so a directory without the suffix
/// is complete.
/// </summary>
public static class Checkpoint
{
    private const string TensorFile = "tensors.safetensors", StateFile = "state.json", SumsFile = "SHA256SUMS", Unfinished = ".tmp",
        Damaged = ".damaged", Prefix = "step-";
    private const int Format = 2, FormatWithoutSums = 1, AtLeast = 2;
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <param name="TensorsSha256">Of checkpoints from before there were sums.</param>
    private sealed record Document(int Format, string? TensorsSha256, LearnerState State);

    /// <summary>Writes a checkpoint and removes all but the newest ones.</summary>
    /// <param name="root">Directory of the run's checkpoints; made where missing.</param>
    /// <param name="learner">Whose state.</param>
    /// <param name="more">Writes further files into the directory it is given, before the rename: what must agree with the weights.</param>
    /// <param name="keep">How many checkpoints stay, at least two: the newest may turn out to be damaged.</param>
    /// <returns>The checkpoint's directory.</returns>
    /// <exception cref="LearningDivergedException">Something is not finite: nothing was written.</exception>
    public static string Write(string root, ILearner learner, Action<string>? more = null, int keep = AtLeast)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(keep, AtLeast);
        var tensors = new Safetensors();
        var state = learner.Save(tensors);
        if (tensors.NotFinite is { } bad) throw new LearningDivergedException(state.PretrainedSteps + state.Steps, $"{bad} is not finite");
        var directory = Path.Combine(root, $"{Prefix}{state.PretrainedSteps + state.Steps}");
        var aside = directory + Unfinished;
        if (Directory.Exists(aside)) Directory.Delete(aside, recursive: true);
        Directory.CreateDirectory(aside);

        tensors.Write(Path.Combine(aside, TensorFile));
        WriteDurably(Path.Combine(aside, StateFile), JsonSerializer.SerializeToUtf8Bytes(new Document(Format, null, state), Json));
        more?.Invoke(aside);
        var sums = Directory.GetFiles(aside).Order(StringComparer.Ordinal).Select(f => $"{Hash(f)}  {Path.GetFileName(f)}\n");
        WriteDurably(Path.Combine(aside, SumsFile), Encoding.UTF8.GetBytes(string.Concat(sums)));
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

    /// <summary>Takes up the newest checkpoint that is whole.</summary>
    /// <param name="root">Directory of the run's checkpoints.</param>
    /// <param name="learner">Takes the state.</param>
    /// <param name="log">Told in one line of each one that is passed over.</param>
    /// <param name="more">Reads further files of the directory; an <see cref="InvalidDataException"/> passes it over too.</param>
    /// <returns>Its directory; null where there is no checkpoint at all.</returns>
    /// <exception cref="InvalidDataException">None can be read: what is wrong with the newest one.</exception>
    public static string? ReadNewest(string root, ILearner learner, Action<string> log, Action<string>? more = null)
    {
        InvalidDataException? newest = null;
        List<string> passedOver = [];
        foreach (var directory in All(root))
            try
            {
                Read(directory, learner);
                more?.Invoke(directory);
                foreach (var line in passedOver) log($"{line}; going on from {Path.GetFileName(directory)}");
                return directory;
            }
            catch (InvalidDataException e)
            {
                newest ??= e;
                passedOver.Add($"checkpoint {Path.GetFileName(directory)} cannot be used ({e.Message.TrimEnd('.')})");
            }
        return newest is null ? null : throw newest;
    }

    /// <summary>Takes the ones that are newer than the one in use out of the way: whoever goes on from an older one writes its own.</summary>
    public static void SetAsideNewerThan(string root, string inUse)
    {
        foreach (var directory in All(root).TakeWhile(d => d != inUse))
        {
            if (Directory.Exists(directory + Damaged)) Directory.Delete(directory + Damaged, recursive: true);
            Directory.Move(directory, directory + Damaged);
        }
    }

    /// <summary>Takes a checkpoint up.</summary>
    /// <exception cref="InvalidDataException">It is damaged or belongs to another learner; one line names file and cause.</exception>
    public static LearnerState Read(string directory, ILearner learner)
    {
        var state = Check(directory);
        learner.Load(Safetensors.Read(Path.Combine(directory, TensorFile)), state);
        return state;
    }

    /// <summary>Whether a checkpoint is whole: its files are those that it was written with.</summary>
    /// <exception cref="InvalidDataException">It is not; one line names file and cause.</exception>
    public static LearnerState Check(string directory)
    {
        var (statePath, tensorPath) = (Path.Combine(directory, StateFile), Path.Combine(directory, TensorFile));
        try
        {
            var document = JsonSerializer.Deserialize<Document>(RunFile.ReadAllBytes(statePath), Json)
                ?? throw new InvalidDataException($"{statePath}: empty.");
            if (document.State is null) throw new InvalidDataException($"{statePath}: holds no state.");
            if (document.Format == Format) Verify(directory);
            else if (document.Format != FormatWithoutSums)
                throw new InvalidDataException($"{statePath}: format {document.Format} is not {Format}, the one this version writes.");
            else if (document.TensorsSha256 != Hash(tensorPath))
                throw new InvalidDataException($"{tensorPath}: the content is not what {StateFile} was written for.");
            return document.State;
        }
        catch (Exception e) when (e is IOException or JsonException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"{directory}: not a readable checkpoint ({e.Message.ReplaceLineEndings(" ")})", e);
        }
    }

    /// <summary>Writes a file and forces it to the disk.</summary>
    public static void WriteDurably(string path, ReadOnlySpan<byte> content) => RunFile.Write(path, content, force: true);

    private static void Verify(string directory)
    {
        string[] lines = [.. RunFile.ReadLines(Path.Combine(directory, SumsFile))];
        if (lines.Any(line => line.Length <= 66)) throw new InvalidDataException($"{Path.Combine(directory, SumsFile)}: damaged.");
        var named = lines.GroupBy(line => Path.GetFileName(line[66..])).ToDictionary(g => g.Key, g => g.First()[..64]);
        foreach (var file in (string[])[TensorFile, StateFile, .. named.Keys])
        {
            var path = Path.Combine(directory, file);
            if (!named.TryGetValue(file, out var hash) || hash != Hash(path))
                throw new InvalidDataException($"{path}: the content is not what {SumsFile} was written for.");
        }
    }

    private static string Hash(string path)
    {
        using var file = RunFile.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }
}
