using System.Globalization;
using RobotRL.Mcap;
using RobotRL.Model;

namespace RobotRL.Episodes;

/// <summary>What to do with episodes whose writer was killed.</summary>
public enum TornEpisodes
{
    /// <summary>Keep their whole steps, as <see cref="EpisodeOutcome.Interrupted"/>.</summary>
    Keep,

    /// <summary>Delete them.</summary>
    Discard,

    /// <summary>Touch nothing: another process may be writing.</summary>
    Leave,
}

/// <summary>
/// A run's episodes on disk, one MCAP file each: <c>000123.mcap.active</c> while it is written, <c>000123.mcap</c> once it is whole.
/// The store is the truth that replay buffers are rebuilt from.
/// </summary>
public sealed class EpisodeStore
{
    internal const string Extension = ".mcap", Active = ".mcap.active";
    private const string Recovering = ".mcap.recovering", Unreadable = ".mcap.unreadable";
    private readonly string _directory;
    private readonly TimeSpan _flushEvery;
    private int _next;

    private EpisodeStore(string directory, TimeSpan flushEvery)
    {
        (_directory, _flushEvery) = (directory, flushEvery);
        _next = Indices(directory).DefaultIfEmpty(-1).Max() + 1;
    }

    /// <summary>Each step, up to 30 a second: what is forced to the disk outlasts a power cut, not only the end of the process.</summary>
    public static TimeSpan DefaultFlush { get; } = TimeSpan.FromMicroseconds(RecordingParameters.Standard.FlushIntervalNs / 1000.0);

    /// <summary>Paths of the whole episodes, in order.</summary>
    public IReadOnlyList<string> Files => [.. Matching(Extension)];

    /// <summary>Index that the next episode gets.</summary>
    public int NextIndex => _next;

    /// <summary>Opens a directory, which is made where it is missing, and deals with what a killed writer left.</summary>
    /// <param name="directory">Such as <c>RUN/episodes</c>.</param>
    /// <param name="torn">What to do with episodes that were never finished.</param>
    /// <param name="log">Gets one line for each of them.</param>
    /// <param name="flushEvery">How often steps are forced to the disk; see <see cref="StepFlush"/>. Null for <see cref="DefaultFlush"/>.</param>
    public static EpisodeStore Open(string directory, TornEpisodes torn, Action<string> log, TimeSpan? flushEvery = null)
    {
        Directory.CreateDirectory(directory);
        var store = new EpisodeStore(directory, flushEvery ?? DefaultFlush);
        if (torn == TornEpisodes.Leave) return store;
        foreach (var path in store.Matching(Recovering)) File.Delete(path);
        foreach (var path in store.Matching(Active)) log(store.Settle(path, torn));
        return store;
    }

    /// <summary>Begins the next episode.</summary>
    /// <param name="info">What is known of it.</param>
    /// <param name="traces">The form of its traces; null for none.</param>
    public EpisodeWriter Begin(EpisodeInfo info, TraceFormat? traces = null)
    {
        var index = _next++;
        return new EpisodeWriter(info with { Index = index }, PathOf(index, Active), PathOf(index, Extension), _flushEvery, traces);
    }

    /// <summary>The whole episodes as amended, in order, each read when it is asked for.</summary>
    public IEnumerable<Episode> Episodes()
    {
        var amendments = Amendments.Read(_directory);
        return Files.Select(file => amendments.Apply(EpisodeReader.Read(file)));
    }

    /// <summary>Makes a finished file of an active one, or nothing; says which.</summary>
    private string Settle(string active, TornEpisodes torn)
    {
        var index = Index(active);
        var final = PathOf(index, Extension);
        if (File.Exists(final))
        {
            File.Delete(active);
            return $"Episode {index:D6} had been recovered before: its torn file is deleted.";
        }
        try
        {
            using var mcap = McapReader.Open(RunFile.OpenRead(active));
            if (mcap.IsComplete)
            {
                File.Move(active, final);
                return $"Episode {index:D6} was whole but for its name.";
            }
            var episode = EpisodeReader.Read(mcap);
            if (torn == TornEpisodes.Keep && episode.Steps.Count > 0)
            {
                // A copy first: a second kill amid recovery loses nothing.
                var (format, traces) = EpisodeTraces.Read(mcap);
                using (var writer = new EpisodeWriter(episode.Info, PathOf(index, Recovering), final, Timeout.InfiniteTimeSpan, format))
                {
                    foreach (var (i, step) in episode.Steps.Index())
                        writer.Append(step.Transition, step.PolicyVersion, [.. format is null ? [] : traces.Select(arm => arm[i])]);
                    writer.Complete(EpisodeOutcome.Interrupted);
                }
                File.Delete(active);
                return $"Episode {index:D6} was interrupted: its {episode.Steps.Count} whole steps are kept ({mcap.Damage}).";
            }
            File.Delete(active);
            return $"Episode {index:D6} was interrupted after {episode.Steps.Count} steps and is discarded.";
        }
        catch (Exception e) when (e is McapException or InvalidDataException)
        {
            // Most likely killed before its first step; but what cannot be read is not this code's to delete.
            File.Move(active, PathOf(index, Unreadable), overwrite: true);
            return $"Episode {index:D6} cannot be read and is set aside as {index:D6}{Unreadable}: {e.Message}";
        }
    }

    private IEnumerable<string> Matching(string extension) =>
        Directory.EnumerateFiles(_directory).Where(path => Index(path) >= 0 && Path.GetFileName(path)[6..] == extension).Order(StringComparer.Ordinal);

    private string PathOf(int index, string extension) => PathOf(_directory, index, extension);

    internal static string PathOf(string directory, int index, string extension) => Path.Combine(directory, $"{index:D6}{extension}");

    /// <summary>Numbers of all episodes there is a file of, in any state and order.</summary>
    internal static IEnumerable<int> Indices(string directory) => Directory.EnumerateFiles(directory).Select(Index).Where(i => i >= 0);

    /// <summary>The six digits that a file of the store begins with, or −1.</summary>
    private static int Index(string path) =>
        Path.GetFileName(path) is { Length: > 6 } name && name[6] == '.'
            && int.TryParse(name.AsSpan(0, 6), NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : -1;
}
