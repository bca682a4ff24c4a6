using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace RobotRL.Model;

/// <summary>What stands under a name, itself and not what it may point to.</summary>
/// <param name="IsLink">A symbolic link or a junction.</param>
/// <param name="IsPlain">A file with bytes: no pipe, socket or device.</param>
/// <param name="Names">How many names the file has; 1 where the system does not say.</param>
/// <param name="Identity">Which file it is, whatever it is called; the default where the system does not say.</param>
internal readonly partial record struct FileEntry(bool IsLink, bool IsFolder, bool IsPlain, long Names, (ulong Device, ulong Number) Identity)
{
    /// <summary>What a path names; null where that is nothing, or cannot be seen, which opening it will tell.</summary>
    public static FileEntry? Of(string path)
    {
        if (OperatingSystem.IsLinux()) return Statx(HereFolder, path, NoFollow);
        FileSystemInfo info = Directory.Exists(path) ? new DirectoryInfo(path) : new FileInfo(path);
        if (info.LinkTarget is not null) return new(true, false, false, 1, default);
        if (!info.Exists) return null;
        if (info is DirectoryInfo) return new(false, true, false, 1, default);
        if (!OperatingSystem.IsWindows()) return new(false, false, true, 1, default);
        try
        {
            using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return Of(handle);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>What a path leads to, through links; null where that is nothing, or cannot be seen, which opening it will tell.</summary>
    public static FileEntry? Behind(string path)
    {
        if (OperatingSystem.IsLinux()) return Statx(HereFolder, path, 0);
        try
        {
            FileSystemInfo info = Directory.Exists(path) ? new DirectoryInfo(path) : new FileInfo(path);
            return Of(info.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>What was opened; null where the system does not say.</summary>
    public static FileEntry? Of(SafeFileHandle handle)
    {
        if (OperatingSystem.IsLinux()) return Statx((int)handle.DangerousGetHandle(), "", OfDescriptor);
        return OperatingSystem.IsWindows() ? Windows(handle) : null;
    }

    private const int HereFolder = -100, NoFollow = 0x100, OfDescriptor = 0x1000;

    private static unsafe FileEntry? Statx(int folder, string path, int flags)
    {
        const int typeLinksAndNumber = 0x1 | 0x4 | 0x100, typeMask = 0xF000, link = 0xA000, directory = 0x4000, regular = 0x8000;
        Span<byte> name = new byte[Encoding.UTF8.GetMaxByteCount(path.Length) + 1];
        Encoding.UTF8.GetBytes(path, name);
        Span<byte> found = stackalloc byte[256]; // struct statx, the same on every processor
        fixed (byte* n = name, f = found)
            if (Statx(folder, n, flags, typeLinksAndNumber, f) != 0) return null;
        var type = MemoryMarshal.Read<ushort>(found[28..]) & typeMask;
        var device = ((ulong)MemoryMarshal.Read<uint>(found[136..]) << 32) | MemoryMarshal.Read<uint>(found[140..]);
        return new(type == link, type == directory, type == regular, MemoryMarshal.Read<uint>(found[16..]), (device, MemoryMarshal.Read<ulong>(found[32..])));
    }

    private static unsafe FileEntry? Windows(SafeFileHandle handle)
    {
        Span<byte> found = stackalloc byte[52]; // BY_HANDLE_FILE_INFORMATION
        fixed (byte* f = found)
            if (GetFileInformationByHandle(handle, f) == 0) return null;
        var number = ((ulong)MemoryMarshal.Read<uint>(found[44..]) << 32) | MemoryMarshal.Read<uint>(found[48..]);
        return new(false, false, true, MemoryMarshal.Read<uint>(found[40..]), (MemoryMarshal.Read<uint>(found[28..]), number));
    }

    [LibraryImport("libc", EntryPoint = "statx")]
    private static unsafe partial int Statx(int folder, byte* path, int flags, uint mask, byte* found);

    [LibraryImport("kernel32", EntryPoint = "GetFileInformationByHandle")]
    private static unsafe partial int GetFileInformationByHandle(SafeFileHandle handle, byte* found);
}
