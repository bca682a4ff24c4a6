using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control;

/// <summary>
/// All that passes between a control cycle and its commanding side: values through latest-value cells, stops as a set of causes, other requests as
/// counters that only rise.
/// In one process: what comes through memory that two processes share, a <see cref="ChannelIntake"/> examines first.
/// </summary>
public sealed class ControlCells
{
    private ControlRequests _requests;

    public LatestCell<CartesianTarget> Targets { get; } = new();
    public LatestCell<Heartbeat> Heartbeats { get; } = new();
    public LatestCell<ControlRecord> Latest { get; } = new();

    /// <summary>The scene asked for last, for a world that is simulated beside the loop.</summary>
    internal LatestCell<SceneRequest> Scenes { get; } = new();

    internal ref ControlRequests Requests => ref _requests;

    internal void RequestReset() => Interlocked.Increment(ref Requests.Resets);

    internal void RequestAutomaticReset() => Interlocked.Increment(ref Requests.AutomaticResets);

    internal void RequestRebase() => Interlocked.Increment(ref Requests.Rebases);

    internal void RequestStop(FaultCode cause) => RequestStops(FaultSet.Of(cause));

    internal void RequestStops(FaultSet causes) => Interlocked.Or(ref Requests.Stops, causes.Bits);

    /// <summary>Asks for a stop in every tick, until its cause is over.</summary>
    internal void HoldStop(FaultCode cause) => Interlocked.Or(ref Requests.HeldStops, FaultSet.Of(cause).Bits);

    internal void ReleaseStop(FaultCode cause) => Interlocked.And(ref Requests.HeldStops, ~FaultSet.Of(cause).Bits);

    /// <summary>What was asked for since the last time, and what is held. For the cycle.</summary>
    internal FaultSet TakeStops()
    {
        var asked = Volatile.Read(ref Requests.Stops) == 0 ? 0 : Interlocked.Exchange(ref Requests.Stops, 0);
        return new(asked | Volatile.Read(ref Requests.HeldStops));
    }

    /// <summary>Has the cycle count so many attempts; false, as always.</summary>
    internal bool RefuseLimitChange(int attempts = 1)
    {
        Interlocked.Add(ref Requests.LimitChanges, attempts);
        return false;
    }
}

/// <summary>
/// Causes to stop for, a bit each: once, until the cycle takes them, and for as long as they are held. The rest says how often each was asked for.
/// </summary>
internal struct ControlRequests
{
    public ulong Stops, HeldStops;
    public int Resets, AutomaticResets, Rebases, LimitChanges;
}

/// <summary>A scene to be set up anew.</summary>
/// <param name="Number">Another one for each; 0 for none.</param>
/// <param name="Seed">Where objects go.</param>
internal readonly record struct SceneRequest(int Number, ulong Seed);
