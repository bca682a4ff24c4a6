using System.Runtime.CompilerServices;
using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control;

/// <summary>
/// All that passes between a control cycle and its commanding side: values through latest-value cells, requests as counters that only rise.
/// In one process: what comes through memory that two processes share, a <see cref="ChannelIntake"/> examines first.
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

    public LatestCell<CartesianTarget> Targets { get; }
    public LatestCell<Heartbeat> Heartbeats { get; }
    public LatestCell<ControlRecord> Latest { get; }

    /// <summary>The scene asked for last, for a world that is simulated beside the loop.</summary>
    internal LatestCell<SceneRequest> Scenes { get; } = new();

    internal ref ControlRequests Requests => ref *_requests;

    internal void RequestReset() => Interlocked.Increment(ref Requests.Resets);

    internal void RequestRebase() => Interlocked.Increment(ref Requests.Rebases);

    internal void RequestStop(FaultCode cause)
    {
        Volatile.Write(ref Requests.StopCause, (int)cause);
        Interlocked.Increment(ref Requests.Stops);
    }

    /// <summary>Has the cycle count so many attempts; false, as always.</summary>
    internal bool RefuseLimitChange(int attempts = 1)
    {
        Interlocked.Add(ref Requests.LimitChanges, attempts);
        return false;
    }
}

/// <summary>How often each was asked for.</summary>
internal struct ControlRequests
{
    public int Stops, StopCause, Resets, Rebases, LimitChanges;
}

/// <summary>A scene to be set up anew.</summary>
/// <param name="Number">Another one for each; 0 for none.</param>
/// <param name="Seed">Where objects go.</param>
internal readonly record struct SceneRequest(int Number, ulong Seed);
