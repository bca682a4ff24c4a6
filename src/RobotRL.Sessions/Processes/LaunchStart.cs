using System.Diagnostics;
using RobotRL.Configuration;
using RobotRL.Sessions.Runs;

namespace RobotRL.Sessions.Processes;

/// <summary>How a process of a launch file is started so that it does not outlive its launcher, and ends when that asks it to and not before.</summary>
internal sealed class LaunchStart : IDisposable
{
    private readonly LaunchProcess _process;
    private readonly bool _isThisProgram, _isLast;
    private readonly string? _ready;

    /// <param name="process">What the file says.</param>
    /// <param name="isLast">Whether it is what all else is for, which reads a terminal's keys.</param>
    public LaunchStart(LaunchProcess process, bool isLast)
    {
        (_process, _isLast, _isThisProgram) = (process, isLast, Path.GetFileNameWithoutExtension(process.Command[0]) == "robotrl");
        if (IsSimNode) _ready = Path.Combine(Path.GetTempPath(), $"robotrl-ready-{Guid.NewGuid():N}");
    }

    /// <summary>Whether it will say that it is ready.</summary>
    public bool TellsReady => _ready is not null;

    public bool IsReady => File.Exists(_ready);

    private bool IsSimNode => _isThisProgram && _process.Command is [_, "sim-node", ..];

    public Process Begin()
    {
        string[] words = [.. _process.Prefix, .. _isThisProgram ? Own() : Foreign()];
        ProcessStartInfo start = new(words[0], words[1..]);
        if (IsSimNode)
            foreach (var (name, value) in ThisProgram.ForTheLoop) start.Environment[name] = value;
        if (_process.Folder is { } folder) start.WorkingDirectory = folder;
        (start.RedirectStandardOutput, start.RedirectStandardError) = (!_process.Shows, !_process.Shows);
        foreach (var (name, value) in _process.Environment) start.Environment[name] = value;
        Process started;
        try { started = Process.Start(start)!; }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new BadInputException($"{_process.Name}: '{words[0]}' does not start ({e.Message}); correct cmd");
        }
        if (!_process.Shows)
        {
            started.BeginOutputReadLine();
            started.BeginErrorReadLine();
        }
        return started;
    }

    /// <summary>Tries what a process is to be started with, on a program that does nothing.</summary>
    /// <exception cref="BadInputException">This machine or account does not have it.</exception>
    public static void RequirePrefix(LaunchProcess process)
    {
        if (process.Prefix.Count == 0 || OperatingSystem.IsWindows()) return;
        var line = string.Join(' ', process.Prefix);
        string Refusal(string why) =>
            $"{process.Name}: launch-prefix '{line}' cannot be had here ({why}); robotrl doctor names the CPUs and says what priorities take, or leave it out";
        ProcessStartInfo start = new(process.Prefix[0], [.. process.Prefix.Skip(1), "true"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        try
        {
            using var tried = Process.Start(start)!;
            tried.BeginOutputReadLine();
            var said = tried.StandardError.ReadToEnd().Trim().ReplaceLineEndings("; ");
            tried.WaitForExit();
            if (tried.ExitCode != 0) throw new BadInputException(Refusal(said.Length > 0 ? said : $"exit code {tried.ExitCode}"));
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new BadInputException(Refusal(Has(process.Prefix[0]) ? e.Message : "there is no such program"));
        }
    }

    public void Dispose()
    {
        if (_ready is not null) File.Delete(_ready);
    }

    /// <summary>This program watches its owner itself.</summary>
    private IEnumerable<string> Own()
    {
        string[] arguments = [.. _process.Command.Skip(1)];
        string[] owner = ["--owner", $"{Environment.ProcessId}"];
        return ThisProgram.Host.Concat(arguments switch
        {
            ["sim-node", ..] => [.. arguments, .. owner, "--ready", _ready!],
            ["train", ..] => [.. arguments, .. owner],
            _ => arguments,
        });
    }

    /// <summary>
    /// Any other program gets a signal when its launcher dies, and a session of its own, so that Ctrl+C in the terminal does not end it before the last one.
    /// </summary>
    private IEnumerable<string> Foreign()
    {
        if (!OperatingSystem.IsLinux()) return _process.Command;
        if (!Has(_process.Command[0]))
            throw new BadInputException($"{_process.Name}: '{_process.Command[0]}' does not start (there is no such program); correct cmd");
        string[] apart = _isLast || !Has("setsid") ? [] : ["setsid"], dies = Has("setpriv") ? ["setpriv", "--pdeathsig", "TERM", "--"] : [];
        return [.. apart, .. dies, .. _process.Command];
    }

    private static bool Has(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Append(Environment.CurrentDirectory)
            .Any(folder => File.Exists(Path.Combine(folder, program)));
}
