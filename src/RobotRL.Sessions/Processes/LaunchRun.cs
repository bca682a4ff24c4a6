using System.Diagnostics;
using System.Runtime.InteropServices;
using RobotRL.Configuration;
using RobotRL.Sessions.Runs;

namespace RobotRL.Sessions.Processes;

/// <summary>
/// Runs what a launch file names: one process after the other, each found sound before the next is started. The last one is what it is for: when it ends, the
/// others are asked to end, last first, so that a robot outlives whoever drives it. One that ends before is started again where the file says so, a bounded
/// number of times, and ends all else where not. None outlives this.
/// </summary>
public sealed partial class LaunchRun : IDisposable
{
    private const int Interrupt = 2, Terminate = 15;
    private static readonly TimeSpan Settles = TimeSpan.FromMilliseconds(700), ReadyWithin = TimeSpan.FromMinutes(2), Poll = TimeSpan.FromMilliseconds(50);

    private readonly IReadOnlyList<LaunchProcess> _processes;
    private readonly Action<string> _log;
    private readonly Process?[] _running;
    private readonly int[] _respawns;
    private volatile bool _isAskedToEnd;

    /// <param name="processes">In their order.</param>
    /// <param name="log">Takes a line for a person.</param>
    public LaunchRun(IReadOnlyList<LaunchProcess> processes, Action<string> log) =>
        (_processes, _log, _running, _respawns) = (processes, log, new Process?[processes.Count], new int[processes.Count]);

    /// <summary>Asks the last process to end, and all others after it. From any thread.</summary>
    public void AskToEnd()
    {
        if (_isAskedToEnd) return;
        _isAskedToEnd = true;
        if (_running[^1] is { HasExited: false } main) Send(main, Terminate);
    }

    /// <summary>Runs until the last process has ended.</summary>
    /// <returns>Its exit code; 3 where another one ended first.</returns>
    /// <exception cref="BadInputException">A prefix cannot be had here; nothing was started.</exception>
    public int Run()
    {
        foreach (var process in _processes) LaunchStart.RequirePrefix(process);
        try
        {
            for (var i = 0; i < _processes.Count && !_isAskedToEnd; i++)
                if (!IsSound(i)) return EndedAtOnce(i);
            return Watch();
        }
        finally
        {
            for (var i = _running.Length - 1; i >= 0; i--) End(i);
        }
    }

    public void Dispose()
    {
        foreach (var process in _running) process?.Dispose();
    }

    /// <summary>Starts it, and waits until it says that it is ready; one that says nothing is to live on for a moment. Nobody waits for the last.</summary>
    private bool IsSound(int i)
    {
        using LaunchStart start = new(_processes[i], isLast: i == _processes.Count - 1);
        var process = _running[i] = start.Begin();
        if (i == _processes.Count - 1)
        {
            // Asked to end between two processes: this one has not heard of it.
            if (_isAskedToEnd) Send(process, Terminate);
            return true;
        }
        if (start.TellsReady is false) return !process.WaitForExit(Settles);
        for (var waited = Stopwatch.StartNew(); !start.IsReady; )
        {
            if (process.WaitForExit(Poll)) return false;
            if (_isAskedToEnd || waited.Elapsed < ReadyWithin) continue;
            _log($"{_processes[i].Name} is not ready after {ReadyWithin.TotalSeconds} s; what comes next is started all the same.");
            return true;
        }
        return true;
    }

    private int EndedAtOnce(int i)
    {
        _log($"{_processes[i].Name} ended at once with exit code {_running[i]!.ExitCode}; nothing else is started.");
        return _running[i]!.ExitCode is ExitCode.BadInput ? ExitCode.BadInput : ExitCode.Fault;
    }

    private int Watch()
    {
        if (_running[^1] is not { } main) return ExitCode.DoesNotHold;
        var code = default(int?);
        while (!main.WaitForExit(Poll))
            for (var i = 0; i < _running.Length - 1; i++)
            {
                if (!_running[i]!.HasExited || code is not null || _isAskedToEnd || IsStartedAgain(i)) continue;
                code = ExitCode.Fault;
                Send(main, Terminate);
            }
        return code ?? main.ExitCode;
    }

    /// <summary>Whoever drives it holds the arm meanwhile, and a person clears the stop.</summary>
    private bool IsStartedAgain(int i)
    {
        var (of, ended) = (_processes[i], _running[i]!.ExitCode);
        if (of.RespawnDelay is not { } delay || ended == ExitCode.BadInput)
        {
            _log($"{of.Name} ended with exit code {ended}, and so does all else.");
            return false;
        }
        if (_respawns[i] == of.MostRespawns)
        {
            _log($"{of.Name} ended with exit code {ended}, after it was started again {of.MostRespawns} times, and so does all else.");
            return false;
        }
        _log($"{of.Name} ended with exit code {ended}; it is started again ({++_respawns[i]} of {of.MostRespawns}).");
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < delay && !_isAskedToEnd && !_running[^1]!.HasExited; Thread.Sleep(Poll)) { }
        if (_isAskedToEnd) return true;
        _running[i]!.Dispose();
        using LaunchStart start = new(of, isLast: false);
        _running[i] = start.Begin();
        return true;
    }

    private void End(int i)
    {
        if (_running[i] is not { HasExited: false } process) return;
        Send(process, i == _running.Length - 1 ? Terminate : Interrupt);
        if (process.WaitForExit(_processes[i].TermAfter)) return;
        Send(process, Terminate);
        if (process.WaitForExit(_processes[i].KillAfter)) return;
        _log($"{_processes[i].Name} does not end when asked; it is ended.");
        process.Kill(entireProcessTree: true);
        process.WaitForExit();
    }

    private static void Send(Process process, int signal)
    {
        if (OperatingSystem.IsWindows()) process.Kill();
        else _ = kill(process.Id, signal);
    }

    [LibraryImport("libc")] private static partial int kill(int process, int signal);
}
