namespace RobotRL.Control;

/// <summary>
/// A file that one process at a time holds, and that is gone once nobody does. The system lets go of it when its holder dies, however that comes.
/// Whoever took a file that its last holder was deleting would hold what no path names, beside another who made it anew: so a taker looks whether
/// the path still names what it holds.
/// </summary>
public sealed class LockFile : IDisposable
{
    private const int Attempts = 100;

    private readonly FileStream _file;

    private LockFile(FileStream file) => _file = file;

    /// <summary>Takes it; null while another has it, or where the path names a link.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    public static LockFile? TryTake(string path)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            if (Held(path) is not { } file) return null;
            if (!OperatingSystem.IsLinux() || FileIdentity.Of(file.SafeFileHandle) == FileIdentity.Of(path)) return new(file);
            file.Dispose();
        }
        return null;
    }

    /// <summary>Deletes it and then lets go of it, in that order: whoever comes between finds out.</summary>
    public void Dispose()
    {
        if (OperatingSystem.IsLinux()) File.Delete(_file.Name);
        _file.Dispose();
    }

    private static FileStream? Held(string path)
    {
        const int wouldBlock = 11, wouldBlockMac = 35, sharing = unchecked((int)0x80070020);
        FileStreamOptions options = new() { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 0 };
        if (OperatingSystem.IsWindows()) options.Options = FileOptions.DeleteOnClose; // by the system, as the last handle goes
        else options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            return new(path, options);
        }
        catch (IOException e) when (e.HResult is wouldBlock or wouldBlockMac or sharing)
        {
            return null;
        }
    }
}
