using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control;

/// <summary>
/// What an actor writes into a channel and reads there. Requests go out as one block that counts what was asked for so far; any thread may ask.
/// What the control process cannot have written is told apart, and then there is nothing to go by any more.
/// </summary>
internal sealed unsafe class ActorEnd : IDisposable
{
    private readonly ControlChannel _channel;
    private readonly Lock _asking = new();
    private ChannelRequests _requests;
    private ChannelAnswers _answers;
    private long _answersSeen, _worldSeen, _beats;
    private bool _isWorldCorrupt, _isAnswerCorrupt;

    /// <param name="channel">The actor's side.</param>
    public ActorEnd(ControlChannel channel)
    {
        _channel = channel;
        // Counts go on where those of the actor before ended: what it asked for last is not undone. Where they cannot be read they begin anew, which the
        // other side can tell.
        ChannelRequests before = default;
        var seen = 0L;
        if (channel.Requests.TryRead(ref before, ref seen)) _requests = before;
        (_requests.Actor, _requests.Process, _requests.EndAsked) = (Random.Shared.NextInt64(1, long.MaxValue), Environment.ProcessId, 0);
        channel.Header.ActorLayout = ChannelLayout.Hash;
        channel.Requests.Publish(_requests);
    }

    public LatestCell<CartesianTarget> Targets => _channel.Targets;
    public LatestCell<Heartbeat> Heartbeats => _channel.Heartbeats;
    public LatestCell<ControlRecord> Latest => _channel.Latest;
    public int WorldSize => _channel.Layout.WorldValues;
    public string Path => _channel.Path;

    /// <summary>Whether all that was read here so far was written by the control process.</summary>
    public bool IsSound => Latest.Corrupt == 0 && !Volatile.Read(ref _isWorldCorrupt) && !Volatile.Read(ref _isAnswerCorrupt);

    /// <summary>Shows that this process lives. One thread.</summary>
    public void Beat() => _channel.Link.Publish(++_beats);

    public void RequestReset() => Ask((ref ChannelRequests r) => r.Resets++);
    public void RequestAutomaticReset() => Ask((ref ChannelRequests r) => r.AutomaticResets++);
    public void RequestRebase() => Ask((ref ChannelRequests r) => r.Rebases++);
    public void RefuseLimitChange() => Ask((ref ChannelRequests r) => r.LimitChanges++);
    public void RequestEnd() => Ask((ref ChannelRequests r) => r.EndAsked = 1);

    /// <summary>A cause that is none goes out as one, and stops the robot like any other.</summary>
    public void RequestStop(FaultCode cause)
    {
        var index = Math.Min((int)cause, ChannelRequests.Causes - 1);
        Ask((ref ChannelRequests r) => r.Stops[index]++);
    }

    /// <summary>Asks for a scene; its number.</summary>
    public int RequestScene(ulong seed)
    {
        var number = 0;
        Ask((ref ChannelRequests r) => (number, r.SceneSeed) = (++r.Scenes, seed));
        return number;
    }

    /// <summary>What was answered so far. One thread.</summary>
    public ChannelAnswers Answers
    {
        get
        {
            if (_channel.Answers.Read(ref _answers, ref _answersSeen) == CellReading.Corrupt) Volatile.Write(ref _isAnswerCorrupt, true);
            return _answers;
        }
    }

    /// <summary>Copies the newest state of the simulated world; false when there is none newer than the last one. One thread.</summary>
    public bool TryReadWorld(Span<double> state, ref Stamp time)
    {
        var reading = _channel.World.Read(state, ref time, ref _worldSeen);
        if (reading == CellReading.Corrupt) Volatile.Write(ref _isWorldCorrupt, true);
        return reading == CellReading.New;
    }

    /// <summary>The world for one more thread of this process. Not to be used once this is disposed.</summary>
    public WorldReader OpenWorld() => new(_channel.OpenWorld());

    /// <summary>Detaches.</summary>
    public void Dispose()
    {
        Ask((ref ChannelRequests r) => r.Process = 0);
        _channel.Dispose();
    }

    private delegate void Change(ref ChannelRequests requests);

    private void Ask(Change change)
    {
        lock (_asking)
        {
            change(ref _requests);
            _channel.Requests.Publish(_requests);
        }
    }
}
