using System.Runtime.InteropServices;
using RobotRL.Ros2.Cyclone;
using RobotRL.Ros2.Transport;

namespace RobotRL.Ros2.Rcl;

/// <summary>
/// Tells the middleware below rcl which network to use. It asks for variables of the environment, and what the user has set there holds. Else nothing leaves
/// this machine unless another interface is configured.
/// </summary>
internal static partial class RclEnvironment
{
    /// <summary>Before rcl is first initialised in this process.</summary>
    public static void Set(TransportOptions options)
    {
        if (IsThere("ROS_LOCALHOST_ONLY")) return;
        // Cyclone DDS refuses to be told twice.
        if (RclLibrary.Name.Contains("cyclonedds", StringComparison.Ordinal)) SetUnlessThere("CYCLONEDDS_URI", CycloneDomain.Configuration(options));
        else if (options.IsLoopback && !IsThere("FASTRTPS_DEFAULT_PROFILES_FILE"))
        {
            SetUnlessThere("ROS_LOCALHOST_ONLY", "1");
            SetUnlessThere("ROS_AUTOMATIC_DISCOVERY_RANGE", "LOCALHOST");
        }
    }

    /// <summary>Sets a variable for native code alone, whatever it was.</summary>
    public static void Set(string name, string value)
    {
        if (OperatingSystem.IsWindows()) _ = _putenv_s(name, value);
        else _ = setenv(name, value, 1);
    }

    private static bool IsThere(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 };

    private static void SetUnlessThere(string name, string value)
    {
        if (IsThere(name)) return;
        Environment.SetEnvironmentVariable(name, value);
        // Native code does not see what .NET sets.
        if (OperatingSystem.IsWindows()) _ = _putenv_s(name, value);
        else _ = setenv(name, value, 0);
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int setenv(string name, string value, int replace);

    [LibraryImport("ucrtbase", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int _putenv_s(string name, string value);
}
