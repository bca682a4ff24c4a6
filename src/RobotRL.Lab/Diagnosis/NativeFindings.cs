using System.Diagnostics;
using RobotRL.Ros2.Cyclone;
using RobotRL.Ros2.Rcl;
using RobotRL.Sessions.Processes;

namespace RobotRL.Lab.Diagnosis;

/// <summary>Native libraries, each loaded and used a little in a child process that may die of it.</summary>
public static class NativeFindings
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public readonly record struct Outcome(bool Works, string Line);

    private static readonly Lazy<Dictionary<string, Task<Outcome>>> Children =
        new(() => NativeProbe.Names.ToDictionary(name => name, name => Task.Run(() => Child(name))));

    /// <summary>The answer of one probe's child. The first question starts all children, side by side.</summary>
    public static Outcome Probe(string name) => Children.Value[name].Result;

    public static IEnumerable<Finding> All()
    {
        yield return Finding.Needed("libtorch", Probe("torch").Works, Probe("torch").Line,
            "rebuild with make build; on a system older than Debian 12 or Ubuntu 22.04 use a newer one");
        yield return Finding.Optional("CUDA", Probe("cuda").Works, Probe("cuda").Line,
            "with an NVIDIA GPU build with -p:TorchDevice=cuda-linux (Windows: cuda-windows)");
        yield return Finding.Needed("OpenCV", Probe("opencv").Works, Probe("opencv").Line, "make deps, or apt install libgtk-3-0");
        yield return Finding.Needed("MuJoCo", Probe("mujoco").Works, Probe("mujoco").Line, "make deps, or apt install libmujoco-dev");
        yield return Finding.Optional("ROS 2, Cyclone DDS", DdsLibrary.Missing is null, DdsLibrary.Missing ?? $"{DdsLibrary.Name}",
            "make deps, or apt install libddsc0debian (Ubuntu 24.04: libddsc0t64)");
        yield return Finding.Optional("ROS 2, rcl", RclLibrary.Missing is null, RclLibrary.Missing ?? RclLibrary.Name,
            "source the setup file of a ROS 2 installation before robotrl; only services and parameters need it");
        yield return Finding.Optional("ROS 2, rcldotnet", RcldotnetLibrary.Missing is null, RcldotnetLibrary.Missing ?? RclLibrary.Name,
            "only who shares a process with rcldotnet's own code needs it; see docs/ros2.md");
        bool egl = Probe("egl").Works, osmesa = Probe("osmesa").Works;
        yield return Gl("EGL", egl, osmesa, Probe("egl").Line, "make deps, or apt install libegl1 libgl1 libgl1-mesa-dri");
        yield return Gl("OSMesa", osmesa, egl, Probe("osmesa").Line, "make deps, or apt install libosmesa6");
    }

    /// <summary>Either renderer serves, so one is missing only where the other is too.</summary>
    private static Finding Gl(string name, bool works, bool otherWorks, string line, string remedy) =>
        otherWorks ? Finding.Optional(name, works, line, remedy) : Finding.Needed(name, works, line, remedy);

    /// <summary>A probe says what it found in one line, on stdout when it worked and on stderr when not.</summary>
    private static Outcome Child(string probe)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
            start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "robotrl.dll"));
        foreach (var argument in new[] { "doctor", "--probe", probe }) start.ArgumentList.Add(argument);

        using var child = Process.Start(start)!;
        child.StandardInput.Close();
        var output = child.StandardOutput.ReadToEndAsync();
        var error = child.StandardError.ReadToEndAsync();
        if (!child.WaitForExit(Patience))
        {
            child.Kill(entireProcessTree: true);
            return new(false, $"no answer within {Patience.TotalSeconds:F0} s");
        }
        if (child.ExitCode == 0) return new(true, FirstLine(output.Result));
        var reason = FirstLine(error.Result);
        var ended = child.ExitCode > 128 ? $"the process died of signal {child.ExitCode - 128}" : $"exit code {child.ExitCode}";
        return new(false, reason.Length > 0 ? reason : ended);
    }

    private static string FirstLine(string text) => text.Split('\n', 2, StringSplitOptions.TrimEntries)[0];
}
