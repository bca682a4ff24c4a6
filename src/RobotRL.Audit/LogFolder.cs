using System.Globalization;
using RobotRL.Model;

namespace RobotRL.Audit;

/// <summary>
/// What lies where in <c>RUN/audit</c>: <c>2026-11-23.jsonl</c>, a file per UTC day; <c>heads.jsonl</c>; <c>keys/FINGERPRINT.pem</c>, public halves;
/// <c>torn-*.bin</c>, what a killed writer left of a line; <c>writers/</c>, a locked file for each process that has the log open; <c>lock</c>.
/// </summary>
internal sealed record LogFolder(string Path)
{
    private const string DayFormat = "yyyy-MM-dd", Extension = ".jsonl";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public string Heads => System.IO.Path.Combine(Path, "heads.jsonl");
    public string Keys => System.IO.Path.Combine(Path, "keys");
    public string Writers => System.IO.Path.Combine(Path, "writers");

    /// <summary>The files of days, oldest first.</summary>
    public IReadOnlyList<string> Days => Directory.Exists(Path)
        ? [.. Directory.EnumerateFiles(Path, "*" + Extension).Where(f => DayOf(f) is not null).Order(StringComparer.Ordinal)]
        : [];

    public IReadOnlyList<string> Torn => !Directory.Exists(Path) ? [] : [.. Directory.EnumerateFiles(Path, "torn-*.bin").Order(StringComparer.Ordinal)];

    public string Day(DateOnly day) => System.IO.Path.Combine(Path, day.ToString(DayFormat, CultureInfo.InvariantCulture) + Extension);

    public string Key(string fingerprint) => System.IO.Path.Combine(Keys, fingerprint + ".pem");

    public static DateOnly? DayOf(string path) =>
        DateOnly.TryParseExact(
            System.IO.Path.GetFileNameWithoutExtension(path), DayFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;

    /// <summary>Waits for its turn among the processes that write. The system lets go of the lock when a process dies.</summary>
    /// <exception cref="IOException">Another process kept it for too long, or the folder cannot be written.</exception>
    public FileStream Lock()
    {
        Directory.CreateDirectory(Path);
        var path = System.IO.Path.Combine(Path, "lock");
        for (var began = Environment.TickCount64; ; Thread.Sleep(1))
            if (TryHold(path) is { } held) return held;
            else if (Environment.TickCount64 - began > Patience.TotalMilliseconds)
                throw new IOException($"{path}: held by another process for {Patience.TotalSeconds} s; end that process");
    }

    /// <summary>Opens a file for this process alone; null where another one holds it.</summary>
    public static FileStream? TryHold(string path)
    {
        const int wouldBlock = 11, wouldBlockMac = 35, sharing = unchecked((int)0x80070020);
        try
        {
            return RunFile.Open(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (e.HResult is wouldBlock or wouldBlockMac or sharing)
        {
            return null;
        }
    }

    /// <summary>Appends whole lines, or nothing: a write that fails half-way is taken back, as far as the disk still allows that.</summary>
    public static void Append(string path, ReadOnlySpan<byte> lines, bool force)
    {
        using var file = RunFile.Open(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        Append(file, lines, force);
    }

    internal static void Append(FileStream file, ReadOnlySpan<byte> lines, bool force)
    {
        var length = file.Seek(0, SeekOrigin.End);
        try
        {
            file.Write(lines);
            if (force) file.Flush(flushToDisk: true);
        }
        catch (IOException)
        {
            try
            {
                file.SetLength(length);
            }
            catch (IOException)
            {
                // The next start sets half a line aside.
            }
            throw;
        }
    }

    /// <summary>Replaces a file's content, or makes the file, in one step.</summary>
    public static void Replace(string path, ReadOnlySpan<byte> content)
    {
        RunFile.Write(path + ".tmp", content, force: true);
        File.Move(path + ".tmp", path, overwrite: true);
    }

    /// <summary>A file's bytes as they are now, also while another process appends; empty where there is none.</summary>
    public static byte[] Read(string path) => File.Exists(path) ? RunFile.ReadAllBytes(path) : [];
}
