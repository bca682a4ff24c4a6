using System.Text;

namespace RobotRL.Model;

/// <summary>
/// The one way to open what lies in a run's folder. A run may have come from somebody else: a link in it would let its giver choose which file of ours is read
/// or appended to, and a pipe would let them hold us for ever. So nothing but plain files is opened, and none is written that has a second name. Folders on the
/// way are looked at once, when a command takes the run up (<see cref="RefuseLinks"/>); nothing of this program makes a link afterwards.
/// </summary>
public static class RunFile
{
    private const int Tries = 100;

    /// <summary>Opens a file as <see cref="FileStream"/> does.</summary>
    /// <exception cref="InvalidDataException">It is a link, no plain file, or is to be written and has another name.</exception>
    /// <exception cref="IOException">As for <see cref="FileStream"/>.</exception>
    public static FileStream Open(string path, FileMode mode, FileAccess access, FileShare share = FileShare.Read, int bufferSize = 4096)
    {
        for (var attempt = 1; ; attempt++)
        {
            var seen = FileEntry.Of(path);
            Refuse(path, seen, writes: access != FileAccess.Read);
            var file = new FileStream(path, mode, access, share, bufferSize);
            // What was looked at is what was opened; another process may just have put a new file in its place.
            if (seen is null || FileEntry.Of(file.SafeFileHandle) is not { } opened || opened.Identity == seen.Value.Identity) return file;
            file.Dispose();
            if (attempt == Tries) throw new IOException($"{path}: replaced {Tries} times while it was being opened");
        }
    }

    /// <summary>For reading, also while another process writes.</summary>
    public static FileStream OpenRead(string path, int bufferSize = 4096) =>
        Open(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize);

    public static byte[] ReadAllBytes(string path)
    {
        using var file = OpenRead(path, bufferSize: 0);
        if (file.Length > Array.MaxLength) throw new IOException($"{path}: {file.Length} bytes are more than is read at once");
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }

    public static string ReadAllText(string path)
    {
        using var reader = new StreamReader(OpenRead(path));
        return reader.ReadToEnd();
    }

    public static IEnumerable<string> ReadLines(string path)
    {
        using var reader = new StreamReader(OpenRead(path));
        while (reader.ReadLine() is { } line) yield return line;
    }

    /// <summary>Makes a file or replaces its content.</summary>
    /// <param name="path">The file.</param>
    /// <param name="content">All of it.</param>
    /// <param name="force">Whether to wait until it is on the disk.</param>
    public static void Write(string path, ReadOnlySpan<byte> content, bool force = false)
    {
        using var file = Open(path, FileMode.Create, FileAccess.Write, bufferSize: 0);
        file.Write(content);
        if (force) file.Flush(flushToDisk: true);
    }

    public static void Write(string path, string content) => Write(path, Encoding.UTF8.GetBytes(content));

    /// <summary>Adds to the end of a file, which is made where there is none.</summary>
    public static void Append(string path, ReadOnlySpan<byte> content)
    {
        using var file = Open(path, FileMode.Append, FileAccess.Write, bufferSize: 0);
        file.Write(content);
    }

    /// <summary>Whether two paths lead to one folder or file, as far as the system says.</summary>
    public static bool AreSame(string one, string other) =>
        FileEntry.Behind(one) is { } a && FileEntry.Behind(other) is { } b && a.Identity != default && a.Identity == b.Identity;

    /// <summary>Looks through everything below a folder, which may itself be reached by a link.</summary>
    /// <exception cref="InvalidDataException">Something below it is a link or no plain file.</exception>
    public static void RefuseLinks(string folder)
    {
        string[] entries;
        try
        {
            entries = Directory.GetFileSystemEntries(folder);
        }
        catch (DirectoryNotFoundException)
        {
            return; // not there yet, or no longer: a checkpoint that another process has just given its name
        }
        foreach (var path in entries)
        {
            var entry = FileEntry.Of(path);
            if (entry is { IsFolder: true }) RefuseLinks(path);
            else Refuse(path, entry, writes: false);
        }
    }

    private static void Refuse(string path, FileEntry? seen, bool writes)
    {
        if (seen is not { } entry) return;
        if (entry.IsLink) throw new InvalidDataException($"{path}: a link, and none in a run is followed; put what it points to in its place");
        if (!entry.IsPlain && !entry.IsFolder) throw new InvalidDataException($"{path}: neither a file nor a folder; remove it");
        if (writes && entry.Names > 1)
            throw new InvalidDataException($"{path}: has a second name elsewhere (a hard link), which would change with it; put a copy in its place");
    }
}
