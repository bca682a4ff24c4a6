using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using RobotRL.Sessions.Processes;

namespace RobotRL.Cli.Tests;

/// <summary>The built command line at a pseudo-terminal of <c>script(1)</c>, with keys to press and a screen to read.</summary>
internal sealed partial class TerminalSession : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private readonly Process _process;
    private readonly StringBuilder _seen = new();
    private int _read;

    public TerminalSession(int columns, string[] arguments)
    {
        ProcessStartInfo start = new("script", ["-qefc", $"stty cols {columns} rows 40; exec {RobotrlProcess.Words(arguments)}", "/dev/null"])
        {
            WorkingDirectory = RobotrlProcess.Root,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        RobotrlProcess.Surround(start);
        start.Environment["TERM"] = "xterm-256color";
        _process = DefaultSignals.Start(start)!;
        new Thread(Read) { IsBackground = true }.Start();
    }

    /// <summary>All that was shown so far, without control sequences.</summary>
    public string Text
    {
        get
        {
            lock (_seen) return Controls().Replace(Moves().Replace(_seen.ToString(), "\n"), "");
        }
    }

    public bool HasExited => _process.HasExited;

    public IEnumerable<string> Lines => Text.Split('\n').Select(line => line.TrimEnd());

    public void Press(string keys)
    {
        try
        {
            _process.StandardInput.Write(keys);
            _process.StandardInput.Flush();
        }
        catch (IOException)
        {
            // It has ended, as the next look will tell.
        }
    }

    /// <summary>Until a text has been shown.</summary>
    public void Await(string text)
    {
        _read = 0;
        AwaitAnew(text);
    }

    /// <summary>Until a text is shown after what was awaited last.</summary>
    public void AwaitAnew(string text)
    {
        for (var waited = Stopwatch.StartNew(); ; Thread.Sleep(20))
        {
            var shown = Text;
            if (shown.IndexOf(text, Math.Min(_read, shown.Length), StringComparison.Ordinal) is >= 0)
            {
                _read = shown.Length;
                return;
            }
            Assert.True(waited.Elapsed < Patience && !_process.HasExited, $"'{text}' was never shown, but: {shown[^Math.Min(2000, shown.Length)..]}");
        }
    }

    /// <summary>The connection breaks. What ran at it lives on, and ends by itself: that is awaited too.</summary>
    public void Hang()
    {
        var ran = Below(_process.Id).ToList();
        _process.Kill();
        _process.WaitForExit();
        for (var waited = Stopwatch.StartNew(); ran.Exists(IsRunning); Thread.Sleep(20))
            Assert.True(waited.Elapsed < Patience, "What ran at the terminal did not end with it.");
    }

    public int Wait()
    {
        Assert.True(_process.WaitForExit(Patience), "It did not end.");
        Thread.Sleep(200); // for the rest of its output
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    /// <summary>Processes that it started, and theirs.</summary>
    private static IEnumerable<int> Below(int process) =>
        File.ReadAllText($"/proc/{process}/task/{process}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(int.Parse).SelectMany(child => Below(child).Prepend(child));

    /// <summary>One that has ended may stay in the list until somebody asks for its exit code.</summary>
    private static bool IsRunning(int process)
    {
        try
        {
            var status = File.ReadAllText($"/proc/{process}/stat");
            return status[status.LastIndexOf(')') + 2] != 'Z';
        }
        catch (IOException)
        {
            return false;
        }
    }

    private void Read()
    {
        var buffer = new char[4096];
        while (_process.StandardOutput.Read(buffer) is > 0 and var count)
            lock (_seen) _seen.Append(buffer, 0, count);
    }

    [GeneratedRegex(@"\x1b\[[0-9;]*[A-H]")]
    private static partial Regex Moves();

    [GeneratedRegex(@"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|\r")]
    private static partial Regex Controls();
}
