using System;
using System.IO;
using System.Linq;
using System.Text;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

/// <summary>
/// Copies a 64-bit little-endian ELF library; where the system library that is loaded lacks the named symbol version, the copy's
/// need of it is marked weak (VER_FLG_WEAK in .gnu.version_r), so that the dynamic linker accepts the older library.
/// </summary>
public sealed class WeakenVersionNeed : Task
{
    const uint VersionNeedSection = 0x6ffffffe; // SHT_GNU_verneed
    const ushort Weak = 0x2;                    // VER_FLG_WEAK

    public string Source { get; set; }
    public string Destination { get; set; }
    public string VersionName { get; set; }
    public string SystemLibrary { get; set; }

    public override bool Execute()
    {
        var elf = File.ReadAllBytes(Source);
        var lacking = !SystemProvides();
        if (lacking && Weaken(elf) == 0)
            Log.LogMessage(MessageImportance.High, "{0}: no need of {1} to weaken", Source, VersionName);

        // Aside and renamed: the destination may be linked from elsewhere or mapped by a running process.
        Directory.CreateDirectory(Path.GetDirectoryName(Destination));
        var aside = Destination + "." + Guid.NewGuid().ToString("N");
        File.WriteAllBytes(aside, elf);
        File.Delete(Destination);
        File.Move(aside, Destination);
        Log.LogMessage(MessageImportance.Normal, "{0}: need of {1} {2}", Destination, VersionName, lacking ? "made weak" : "left as it is");
        return true;
    }

    /// The .NET runtime itself has mapped the library that a child process would get. Unknown counts as lacking: a weak need is harmless.
    bool SystemProvides()
    {
        var path = File.ReadLines("/proc/self/maps")
            .Select(line => line.IndexOf('/') is var at && at >= 0 ? line.Substring(at) : "")
            .FirstOrDefault(p => Path.GetFileName(p).StartsWith(SystemLibrary, StringComparison.Ordinal));
        return path != null && File.Exists(path)
            && Encoding.GetEncoding("ISO-8859-1").GetString(File.ReadAllBytes(path)).Contains(VersionName + "\0");
    }

    int Weaken(byte[] elf)
    {
        if (elf.Length < 64 || elf[0] != 0x7f || elf[1] != 'E' || elf[4] != 2 || elf[5] != 1)
            throw new InvalidDataException(Source + " is not a 64-bit little-endian ELF file");
        long U64(long at) => BitConverter.ToInt64(elf, checked((int)at));
        uint U32(long at) => BitConverter.ToUInt32(elf, checked((int)at));
        ushort U16(long at) => BitConverter.ToUInt16(elf, checked((int)at));
        string Text(long at) => Encoding.ASCII.GetString(elf, (int)at, Array.IndexOf(elf, (byte)0, (int)at) - (int)at);

        long sections = U64(0x28), sectionSize = U16(0x3a);
        var weakened = 0;
        for (var i = 0; i < U16(0x3c); i++)
        {
            var section = sections + i * sectionSize;
            if (U32(section + 4) != VersionNeedSection) continue;
            var strings = U64(sections + U32(section + 0x28) * sectionSize + 0x18);
            var library = U64(section + 0x18);
            for (var left = U32(section + 0x2c); left > 0; left--, library += U32(library + 12))
            {
                var need = library + U32(library + 8);
                for (int n = U16(library + 2); n > 0; n--, need += U32(need + 12))
                {
                    if (Text(strings + U32(need + 8)) != VersionName) continue;
                    BitConverter.GetBytes((ushort)(U16(need + 4) | Weak)).CopyTo(elf, (int)need + 4);
                    weakened++;
                }
            }
        }
        return weakened;
    }
}
