using System.Runtime.CompilerServices;
using RobotRL.Model;

namespace RobotRL.Configuration.Tests;

/// <summary>Finds the repository's own configurations, from where this file was compiled.</summary>
internal static class Shipped
{
    public static string Path(string task) => System.IO.Path.Combine(Root(), "robot-configs", "sim", task + ".yaml");

    /// <summary>A file of the tests' own configuration.</summary>
    public static string Sample(string file) => System.IO.Path.Combine(Root(), "tests", "RobotRL.Configuration.Tests", "Sample", file);

    /// <summary>Every settable value below an object, as text: lists of records compare by reference otherwise.</summary>
    public static string Describe(object? value) => value switch
    {
        null => "null",
        string or ValueType and not (Model.Pose or Model.Rotation or Model.Box or Model.Vector3D or Model.JointLimits or Model.MotionLimits) => $"{value}",
        System.Collections.IEnumerable items => $"[{string.Join(", ", items.Cast<object>().Select(Describe))}]",
        _ => $"{{{string.Join(", ", value.GetType().GetProperties().Where(p => p.CanWrite).Select(p => $"{p.Name}: {Describe(p.GetValue(value))}"))}}}",
    };

    private static string Root([CallerFilePath] string here = "") =>
        System.IO.Path.GetFullPath(System.IO.Path.Combine(System.IO.Path.GetDirectoryName(here)!, "..", ".."));
}

/// <summary>A directory that goes with the test.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("robotrl-").FullName;

    public string Write(string name, string text)
    {
        var path = System.IO.Path.Combine(Path, name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
