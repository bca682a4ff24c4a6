using System.Reflection;
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
        NativeLibrary.SetDllImportResolver(typeof(DdsLibrary).Assembly, Resolve);
        foreach (var path in Names.Concat(Installed()))
            if (NativeLibrary.TryLoad(path, out var handle)) return (handle, path);
        return (0, "");
    }

    /// <summary>In the installations that are sourced.</summary>
    private static IEnumerable<string> Installed()
    {
        var prefixes = (Environment.GetEnvironmentVariable("AMENT_PREFIX_PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return prefixes.SelectMany(prefix => new[] { "lib", Path.Combine("lib", "x86_64-linux-gnu"), "bin" }.SelectMany(folder =>
            Names.Select(name => Path.Combine(prefix, folder, name)))).Where(File.Exists);
    }

    private static nint Resolve(string library, Assembly assembly, DllImportSearchPath? search) => library == DdsNative.Library ? Loaded.Value.Handle : 0;
}
