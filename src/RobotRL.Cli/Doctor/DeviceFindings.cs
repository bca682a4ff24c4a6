using RobotRL.Cli.Commands;

namespace RobotRL.Cli.Doctor;

/// <summary>What an operator holds and what a camera plugs into.</summary>
internal static class DeviceFindings
{
    /// <summary>How such devices name themselves.</summary>
    private static readonly string[] SpaceMouseNames = ["3Dconnexion", "SpaceMouse", "SpaceNavigator", "SpaceExplorer", "SpacePilot"];

    public static IEnumerable<Finding> All()
    {
        if (!OperatingSystem.IsLinux()) yield break;
        yield return Nodes("gamepads", Files("/dev/input", "js*"), "to teleoperate by gamepad: plug it in; the keyboard and the scripted operator need none");
        yield return Nodes("SpaceMouse", [.. Files("/dev", "hidraw*").Where(IsSpaceMouse)], "to teleoperate by SpaceMouse: plug it in");
        yield return Nodes("cameras", Files("/dev", "video*"), "for a real cell: plug the cameras in; the simulation renders its own");
    }

    private static Finding Nodes(string name, string[] nodes, string remedy)
    {
        if (nodes.Length == 0) return new(name, Standing.Absent, "none", remedy);
        var closed = nodes.Where(node => !Readable(node)).ToArray();
        return Finding.Optional(name, closed.Length == 0, string.Join(", ", nodes),
            $"no right to read {string.Join(", ", closed)}: add the user to the groups input, plugdev and video, or a udev rule");
    }

    private static string[] Files(string folder, string pattern) =>
        Directory.Exists(folder) ? [.. Directory.GetFileSystemEntries(folder, pattern).Order(StringComparer.Ordinal)] : [];

    private static bool IsSpaceMouse(string node)
    {
        var identity = $"/sys/class/hidraw/{Path.GetFileName(node)}/device/uevent";
        return File.Exists(identity) && File.ReadAllText(identity) is var text
            && SpaceMouseNames.Any(name => text.Contains(name, StringComparison.OrdinalIgnoreCase));
    }

    private static bool Readable(string node)
    {
        try
        {
            using var _ = File.Open(node, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            return true;
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            return false;
        }
    }
}
