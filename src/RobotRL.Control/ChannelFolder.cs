using RobotRL.Model;

namespace RobotRL.Control;

/// <summary>
/// Where the channels of an account lie: a folder that this account alone may enter, in memory where the system has a place for that. What lies there is used
/// only where it is this account's own, closed to all others, and no link: nobody else can pose as robot or as actor.
/// </summary>
internal static class ChannelFolder
{
    private const string Memory = "/dev/shm";

    public static string Path { get; } = OperatingSystem.IsWindows()
        ? System.IO.Path.Combine(System.IO.Path.GetTempPath(), "robotrl")
        : System.IO.Path.Combine(Directory.Exists(Memory) ? Memory : System.IO.Path.GetTempPath(), $"robotrl-{FileIdentity.User}");

    /// <summary>Makes the folder where there is none.</summary>
    /// <exception cref="ChannelRefusedException">Another account has made it, or others may enter it.</exception>
    public static void Make() => Make(Path, FileIdentity.User);

    /// <exception cref="ChannelRefusedException">There is one, and it is not this account's alone.</exception>
    public static void Require()
    {
        if (Directory.Exists(Path)) RequireFolder(Path, OperatingSystem.IsWindows() ? 0 : FileIdentity.User);
    }

    internal static void Make(string path, uint user)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
        else Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        RequireFolder(path, user);
    }

    /// <summary>Opens the memory of a channel, once it is sure whose it is.</summary>
    /// <exception cref="ChannelRefusedException">It is not this account's alone.</exception>
    public static FileStream Open(string path, FileAccess access) => Open(path, access, OperatingSystem.IsWindows() ? 0 : FileIdentity.User);

    internal static FileStream Open(string path, FileAccess access, uint user)
    {
        // Before, so that nothing but a file is opened; and after, of what is open, since the path may name something else by then.
        if (FileIdentity.Of(path) is { } named) RequireFile(path, named, user);
        var file = new FileStream(path, FileMode.Open, access, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        try
        {
            if (FileIdentity.Of(file.SafeFileHandle) is not { } opened) return file;
            RequireFile(path, opened, user);
            if (FileIdentity.Of(path) != opened) throw Refused(path, "was replaced while it was opened; try again");
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static void RequireFolder(string path, uint user)
    {
        if (FileIdentity.Of(path) is not { } folder) return;
        if (folder.IsLink || !folder.IsFolder) throw Refused(path, "is no folder of its own, though channels belong there; have it removed");
        RequireOwn(path, folder, user, "chmod 700");
    }

    private static void RequireFile(string path, in FileIdentity file, uint user)
    {
        if (!file.IsFile) throw Refused(path, $"is {(file.IsLink ? "a link" : "no file")}, not the memory of a channel; remove it");
        RequireOwn(path, file, user, "chmod 600");
    }

    private static void RequireOwn(string path, in FileIdentity file, uint user, string mend)
    {
        if (file.Owner != user) throw Refused(path, $"belongs to another account (user {file.Owner}), which could pose as the robot; have it removed");
        if (!file.IsPrivate)
            throw Refused(path,
                $"is open to other accounts (mode {Convert.ToString(file.Mode & 0xFFF, 8)}), which could command the robot; {mend} it or remove it");
    }

    // With a code: whoever waits for a channel to appear does not wait for this to change.
    private static ChannelRefusedException Refused(string path, string why) => new($"{path} {why}", FaultCode.ChannelCorrupt);
}
