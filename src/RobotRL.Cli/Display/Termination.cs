using System.Runtime.InteropServices;
using RobotRL.Model;
using RobotRL.Sessions.Processes;

namespace RobotRL.Cli.Display;

/// <summary>
/// Ctrl+C, a terminal that is lost and a service manager's request to end, as a cancellation. The second changes nothing: whoever presses twice, or reaches a
/// process both through its group and through its
/// launcher, does not undo the saving that the first one began. The third ends the process at once, and so does time, where it does not come to its end.
/// </summary>
internal sealed class Termination : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>
    /// What comes within this time is one request: one Ctrl+C reaches a process through its terminal and through its launcher. Nobody presses twice as fast.
    /// </summary>
    private const long OneRequestMs = 50;

    private readonly CancellationTokenSource _asked = new();
    private readonly PosixSignalRegistration[] _signals;
    private Timer? _end;
    private int _times;
    private long _lastMs = -OneRequestMs;

    public Termination() => _signals = [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP }
        .Select(signal => PosixSignalRegistration.Create(signal, Ask))];

    public CancellationToken Token => _asked.Token;

    public void Dispose()
    {
        foreach (var signal in _signals) signal.Dispose();
        _end?.Dispose();
        _asked.Dispose();
    }

    private void Ask(PosixSignalContext context)
    {
        context.Cancel = true;
        var now = Environment.TickCount64;
        var last = Volatile.Read(ref _lastMs);
        if (now - last < OneRequestMs || Interlocked.CompareExchange(ref _lastMs, now, last) != last) return;
        var times = Interlocked.Increment(ref _times);
        if (times >= 3) End("asked for the third time");
        if (times > 1) return;
        _end = new(_ => End($"it has not come to its end within {Patience.TotalMinutes} minutes"), null, Patience, Timeout.InfiniteTimeSpan);
        _asked.Cancel();
    }

    private static void End(string why)
    {
        Console.Error.WriteLine($"Ended at once, {why}: what was being saved may be incomplete; the same command goes on from what is whole");
        Environment.Exit(ExitCode.Fault);
    }
}
