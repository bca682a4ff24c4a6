using System.Runtime.CompilerServices;
using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control;

/// <summary>
/// All that passes between a control cycle and its commanding side: values through latest-value cells, stops as a set of causes, other requests as counters
/// that only rise. In one process by default; a <see cref="ControlChannel"/> lays the same over memory that two processes share.
/// </summary>
public sealed unsafe class ControlCells
{
    private readonly ControlRequests[]? _own;
    private readonly ControlRequests* _requests;

    public ControlCells()
    {
        _own = GC.AllocateArray<ControlRequests>(1, pinned: true);
        _requests = (ControlRequests*)Unsafe.AsPointer(ref _own[0]);
        (Targets, Heartbeats, Latest) = (new(), new(), new());
    }

    internal ControlCells(nint requests, nint targets, nint heartbeats, nint latest)
    {
        _requests = (ControlRequests*)requests;
        (Targets, Heartbeats, Latest) = (new(targets), new(heartbeats), new(latest));
    }

    public LatestCell<CartesianTarget> Targets { get; }
    public LatestCell<Heartbeat> Heartbeats { get; }
    public LatestCell<ControlRecord> Latest { get; }

    internal ref ControlRequests Requests => ref *_requests;

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

    /// <summary>Has the cycle count an attempt; false, as always.</summary>
    internal bool RefuseLimitChange()
    {
        Interlocked.Increment(ref Requests.LimitChanges);
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
