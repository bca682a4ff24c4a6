using RobotRL.Configuration;
using RobotRL.Control;
using RobotRL.Model;
using RobotRL.Sensing;
using RobotRL.Sessions.Acting;
using RobotRL.Teleop;

namespace RobotRL.Sessions.Replaying;

/// <summary>Everything that decides, with what is recorded in the world's place. One episode is replayed by one.</summary>
/// <param name="configuration">What was in force.</param>
/// <param name="loops">One for each arm, in the order of the cell.</param>
/// <param name="cameras">One for each camera.</param>
/// <param name="observations">What the policy saw comes of.</param>
/// <param name="arbiter">Between policy and human.</param>
public sealed class RecordedPipeline(
    RunConfiguration configuration, IReadOnlyList<RecordedLoop> loops, IReadOnlyList<RecordedCamera> cameras, LockstepObservations observations,
    Arbiter arbiter) : IDisposable
{
    private readonly TaskDescription _task = configuration.Task;
    private readonly ObservationLayout _layout = configuration.Task.ObservationLayout;

    /// <summary>The 1 kHz part of each arm.</summary>
    public IReadOnlyList<RecordedLoop> Loops => loops;

    /// <summary>The commanding side of each arm, where the arm has come to its start pose.</summary>
    public IReadOnlyList<ControlSession> BeginEpisode()
    {
        ControlSession[] controls = [.. loops.Select(loop => new ControlSession(loop, _task))];
        foreach (var control in controls) control.BeginEpisode(control.Home);
        observations.BeginEpisode();
        return controls;
    }

    /// <summary>What the pipeline makes of the loops' newest ticks and of the images stored with an observation, at its time.</summary>
    /// <param name="recorded">The observation.</param>
    /// <param name="isNext">Whether it is the one after a decision: its state may be of an earlier tick than the newest.</param>
    public Observation Observe(Observation recorded, bool isNext)
    {
        foreach (var (camera, image) in cameras.Zip(recorded.Images)) camera.Show(image);
        ToolStates states = default;
        for (var arm = 0; arm < loops.Count; arm++)
            states[arm] = SeenOfTick.Of(isNext ? loops[arm].OfNextObservation : loops[arm].Record, configuration.Robot, Goal(recorded, arm));
        return observations.Observe(recorded.Time, states);
    }

    /// <summary>Where an arm's goal was: it is in no tick, and comes out of the recorded observation again as it was.</summary>
    private Vector3D Goal(Observation recorded, int arm)
    {
        if (_layout.Find(arm, ObservationPart.Goal) is not { } block) return Vector3D.Zero;
        var values = recorded.Proprioception.AsSpan(block.Start, block.Length);
        return new Vector3D(values[0], values[1], values[2]) * _task.Scale.PositionM;
    }

    public ArbiterDecision Arbitrate(Stamp time, in PolicyAction policy, in OperatorCommand command) => arbiter.Decide(time, policy, command);

    public void Dispose()
    {
        observations.Dispose();
        arbiter.Dispose();
        foreach (var loop in loops) loop.Dispose();
    }
}
