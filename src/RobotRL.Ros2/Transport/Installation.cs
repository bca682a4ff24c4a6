namespace RobotRL.Ros2.Transport;

/// <summary>The ROS 2 installation that this process was started in: its setup file was sourced.</summary>
internal static class Installation
{
    private static readonly string[] Folders = ["lib", Path.Combine("lib", "x86_64-linux-gnu"), Path.Combine("lib", "aarch64-linux-gnu"), "bin"];

    /// <summary>Such as <c>humble</c>; null where none is sourced.</summary>
    public static string? Distribution => Environment.GetEnvironmentVariable("ROS_DISTRO") is { Length: > 0 } name ? name : null;

    /// <summary>Where a library of this file name is, most specific workspace first.</summary>
    public static IEnumerable<string> Files(string name) =>
        (Environment.GetEnvironmentVariable("AMENT_PREFIX_PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .SelectMany(prefix => Folders.Select(folder => Path.Combine(prefix, folder, name))).Where(File.Exists);

    /// <summary>File name of a library as this system has it.</summary>
    public static string FileName(string library) => OperatingSystem.IsWindows() ? $"{library}.dll" : $"lib{library}.so";
}
