using System.Runtime.CompilerServices;
using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control;

/// <summary>
/// All that passes between a control cycle and its commanding side: values through latest-value cells, requests as counters that only rise.
/// In one process by default; a <see cref="ControlChannel"/> lays the same over memory that two processes share.
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

    internal void RequestRebase() => Interlocked.Increment(ref Requests.Rebases);

    internal void RequestStop(FaultCode cause)
    {
        Volatile.Write(ref Requests.StopCause, (int)cause);
        Interlocked.Increment(ref Requests.Stops);
    }

    /// <summary>Has the cycle count an attempt; false, as always.</summary>
    internal bool RefuseLimitChange()
    {
        Interlocked.Increment(ref Requests.LimitChanges);
        return false;
    }
}

/// <summary>How often each was asked for.</summary>
internal struct ControlRequests
{
    public int Stops, StopCause, Resets, Rebases, LimitChanges;
}
