using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control;

/// <summary>
/// Beside the loop of a control process, on an ordinary thread: notices at once that the actor's process has ended, and tells of who comes and goes.
/// The loop's own watch over the link does not depend on it.
/// </summary>
public sealed class ActorWatch : IDisposable
{
    private const int PollMs = 20;

    private readonly ControlChannel _channel;
    private readonly Action<string> _log;
    private readonly Thread _thread;
    private volatile bool _ended;

    public ActorWatch(ControlChannel channel, Action<string> log)
    {
        (_channel, _log) = (channel, log);
        _thread = new(Watch) { Name = "actor watch", IsBackground = true };
        _thread.Start();
    }

    public void Dispose()
    {
        _ended = true;
        _thread.Join();
    }

    private void Watch()
    {
        using var timer = new DeadlineTimer();
        for (var last = 0; !_ended; timer.SleepUntil(DeadlineTimer.NowNs + PollMs * 1_000_000L))
        {
            var process = _channel.ActorProcess;
            if (process != last && process != 0) Follow(process);
            last = process;
        }
    }

    private void Follow(int process)
    {
        using var actor = new PeerWatch(process);
        _log($"Actor {process} attached.");
        while (!_ended && _channel.ActorProcess == process)
        {
            if (!actor.Wait(PollMs)) continue;
            // One that detached before it ended has said so by then, perhaps a tick ago.
            if (_channel.ActorProcess != process) break;
            if (IsCommanding) _channel.Cells.RequestStop(FaultCode.HeartbeatLost);
            _log($"Actor {process} died{(IsCommanding ? " while it commanded: the robot was stopped; an operator resets it" : "")}.");
            return;
        }
        if (!_ended) _log($"Actor {process} detached.");
    }

    private bool IsCommanding
    {
        get
        {
            Heartbeat heartbeat = default;
            long seen = 0;
            return _channel.Cells.Heartbeats.TryRead(ref heartbeat, ref seen) && heartbeat.IsLeading;
        }
    }
}
