using System.Runtime.InteropServices;
using RobotRL.Ros2.Transport;

namespace RobotRL.Ros2.Cyclone;

/// <summary>Finds libddsc: the system's, or the one that a sourced ROS 2 installation brings.</summary>
public static class DdsLibrary
{
    private static readonly string[] Names = OperatingSystem.IsWindows() ? ["ddsc.dll"] : ["libddsc.so.0", "libddsc.so.0debian", "libddsc.so"];

    private static readonly Lazy<(nint Handle, string Name)> Loaded = new(Load);

    /// <summary>What was loaded; null where there is none.</summary>
    public static string? Name => Loaded.Value.Handle == 0 ? null : Loaded.Value.Name;

    /// <summary>Why it cannot be used, with the remedy; null where it can.</summary>
    public static string? Missing =>
        !BitConverter.IsLittleEndian ? "Cyclone DDS is used on little-endian machines alone."
        : Loaded.Value.Handle == 0
            ? "Cyclone DDS is not installed: on Debian 12 install libddsc0debian, on Ubuntu 24.04 libddsc0t64, or source a ROS 2 installation."
        : !Exports("dds_takecdr") || !Exports("ddsi_serdata_to_ser")
            ? $"{Loaded.Value.Name} is a Cyclone DDS that lacks what 0.10 has: install 0.10." : null;

    /// <exception cref="TransportException">It cannot be had.</exception>
    internal static void Require()
    {
        if (Missing is { } why) throw new TransportException(why);
    }

    private static bool Exports(string name) => NativeLibrary.TryGetExport(Loaded.Value.Handle, name, out _);

    private static (nint, string) Load()
    {
        foreach (var path in Names.Concat(Names.SelectMany(Installation.Files)))
        {
            if (!NativeLibrary.TryLoad(path, out var handle)) continue;
            NativeResolver.Add(DdsNative.Library, handle);
            return (handle, path);
        }
        return (0, "");
    }
}
