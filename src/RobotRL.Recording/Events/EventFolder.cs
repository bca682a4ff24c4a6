using System.Globalization;
using RobotRL.Control;
using RobotRL.Model;

namespace RobotRL.Recording.Events;

/// <summary>
/// A run's event files: <c>000012.mcap.active</c> while one is written, <c>000012.mcap</c> once it is whole. Several processes may write to it.
/// </summary>
public sealed class EventFolder
{
    private const string Extension = ".mcap", Active = ".mcap.active", Settling = ".mcap.settling", Unreadable = ".mcap.unreadable", Turn = ".mcap.lock";
    private readonly string _path;

    private EventFolder(string path) => _path = path;

    /// <summary>The whole files, in order.</summary>
    public IReadOnlyList<string> Files => [.. Matching(Extension)];

    /// <summary>For reading; the folder need not be there.</summary>
    public static EventFolder Read(string path) => new(path);

    /// <summary>For writing: settles what a killed process left there. The folder is made with its first file.</summary>
    /// <param name="path">Such as <c>RUN/events</c>.</param>
    /// <param name="log">Gets one line for each file settled.</param>
    public static EventFolder Open(string path, Action<string> log)
    {
        EventFolder folder = new(path);
        foreach (var torn in folder.Matching(Active)) folder.Settle(torn, log);
        return folder;
    }

    /// <summary>The index that a file of the folder has, or −1.</summary>
    public static int IndexOf(string file) =>
        Path.GetFileName(file) is { Length: > 6 } name && name[6] == '.'
            && int.TryParse(name.AsSpan(0, 6), NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : -1;

    /// <summary>Begins a file under the next index.</summary>
    public EventWriter Begin(EventInfo info, out int index)
    {
        const int exists = 17, existsOnWindows = unchecked((int)0x80070050);
        Directory.CreateDirectory(_path);
        index = Directory.EnumerateFiles(_path).Select(IndexOf).DefaultIfEmpty(-1).Max() + 1;
        while (true)
            try
            {
                return new EventWriter(info, PathOf(index, Active), PathOf(index, Extension));
            }
            catch (IOException e) when (e.HResult is exists or existsOnWindows)
            {
                index++; // another process was faster
            }
    }

    private void Settle(string torn, Action<string> log)
    {
        var index = IndexOf(torn);
        // Held for as long as it takes: of several processes that start at once, one settles it.
        using var turn = LockFile.TryTake(PathOf(index, Turn));
        if (turn is null) return;
        try
        {
            // Its writer holds it for itself alone.
            using (RunFile.Open(torn, FileMode.Open, FileAccess.ReadWrite, FileShare.None)) { }
        }
        catch (IOException)
        {
            return;
        }
        try
        {
            var recording = EventReader.Read(torn);
            var ticks = EventReader.ReadTicks(torn);
            File.Delete(PathOf(index, Settling));
            using (var writer = new EventWriter(recording.Info, PathOf(index, Settling), PathOf(index, Extension)))
            {
                foreach (var mark in recording.Marks) writer.Append(mark);
                foreach (ref readonly var tick in ticks.AsSpan()) writer.Append(tick);
                writer.Complete(EventEnd.Interrupted, 0);
            }
            File.Delete(torn);
            log($"Event {index:D6} was interrupted: its {ticks.Length} ticks are kept.");
        }
        catch (InvalidDataException e)
        {
            File.Move(torn, PathOf(index, Unreadable), overwrite: true);
            log($"Event {index:D6} cannot be read and is set aside as {index:D6}{Unreadable}: {e.Message}");
        }
    }

    private IEnumerable<string> Matching(string extension) => !Directory.Exists(_path)
        ? []
        : Directory.EnumerateFiles(_path).Where(file => IndexOf(file) >= 0 && Path.GetFileName(file)[6..] == extension).Order(StringComparer.Ordinal);

    private string PathOf(int index, string extension) => Path.Combine(_path, $"{index:D6}{extension}");
}
