using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace RobotRL.Control;

/// <summary>Which file it is, whose, and what others may do with it. Linux tells; elsewhere nothing is known.</summary>
/// <param name="Inode">Its number on its device.</param>
/// <param name="Device">The device.</param>
/// <param name="Owner">User number.</param>
/// <param name="Mode">Kind and rights, as <c>stat</c> has them.</param>
internal readonly unsafe partial record struct FileIdentity(ulong Inode, ulong Device, uint Owner, int Mode)
{
    private const int CurrentFolder = -100, NotFollowed = 0x100, OfDescriptor = 0x1000, BasicStats = 0x7FF, Kinds = 0xF000;

    public bool IsFolder => (Mode & Kinds) == 0x4000;
    public bool IsFile => (Mode & Kinds) == 0x8000;
    public bool IsLink => (Mode & Kinds) == 0xA000;

    /// <summary>Whether its owner alone has any right to it.</summary>
    public bool IsPrivate => (Mode & 0x3F) == 0;

    /// <summary>The user that this process acts as.</summary>
    public static uint User => geteuid();

    /// <summary>Of what a path names, a link not followed; null where there is nothing, or nothing is known.</summary>
    public static FileIdentity? Of(string path)
    {
        fixed (byte* name = Encoding.UTF8.GetBytes(path + '\0')) return Read(CurrentFolder, name, NotFollowed);
    }

    /// <summary>Of an open file, whatever its path names by now.</summary>
    public static FileIdentity? Of(SafeFileHandle file)
    {
        byte nothing = 0;
        return Read((int)file.DangerousGetHandle(), &nothing, OfDescriptor);
    }

    private static FileIdentity? Read(int folder, byte* name, int flags)
    {
        if (!OperatingSystem.IsLinux()) return null;
        Stat s;
        return statx(folder, name, flags, BasicStats, &s) == 0 ? new(s.Inode, (ulong)s.DeviceMajor << 32 | s.DeviceMinor, s.Owner, s.Mode) : null;
    }

    /// <summary><c>struct statx</c>, the same on every architecture.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Stat
    {
        [FieldOffset(20)] public uint Owner;
        [FieldOffset(28)] public ushort Mode;
        [FieldOffset(32)] public ulong Inode;
        [FieldOffset(136)] public uint DeviceMajor;
        [FieldOffset(140)] public uint DeviceMinor;
    }

    [LibraryImport("libc")] private static partial int statx(int folder, byte* path, int flags, uint mask, Stat* result);
    [LibraryImport("libc")] private static partial uint geteuid();
}
