using RobotRL.Safety;

namespace RobotRL.Critic;

/// <summary>
/// Brings a critic's weights to the control loop. Fixed weights are read once; weights that are learned online are looked for a few times a second, on a
/// thread of the pool, and exchanged while the loop runs. What cannot be used is said once and counted.
/// </summary>
public sealed class CriticWatch : IDisposable
{
    private const int MostKept = 16;
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(250);

    private readonly string _folder;
    private readonly CriticCell _cell;
    private readonly Action<string> _say;
    private readonly Timer? _timer;
    private readonly Lock _lock = new();
    private readonly Dictionary<int, (long Version, CriticFiles Files)> _files = [];
    private DateTime _seen;

    /// <param name="folder">Where <c>critic.json</c> lies, or will lie.</param>
    /// <param name="online">Whether the weights change while the robot runs.</param>
    /// <param name="cell">Where the loop finds them.</param>
    /// <param name="say">Takes a line for a person.</param>
    public CriticWatch(string folder, bool online, CriticCell cell, Action<string> say)
    {
        (_folder, _cell, _say) = (folder, cell, say);
        Look();
        if (online) _timer = new Timer(_ => Look(), null, Period, Period);
    }

    public void Dispose() => _timer?.Dispose();

    /// <summary>The files that an offer to the loop came of; those of earlier offers are let go.</summary>
    public CriticFiles? FilesOf(int offer)
    {
        lock (_lock)
        {
            foreach (var earlier in _files.Keys.Where(o => o < offer).ToArray()) _files.Remove(earlier);
            return _files.GetValueOrDefault(offer).Files;
        }
    }

    /// <summary>The files of a version, if need be looked for now: another process may have seen it first.</summary>
    public CriticFiles? FilesOfVersion(long version)
    {
        if (Known() is { } known) return known;
        Look();
        return Known();

        CriticFiles? Known()
        {
            lock (_lock) return _files.Values.LastOrDefault(f => f.Version == version).Files;
        }
    }

    /// <summary>Takes up weights that have just been written, on the caller's thread.</summary>
    public void TakeUp() => Look(isNew: true);

    private void Look(bool isNew = false)
    {
        // A look that takes longer than the period is not overtaken by the next one.
        if (!_lock.TryEnter()) return;
        try
        {
            var written = File.GetLastWriteTimeUtc(Path.Combine(_folder, CriticFile.Manifest));
            if (written == _seen || !File.Exists(Path.Combine(_folder, CriticFile.Manifest))) return;
            _seen = written;
            var (critic, manifest, files) = Read();
            var offer = _cell.Publish(critic, isNew ? 0 : Math.Max(0, (long)(DateTimeOffset.UtcNow - manifest.Created).TotalNanoseconds));
            _files[offer] = (critic.Version, files);
            if (_files.Count > MostKept) _files.Remove(_files.Keys.Min());
        }
        catch (InvalidDataException e)
        {
            _cell.Refuse();
            _say($"safety critic refused: {e.Message}");
        }
        finally { _lock.Exit(); }
    }

    /// <summary>Twice, if need be: a trainer that writes at this moment has renamed the weights and not yet the manifest.</summary>
    private (SafetyCritic, CriticFile.Description, CriticFiles) Read()
    {
        try { return CriticFile.Read(_folder); }
        catch (InvalidDataException)
        {
            Thread.Sleep(50);
            return CriticFile.Read(_folder);
        }
    }
}
