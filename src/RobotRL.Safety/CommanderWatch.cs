using RobotRL.Model;

namespace RobotRL.Safety;

/// <summary>
/// Whether whoever commands shows life and gives targets in time. Every stamp is a claim: one older than its limit is stale, and one that lies ahead of the
/// loop's clock by more than a state may be old comes of another clock, and would hide a silence for as long. How long nothing came is counted on the
/// loop's own clock.
/// </summary>
internal sealed class CommanderWatch(SafetyLimits limits)
{
    /// <summary>No motion that anyone means takes longer.</summary>
    private const long MostDurationNs = 3_600_000_000_000;

    private Stamp _commandingSince = new(long.MinValue), _lastIssue = new(long.MinValue);

    /// <summary>What the newest heartbeat says.</summary>
    public CommandingState State { get; private set; }

    /// <summary>Nobody commands, and what was stamped by a clock that may have stepped since is void.</summary>
    public void Restart()
    {
        State = CommandingState.SignedOff;
        _commandingSince = _lastIssue = new(long.MinValue);
    }

    /// <summary>Has a watch that is new go on where another one was.</summary>
    public void Resume(Stamp lastIssue) => _lastIssue = lastIssue;

    /// <summary>What is wrong with the commander, or none.</summary>
    /// <param name="now">By the loop's clock.</param>
    /// <param name="heartbeat">The newest.</param>
    /// <param name="isRunning">Whether the robot would follow a target: one that is stopped misses nobody.</param>
    public Fault Check(Stamp now, in Heartbeat heartbeat, bool isRunning)
    {
        var signsOn = heartbeat.State == CommandingState.Commanding && State != CommandingState.Commanding;
        State = heartbeat.State;
        switch (heartbeat.State)
        {
            case CommandingState.SignedOff: return default;
            case CommandingState.DeadmanReleased: return Fault(FaultCode.DeadmanReleased, now);
            case CommandingState.Stop: return Fault(FaultCode.OperatorStop, now);
            case CommandingState.Retreating: return default; // the gate lets go of the arm where nobody holds on to it
            case CommandingState.Commanding or CommandingState.Guiding: break;
            default: return Fault(FaultCode.ChannelCorrupt, now, (double)heartbeat.State);
        }
        if (!isRunning) return default;
        if (signsOn) _commandingSince = Earlier(heartbeat.Time, now);
        var silent = now.Since(heartbeat.Time);
        if (silent > limits.HeartbeatMaxAgeNs) return Fault(FaultCode.HeartbeatLost, now, silent, limits.HeartbeatMaxAgeNs);
        if (silent < -limits.StateMaxAgeNs) return Fault(FaultCode.HeartbeatLost, now, silent, -limits.StateMaxAgeNs);
        if (heartbeat.State == CommandingState.Guiding) return default;
        var idle = now.Since(_lastIssue > _commandingSince ? _lastIssue : _commandingSince);
        return idle > limits.TargetMaxAgeNs ? Fault(FaultCode.StaleTarget, now, idle, limits.TargetMaxAgeNs) : default;
    }

    /// <summary>What is wrong with the times of a target, or none; then it counts as given.</summary>
    public Fault Admit(Stamp now, in CartesianTarget target)
    {
        if (State != CommandingState.Commanding) return Fault(FaultCode.HeartbeatLost, now);
        var age = now.Since(target.IssueTime);
        if (age > limits.TargetMaxAgeNs) return Fault(FaultCode.StaleTarget, now, age, limits.TargetMaxAgeNs);
        if (age < -limits.StateMaxAgeNs) return Fault(FaultCode.StaleTarget, now, age, -limits.StateMaxAgeNs);
        var duration = target.DueTime.Since(target.IssueTime);
        if (duration < -limits.TargetMaxAgeNs) return Fault(FaultCode.TargetOutOfRange, now, duration, -limits.TargetMaxAgeNs);
        if (duration > MostDurationNs) return Fault(FaultCode.TargetOutOfRange, now, duration, MostDurationNs);
        _lastIssue = Earlier(target.IssueTime, now);
        return default;
    }

    private static Stamp Earlier(Stamp a, Stamp b) => a < b ? a : b;

    private static Fault Fault(FaultCode code, Stamp now, double value = double.NaN, double limit = double.NaN) =>
        new(code, StopCategories.Of(code), now, value, limit);
}
