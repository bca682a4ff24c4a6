using System.Runtime.InteropServices;
using RobotRL.Ros2.Transport;

namespace RobotRL.Ros2.Rcl;

/// <summary>The ROS 2 installation's own client library, as it was sourced where this process was started.</summary>
public static class RclLibrary
{
    private static readonly Lazy<string?> Found = new(Load);

    /// <summary>Why it cannot be used, with the remedy; null where it can.</summary>
    public static string? Missing => Found.Value;

    /// <summary>Distribution and middleware; for a person.</summary>
    public static unsafe string Name => $"{Installation.Distribution}, {Marshal.PtrToStringUTF8((nint)RclNative.rmw_get_implementation_identifier())}";

    internal static RclLayout Layout => Installation.Distribution == "humble" ? RclLayout.Humble : RclLayout.Iron;

    /// <exception cref="TransportException">It cannot be had.</exception>
    internal static void Require()
    {
        if (Missing is { } why) throw new TransportException(why);
    }

    private static string? Load()
    {
        if (Installation.Distribution is not { } distribution)
            return "No ROS 2 is sourced: run robotrl from a shell that has sourced a ROS 2 installation, such as /opt/ros/jazzy/setup.bash.";
        foreach (var library in new[] { RclNative.Rcutils, RclNative.Rmw, RclNative.RmwImplementation, RclNative.Rcl })
        {
            var file = Installation.FileName(library);
            var path = Installation.Files(file).FirstOrDefault();
            if (path is null) return $"ROS 2 {distribution} is sourced, and none of its folders has {file}: install its package {library}.";
            try { NativeResolver.Add(library, NativeLibrary.Load(path)); }
            catch (DllNotFoundException e)
            {
                return $"{path} does not load ({e.Message.Split('\n')[0].Trim()}): source the whole installation in the shell that starts robotrl.";
            }
        }
        return RclLayout.Check() is { } wrong ? $"This rcl is none of those that are known, which are Humble's to Jazzy's ({wrong})." : null;
    }
}
