using System.Diagnostics;
using System.Runtime.InteropServices;
using RobotRL.Configuration;
using RobotRL.Sessions.Runs;

namespace RobotRL.Sessions.Processes;

/// <summary>
/// Runs what a launch file names: one process after the other, each found alive before the next is started. The last one is what it is for: when it ends, the
/// others are asked to end, last first, so that a robot outlives whoever drives it. One that ends before is started again where the file says so, and ends all
/// else.
/// </summary>
public sealed partial class LaunchRun : IDisposable
{
    private const int Interrupt = 2, Terminate = 15;
    private static readonly TimeSpan Settles = TimeSpan.FromMilliseconds(700), Patience = TimeSpan.FromSeconds(60), Poll = TimeSpan.FromMilliseconds(50);

    private readonly IReadOnlyList<LaunchProcess> _processes;
    private readonly Action<string> _log;
    private readonly Process?[] _running;
    private volatile bool _isAskedToEnd;

    /// <param name="processes">In their order.</param>
    /// <param name="log">Takes a line for a person.</param>
    public LaunchRun(IReadOnlyList<LaunchProcess> processes, Action<string> log) =>
        (_processes, _log, _running) = (processes, log, new Process?[processes.Count]);

    /// <summary>Asks the last process to end, and all others after it. From any thread.</summary>
    public void AskToEnd()
    {
        _isAskedToEnd = true;
        if (_running[^1] is { HasExited: false } main) Send(main, Terminate);
    }

    /// <summary>Runs until the last process has ended.</summary>
    /// <returns>Its exit code; 3 where another one ended first.</returns>
    public int Run()
    {
        try
        {
            for (var i = 0; i < _processes.Count && !_isAskedToEnd; i++)
            {
                _running[i] = Start(_processes[i]);
                if (i == _processes.Count - 1 || !_running[i]!.WaitForExit(Settles)) continue;
                _log($"{_processes[i].Name} ended at once with exit code {_running[i]!.ExitCode}; nothing else is started.");
                return _running[i]!.ExitCode is ExitCode.BadInput ? ExitCode.BadInput : ExitCode.Fault;
            }
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

    private int Watch()
    {
        if (_running[^1] is not { } main) return ExitCode.DoesNotHold;
        var code = default(int?);
        while (!main.WaitForExit(Poll))
            for (var i = 0; i < _running.Length - 1; i++)
            {
                if (!_running[i]!.HasExited || code is not null || _isAskedToEnd) continue;
                var ended = _running[i]!.ExitCode;
                if (_processes[i].RespawnDelay is { } delay)
                {
                    _log($"{_processes[i].Name} ended with exit code {ended}; it is started again.");
                    Thread.Sleep(delay);
                    _running[i]!.Dispose();
                    _running[i] = Start(_processes[i]);
                    continue;
                }
                _log($"{_processes[i].Name} ended with exit code {ended}, and so does all else.");
                code = ExitCode.Fault;
                Send(main, Terminate);
            }
        return code ?? main.ExitCode;
    }

    private Process Start(LaunchProcess process)
    {
        var isThisProgram = Path.GetFileNameWithoutExtension(process.Command[0]) == "robotrl";
        string[] arguments = [.. process.Command.Skip(1)];
        // It leaves the terminal's foreground: Ctrl+C is for the last process, which is awaited before this one is asked.
        if (isThisProgram && arguments is ["sim-node", ..]) arguments = [.. arguments, "--owner", $"{Environment.ProcessId}"];
        var start = isThisProgram ? ThisProgram.With(arguments) : new ProcessStartInfo(process.Command[0], arguments);
        if (isThisProgram && arguments is ["sim-node", ..])
            foreach (var (name, value) in ThisProgram.ForTheLoop) start.Environment[name] = value;
        if (process.Folder is { } folder) start.WorkingDirectory = folder;
        (start.RedirectStandardOutput, start.RedirectStandardError) = (!process.Shows, !process.Shows);
        foreach (var (name, value) in process.Environment) start.Environment[name] = value;
        Process started;
        try { started = Process.Start(start)!; }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new BadInputException($"{process.Name}: '{process.Command[0]}' does not start ({e.Message}); correct cmd");
        }
        if (!process.Shows)
        {
            started.BeginOutputReadLine();
            started.BeginErrorReadLine();
        }
        return started;
    }

    private void End(int i)
    {
        if (_running[i] is not { HasExited: false } process) return;
        Send(process, i == _running.Length - 1 ? Terminate : Interrupt);
        if (process.WaitForExit(TimeSpan.FromSeconds(5))) return;
        Send(process, Terminate);
        if (process.WaitForExit(Patience)) return;
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
