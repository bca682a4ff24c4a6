using System.Reflection;
using System.Text.Json;
using RobotRL.Configuration;
using RobotRL.Model;
using RobotRL.Policy;
using RobotRL.Recording.Events;
using RobotRL.Sessions.Acting;

namespace RobotRL.Sessions.Runs;

/// <summary>What identifies a run: kept in <c>run.json</c> and compared on resume.</summary>
public sealed record RunIdentity(string ConfigHash, string CodeVersion, ulong Seed, string Operator, bool Deterministic)
{
    /// <summary>Drawn when the run is made, so that its log is told from that of any other; null before, and in runs of versions that drew none.</summary>
    public string? Id { get; init; }

    /// <summary>The build's version with the commit it was built from.</summary>
    public static string CurrentCodeVersion { get; } =
        typeof(RunIdentity).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";
}

/// <summary>
/// A run on disk: <c>run.json</c>, <c>config.yaml</c>, <c>files/</c>, <c>episodes/</c>, <c>checkpoints/</c>, <c>metrics.jsonl</c>,
/// <c>tensorboard/</c>.
/// </summary>
public sealed class RunDirectory
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    /// <summary>What is there when the making of a run was cut short: nothing that anybody would miss.</summary>
    private static readonly string[] Beginnings = ["episodes", "events", "checkpoints", "config.yaml", "config.yaml.tmp", FilesName, "run.json.tmp"];

    private const string FilesName = "files";

    private RunDirectory(string path, RunIdentity identity)
    {
        Path = path;
        Identity = identity;
    }

    /// <summary>Where in a run's folder the event recorder writes.</summary>
    public const string EventsName = "events";

    public string Path { get; }
    public RunIdentity Identity { get; }
    public string ConfigPath => System.IO.Path.Combine(Path, "config.yaml");
    public string Episodes => System.IO.Path.Combine(Path, "episodes");
    public string Events => System.IO.Path.Combine(Path, EventsName);
    public string Weights => System.IO.Path.Combine(Path, "weights");

    /// <summary>Every set of weights that acted, and every safety critic, by hash.</summary>
    public string WeightVersions => System.IO.Path.Combine(Weights, "versions");
    public string Critics => System.IO.Path.Combine(Weights, "critics");

    public string Audit => System.IO.Path.Combine(Path, "audit");

    /// <summary>A line for each recording that retention removed.</summary>
    public string Pruned => System.IO.Path.Combine(Path, "pruned.jsonl");

    /// <summary>What stopped the robot and no operator has cleared.</summary>
    public string OutstandingStop => System.IO.Path.Combine(Path, "stop.json");
    public string Checkpoints => System.IO.Path.Combine(Path, "checkpoints");

    /// <summary>Whether a run lives in the folder.</summary>
    public static bool Exists(string path) => File.Exists(System.IO.Path.Combine(path, "run.json"));

    /// <summary>The run of a folder, which must be of the same configuration and seed where there is one.</summary>
    public static RunDirectory OpenOrCreate(string folder, RunIdentity identity, RunConfiguration configuration) =>
        Exists(folder) ? Resume(folder, identity) : Create(folder, identity, configuration);

    private static RunDirectory Resume(string folder, RunIdentity identity)
    {
        var run = Open(folder);
        if (run.Identity.ConfigHash != identity.ConfigHash)
            throw new BadInputException($"{folder}: the run was started with another configuration "
                + $"(hash {run.Identity.ConfigHash[..12]}, now {identity.ConfigHash[..12]}); use its config.yaml or name a new folder");
        if (run.Identity.Seed != identity.Seed)
            throw new BadInputException($"{folder}: the run was started with --seed {run.Identity.Seed}; use it or name a new folder");
        run.RequireWhole();
        return run.For(identity.Deterministic);
    }

    /// <summary>
    /// Starts a run in a new or empty folder, with copies of all that its configuration refers to. <c>run.json</c> comes last: a folder without it is
    /// no run.
    /// </summary>
    public static RunDirectory Create(string path, RunIdentity identity, RunConfiguration configuration)
    {
        path = System.IO.Path.GetFullPath(path);
        RunFile.RefuseLinks(path);
        if (File.Exists(path)) throw new BadInputException($"{path}: a file; name an empty or a new folder for --run");
        if (Directory.Exists(path)
            && Directory.EnumerateFileSystemEntries(path, "*", SearchOption.AllDirectories).Any(e => !IsBeginning(System.IO.Path.GetRelativePath(path, e))))
            throw new BadInputException($"{path}: not a run and not empty; name an empty or a new folder for --run");
        Directory.CreateDirectory(path);
        identity = identity with { Id = Guid.NewGuid().ToString("N") };
        var run = new RunDirectory(path, identity);
        Directory.CreateDirectory(run.Episodes);
        Directory.CreateDirectory(run.Checkpoints);
        WriteAside(run.ConfigPath, configuration.KeepFiles(System.IO.Path.Combine(path, FilesName)));
        WriteAside(System.IO.Path.Combine(path, "run.json"), JsonSerializer.Serialize(identity, Json));
        return run;
    }

    /// <summary>
    /// Whether it may be there before the run is: a control process starts earlier, and has an event to tell where the machine kept its loop waiting.
    /// </summary>
    private static bool IsBeginning(string entry)
    {
        bool IsIn(string folder) => entry.StartsWith(folder + System.IO.Path.DirectorySeparatorChar, StringComparison.Ordinal);
        return Beginnings.Contains(entry) || IsIn(FilesName) || (IsIn(EventsName) && EventFolder.IndexOf(entry) >= 0);
    }

    public static RunDirectory Open(string path)
    {
        path = System.IO.Path.GetFullPath(path);
        var file = System.IO.Path.Combine(path, "run.json");
        if (!File.Exists(file)) throw new BadInputException($"{path}: no run here (run.json is missing); name the folder given to train --run");
        RunFile.RefuseLinks(path);
        try
        {
            var identity = JsonSerializer.Deserialize<RunIdentity>(RunFile.ReadAllText(file), Json);
            return new RunDirectory(path, identity ?? throw new JsonException("empty"));
        }
        catch (JsonException e)
        {
            throw new BadInputException($"{file}: not a run description ({e.Message}); restore it or start a new run");
        }
    }

    /// <summary>The same run, for a session that acts and learns in turn or at once: demonstrations recorded beforehand serve either.</summary>
    public RunDirectory For(bool deterministic) => new(Path, Identity with { Deterministic = deterministic });

    /// <summary>A run that lost a part of its experience would go on to another policy than the log's lineage says, under the same numbers.</summary>
    /// <exception cref="BadInputException">Retention removed episodes.</exception>
    public void RequireWhole()
    {
        var gone = File.Exists(Pruned) ? RunFile.ReadLines(Pruned).Count(line => line.Contains("\"file\":\"episodes/", StringComparison.Ordinal)) : 0;
        if (gone > 0)
            throw new BadInputException($"{Path}: retention removed {gone} of its episodes (pruned.jsonl), "
                + "so it can be evaluated and not gone on with; train in a new folder");
    }

    /// <summary>Writes beside and renames, so that a reader never sees half a file.</summary>
    public static void WriteAside(string path, string text)
    {
        RunFile.Write(path + ".tmp", text);
        File.Move(path + ".tmp", path, overwrite: true);
    }
}

/// <summary>What the user gave cannot be used: one line an error, exit code 2.</summary>
public sealed class BadInputException(params IEnumerable<string> errors) : Exception(string.Join('\n', errors));
