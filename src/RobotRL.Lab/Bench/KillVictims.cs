using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using RobotRL.Sessions.Processes;

namespace RobotRL.Lab.Bench;

/// <summary>
/// An actor's process and the learner that it started. Both can be ended at any moment, as a power cut would end them.
/// Linux only: the child is found in /proc.
/// </summary>
internal sealed partial class KillVictims : IDisposable
{
    private const int SigKill = 9;
    private readonly Process _actor;
    private readonly Task<string> _errors;

    public KillVictims(IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment)
    {
        var start = ThisProgram.With(arguments);
        (start.RedirectStandardError, start.RedirectStandardOutput) = (true, true);
        foreach (var (name, value) in environment) start.Environment[name] = value;
        _actor = Process.Start(start)!;
        _actor.StandardOutput.Close();
        _errors = _actor.StandardError.ReadToEndAsync();
    }

    /// <summary>Whether the actor ended by itself.</summary>
    public bool HasEnded => _actor.HasExited;

    /// <summary>The actor's messages, for when it ended by itself.</summary>
    public string Errors => _errors.Wait(TimeSpan.FromSeconds(10)) ? _errors.Result : "";

    /// <summary>The actor's process.</summary>
    public int Actor => _actor.Id;

    /// <summary>The learner that was killed; null where there is none now.</summary>
    public int? KillLearner() => Learner() is { } id && Kill(id, SigKill) == 0 ? id : null;

    public void KillActor()
    {
        Kill(_actor.Id, SigKill);
        _actor.WaitForExit();
    }

    /// <summary>Both at once.</summary>
    public bool KillBoth()
    {
        var learner = Learner();
        KillActor();
        return learner is { } id && Kill(id, SigKill) == 0;
    }

    public void Dispose()
    {
        if (!_actor.HasExited) KillBoth();
        _actor.Dispose();
    }

    /// <summary>The newest learner's process; null where there is none.</summary>
    public int? Learner()
    {
        try
        {
            // Each thread lists the children that it started.
            foreach (var thread in Directory.EnumerateDirectories($"/proc/{_actor.Id}/task"))
                if (File.ReadAllText(Path.Combine(thread, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var child, ..])
                    return int.Parse(child, CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            // A thread, or the process, ended meanwhile.
        }
        return null;
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int process, int signal);
}
