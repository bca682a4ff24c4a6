using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control;

/// <summary>What the commanding side needs of a control cycle, wherever that runs: in lockstep on the same thread, or in a process of its own.</summary>
public interface IControlPort
{
    RobotDescription Description { get; }

    /// <summary>Proposed targets. One writer.</summary>
    LatestCell<CartesianTarget> Targets { get; }

    /// <summary>Signs of life of the commanding side. One writer.</summary>
    LatestCell<Heartbeat> Heartbeats { get; }

    /// <summary>The newest tick. Any number of readers.</summary>
    LatestCell<ControlRecord> Latest { get; }

    /// <summary>Lets so many control periods pass: a cycle in lockstep runs them, one that runs elsewhere is waited for.</summary>
    void Advance(int ticks);

    /// <summary>For deliberate use by an operator, from any thread: taken up by the next tick, and only once the stop is complete.</summary>
    void RequestReset();

    /// <summary>The same without an operator, for whoever sets a simulated scene up anew; refused where a cause is an operator's to clear.</summary>
    void RequestAutomaticReset();

    /// <summary>An operator's stop, from any thread: the next tick latches it, whatever else is proposed meanwhile.</summary>
    /// <param name="cause">The operator's stop, or that nobody holds the deadman any more.</param>
    void RequestStop(FaultCode cause);

    /// <summary>Asks for the reference to start anew from the measured pose; see <see cref="ReflexGate.TryRebase"/>. From any thread.</summary>
    void RequestRebase();

    /// <summary>Refuses and counts; limits are those of the robot's description as long as the cycle lives.</summary>
    bool TryChangeLimits(SafetyLimits limits);
}
