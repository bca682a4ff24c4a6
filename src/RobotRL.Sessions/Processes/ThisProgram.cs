using System.Diagnostics;

namespace RobotRL.Sessions.Processes;

/// <summary>Starts this very program once more, for what needs a process of its own.</summary>
public static class ThisProgram
{
    /// <summary>
    /// What the loop's process wants of the runtime: all code compiled fully at its first call, since a pinned real-time thread starves the background
    /// compiler, and a first generation so large that the little that is allocated beside the loop leads to no collection.
    /// </summary>
    public static IReadOnlyDictionary<string, string> ForTheLoop { get; } = new Dictionary<string, string>
    {
        ["DOTNET_TieredCompilation"] = "0",
        ["DOTNET_GCgen0size"] = "0x4000000",
    };

    /// <summary>What starts it: its own executable, or the runtime with the program's file, which lies beside this library's.</summary>
    public static IReadOnlyList<string> Host => Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet"
        ? [Environment.ProcessPath!, Path.Combine(Path.GetDirectoryName(typeof(ThisProgram).Assembly.Location)!, "robotrl.dll")]
        : [Environment.ProcessPath!];

    /// <summary>How to start it with a command line; nothing is redirected yet.</summary>
    public static ProcessStartInfo With(IEnumerable<string> arguments) => new(Host[0], [.. Host.Skip(1), .. arguments]);

    /// <param name="arguments">Its command line.</param>
    /// <param name="environment">Over this process's own.</param>
    /// <param name="captureOutput">Whether its stdout comes to this process instead of the terminal.</param>
    /// <param name="quiet">Whether its messages are dropped.</param>
    public static Process Start(
        IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null, bool captureOutput = false, bool quiet = false)
    {
        var start = With(arguments);
        (start.RedirectStandardOutput, start.RedirectStandardError) = (captureOutput, quiet);
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        var process = Process.Start(start) ?? throw new IOException("The program could not be started once more.");
        if (quiet) process.BeginErrorReadLine();
        return process;
    }
}
