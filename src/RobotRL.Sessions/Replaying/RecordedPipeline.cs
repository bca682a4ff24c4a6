using RobotRL.Control;
using RobotRL.Model;
using RobotRL.Sensing;
using RobotRL.Sessions.Acting;
using RobotRL.Teleop;

namespace RobotRL.Sessions.Replaying;

/// <summary>Everything that decides, with what is recorded in the world's place. One episode is replayed by one.</summary>
public sealed class RecordedPipeline(TaskDescription task, RobotDescription robot, RecordedLoop loop, IReadOnlyList<RecordedCamera> cameras, LockstepObservations observations, Arbiter arbiter) : IDisposable
{
    private readonly ObservationBlock? _goal = task.ObservationLayout.Find(0, ObservationPart.Goal);

    /// <summary>The 1 kHz part.</summary>
    public RecordedLoop Loop => loop;

    /// <summary>The commanding side, where the arm has come to its start pose.</summary>
    public ControlSession BeginEpisode()
    {
        var control = new ControlSession(loop, task);
        control.BeginEpisode(control.Home);
        observations.BeginEpisode();
        return control;
    }

    /// <summary>What the pipeline makes of a tick and the images stored with an observation, at its time.</summary>
    public Observation Observe(Observation recorded, in ControlRecord tick)
    {
        foreach (var (camera, image) in cameras.Zip(recorded.Images)) camera.Show(image);
        return observations.Observe(recorded.Time, SeenOfTick.Of(tick, robot, Goal(recorded)));
    }

    /// <summary>Where the goal was: it is in no tick, and comes out of the recorded observation again as it was.</summary>
    private Vector3D Goal(Observation recorded)
    {
        if (_goal is not { } block) return Vector3D.Zero;
        var values = recorded.Proprioception.AsSpan(block.Start, block.Length);
        return new Vector3D(values[0], values[1], values[2]) * task.Scale.PositionM;
    }

    public ArbiterDecision Arbitrate(Stamp time, in PolicyAction policy, in OperatorCommand command) => arbiter.Decide(time, policy, command);

    public void Dispose()
    {
        observations.Dispose();
        arbiter.Dispose();
        loop.Dispose();
    }
}
