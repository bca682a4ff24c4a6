using RobotRL.Configuration;
using RobotRL.Control;
using RobotRL.Model;
using RobotRL.Sensing;
using RobotRL.Sessions.Runs;

namespace RobotRL.Sessions.Acting;

/// <summary>
/// What a session works with: one or more arms, each with its control cycle, cameras, a task and a clock. Everything that acts, records, evaluates or
/// learns knows only this.
/// One thread owns it.
/// </summary>
public interface ICell : IDisposable
{
    RunConfiguration Configuration { get; }

    /// <summary>Its arms, in the order of the task's layout.</summary>
    IReadOnlyList<CellArm> Arms { get; }

    /// <summary>Where decisions go in and executed actions come out: all arms as one.</summary>
    CellControl Control { get; }

    /// <summary>Whether the world moves on by itself, whatever is done here meanwhile.</summary>
    bool IsRealtime { get; }

    /// <summary>The instant that is shown here.</summary>
    Stamp Now { get; }

    /// <summary>Nanoseconds since the epoch at the origin of the loop's clock; 0 in virtual time, which is nobody's time of day.</summary>
    long WallClockOffsetNs { get; }

    /// <summary>How the task stands at this instant; in a simulation with the geometry that only it knows.</summary>
    ref readonly CellTruth Truth { get; }

    /// <summary>Which sensor failed and how, in words, until it is opened anew with the next episode; null where none did.</summary>
    string? FailedSensor => null;

    /// <summary>
    /// Whether a sensor that failed is opened anew once the stop is cleared: a driver on a network may be started again, or have sent one bad picture. Else
    /// the session ends with it.
    /// </summary>
    bool ReopensSensors => false;

    /// <summary>What the policy sees now.</summary>
    /// <exception cref="SensorFaultException">A sensor failed: stop.</exception>
    Observation Observe();

    /// <summary>How old each part of the last observation was when it was joined.</summary>
    StreamAges Ages { get; }

    /// <summary>No decision follows until the next episode: sensors may fall silent. Gives what became of the streams; null where nothing streams.</summary>
    EpisodeStreams? EndEpisode();

    /// <summary>
    /// Sets the scene up anew from the seed and drives the arm, through the gate, to the episode's start pose. That clears a stop whose causes the
    /// configuration lists for it. Any other is an operator's to clear: it outlasts this, and the episode ends before its first decision.
    /// </summary>
    /// <exception cref="SafeStopException">The robot did not come to its start pose.</exception>
    void BeginEpisode(ulong seed);

    /// <summary>A critic that learns in this process has been written: the loop takes it up.</summary>
    void TakeUpCritic();
}
