using RobotRL.Mcap;
using RobotRL.Model;

namespace RobotRL.Episodes;

/// <summary>What a tail found: steps of one episode, and how it went once that is known.</summary>
/// <param name="Info">The episode.</param>
/// <param name="Steps">The new steps, in order.</param>
/// <param name="Outcome">Null while it is being written.</param>
/// <param name="Excluded">An amendment keeps it from being learned from.</param>
public readonly record struct EpisodeProgress(EpisodeInfo Info, IReadOnlyList<EpisodeStep> Steps, EpisodeOutcome? Outcome, bool Excluded);

/// <summary>
/// Follows a store that another process writes: every whole step of every episode once, in order, from the first episode on, whether the episode
/// is finished, being written, or was torn by a kill and recovered since. For one thread.
/// </summary>
/// <remarks>
/// <code>
///  000007.mcap.active ──written──▶ renamed 000007.mcap      the file is the same: reading goes on in it
///  000007.mcap.active ──killed, recovered──▶ 000007.mcap    another file with the same steps: those that were given are passed over
///  000007.mcap.active ──killed, nothing whole──▶ gone       the next episode's file tells that there will be no 7
/// </code>
/// </remarks>
public sealed class EpisodeTail(string directory) : IDisposable
{
    private readonly Amendments _amendments = Amendments.Read(directory);
    private McapTail? _file;
    private EpisodeAssembly _assembly = new();
    private int _episode, _given;
    private bool _readsFinal;

    /// <summary>Whole steps given so far.</summary>
    public long Steps { get; private set; }

    /// <summary>The steps that have come since the last call, oldest first; none when there are no new ones.</summary>
    /// <exception cref="InvalidDataException">A file is damaged; the message names it.</exception>
    public IEnumerable<EpisodeProgress> Poll()
    {
        while (_file is not null || OpenNext())
        {
            // Looked for before reading: when it is there, everything that will ever be in the open file already is.
            var finished = !_readsFinal && File.Exists(Final);
            if (ReadOn() is { } progress)
            {
                if (progress.Steps.Count > 0 || progress.Outcome is not null) yield return progress;
                if (progress.Outcome is not null)
                {
                    Advance(_episode + 1);
                    continue;
                }
            }
            if (finished) Close();
            else if (_readsFinal || File.Exists(Active)) yield break;
            else if (!File.Exists(Final)) Close();
        }
    }

    public void Dispose() => _file?.Dispose();

    private string Active => EpisodeStore.PathOf(directory, _episode, EpisodeStore.Active);
    private string Final => EpisodeStore.PathOf(directory, _episode, EpisodeStore.Extension);

    private bool OpenNext()
    {
        // Where both are there, the active one is torn and the final one was recovered from it.
        if (TryOpen(Final, final: true) || TryOpen(Active, final: false)) return true;
        var later = EpisodeStore.Indices(directory).Where(i => i > _episode).DefaultIfEmpty(-1).Min();
        // An active file may become a final one at any moment, never the reverse: looked for in this order, neither is missed.
        if (later < 0 || File.Exists(Active) || File.Exists(Final)) return false;
        Advance(later);
        return TryOpen(Final, final: true) || TryOpen(Active, final: false);
    }

    private bool TryOpen(string path, bool final)
    {
        try
        {
            _file = McapTail.Open(RunFile.OpenRead(path, bufferSize: 0));
        }
        catch (FileNotFoundException)
        {
            return false;
        }
        (_assembly, _readsFinal) = (new(), final);
        return true;
    }

    private EpisodeProgress? ReadOn()
    {
        try
        {
            _file!.Read(_assembly.Add, _assembly.Add);
            if (_readsFinal && !_file.IsEnded) throw new InvalidDataException("The file ends within a record.");
            List<EpisodeStep> steps = [];
            while (_assembly.Take() is { } step)
                if (_assembly.Steps > _given) steps.Add(step);
            var whole = _given == 0;
            _given += steps.Count;
            Steps += steps.Count;
            if (_assembly.Info is not { } info) return null;
            if (!_file.IsEnded) return new(info, steps, null, false);
            var episode = new Episode(info, _assembly.Outcome ?? EpisodeOutcome.Interrupted, steps);
            // What was given step by step is not taken back: an amendment made since then counts from the next start on.
            if (whole) episode = _amendments.Apply(episode);
            return new(info, episode.Steps, episode.Outcome, episode.Excluded);
        }
        catch (Exception e) when (e is McapException or InvalidDataException)
        {
            throw new InvalidDataException($"{(_readsFinal ? Final : Active)}: {e.Message}", e);
        }
    }

    private void Close()
    {
        _file?.Dispose();
        _file = null;
    }

    private void Advance(int episode)
    {
        Close();
        (_episode, _given) = (episode, 0);
    }
}
