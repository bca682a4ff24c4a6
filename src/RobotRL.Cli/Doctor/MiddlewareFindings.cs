using RobotRL.Cli.Commands;

namespace RobotRL.Cli.Doctor;

/// <summary>ROS 2 and the DDS libraries that it talks through. Only a real robot wants them.</summary>
internal static class MiddlewareFindings
{
    public static IEnumerable<Finding> All()
    {
        var distributions = Directory.Exists("/opt/ros") ? Directory.GetDirectories("/opt/ros").Select(Path.GetFileName).Order().ToArray() : [];
        var sourced = Environment.GetEnvironmentVariable("ROS_DISTRO");
        yield return Finding.Optional("ROS 2", distributions.Length > 0 || sourced is not null,
            sourced is not null ? $"{sourced}, sourced" : distributions.Length > 0 ? $"{string.Join(", ", distributions)}, not sourced" : "none",
            "for a ROS 2 robot: install ROS 2 and source its setup.bash, or only Cyclone DDS");
        yield return Library("Cyclone DDS", "libddsc.so*", "for a ROS 2 robot: apt install libddsc0debian, or source a ROS 2 setup.bash");
        yield return Library("Fast DDS", "libfast*ds.so*|libfastrtps.so*", "only for robots that speak Fast DDS: apt install libfastrtps2.9 or newer");
    }

    private static Finding Library(string name, string patterns, string remedy)
    {
        var folders = new[] { "/usr/lib/x86_64-linux-gnu", "/usr/lib64", "/usr/lib", "/usr/local/lib" }
            .Concat((Environment.GetEnvironmentVariable("LD_LIBRARY_PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries))
            .Concat(Directory.Exists("/opt/ros") ? Directory.GetDirectories("/opt/ros").SelectMany(d => new[] { d + "/lib", d + "/lib/x86_64-linux-gnu" }) : [])
            .Where(Directory.Exists);
        var found = folders.SelectMany(folder => patterns.Split('|').SelectMany(pattern => Directory.GetFiles(folder, pattern))).FirstOrDefault();
        return Finding.Optional(name, found is not null, found ?? "none", remedy);
    }
}
