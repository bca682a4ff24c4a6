using RobotRL.Model;
using RobotRL.Ros2.Nodes;
using RobotRL.Ros2.Transport;
using RobotRL.Teleop;
using RobotRL.Teleop.Ros2;

namespace RobotRL.Cells;

/// <summary>The keys of this terminal, for a session on another machine.</summary>
public static class RemoteKeyboard
{
    /// <summary>Sends what the keys ask for until it is cancelled or the terminal is gone.</summary>
    /// <param name="network">How the session is reached.</param>
    /// <param name="topic">Where it listens.</param>
    /// <param name="operatorId">Whom it names.</param>
    /// <param name="show">Takes a line on how the hand stands, whenever that changes.</param>
    /// <param name="cancel">Ends it.</param>
    public static void Run(TransportOptions network, string topic, string operatorId, Action<string> show, CancellationToken cancel)
    {
        using HandPublisher hand = new(Ros2Node.Open(network), topic, operatorId);
        // Whoever listens stops the robot; the message after the key says so.
        KeyboardTeleoperator keys = new(operatorId, HandPublisher.Everything, () => DeviceTopics.Now, () => { });
        keys.BeginEpisode(EpisodeKind.Online);
        for (var (shown, isThere) = ("", true); isThere && !cancel.IsCancellationRequested; cancel.WaitHandle.WaitOne(HandPublisher.Period))
        {
            var now = DeviceTopics.Now;
            var command = keys.Poll(new(now, default));
            hand.Send(command, keys.WantsPause, keys.Clears, now);
            isThere = command.DeadmanHeld;
            var status = hand.Listeners switch
            {
                0 => $"nobody listens to {topic}",
                1 => keys.Status,
                var sessions => $"{keys.Status}; {sessions} sessions listen",
            };
            if (status != shown) show(shown = status);
        }
    }
}
