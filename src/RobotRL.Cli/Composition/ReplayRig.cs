using RobotRL.Cli.Actor;
using RobotRL.Cli.Replaying;
using RobotRL.Cli.Runs;
using RobotRL.Cli.Training;
using RobotRL.Configuration;
using RobotRL.Control;
using RobotRL.Model;
using RobotRL.Policy;
using RobotRL.Safety;
using RobotRL.Sensing;
using RobotRL.Teleop;

namespace RobotRL.Cli.Composition;

/// <summary>
/// The composition root of a replay, in flow order: recorded robot → control cycle (reflex and gate inside it) → observations → policy → arbiter → decisions. What stands in for the
/// world is recorded; everything else is what ran. One episode is replayed by one rig.
/// </summary>
internal sealed class ReplayRig : IDisposable
{
    private readonly TaskDescription _task;
    private readonly Queue<PolicyImage>[] _images;
    private readonly LockstepObservations _observations;
    private readonly Arbiter _arbiter;

    /// <param name="configuration">What was in force, or what would have been.</param>
    /// <param name="run">Where weights and critics are kept.</param>
    /// <param name="critic">Files of a critic to ask instead of the recorded ones; null for those.</param>
    public ReplayRig(RunConfiguration configuration, RunDirectory run, string? critic = null)
    {
        _task = configuration.Task;

        var critics = new CriticCell();
        var reflex = Reflex.Of(configuration.Safety, _task, configuration.Robot, critics);
        Loop = new RecordedLoop(configuration.Robot, _task.EndEffectorInFlange, reflex, new RecordedCritics(critics, run.Critics, critic));

        // Stored images have been cropped: they pass the pipeline as frames of which nothing is to be cut.
        _images = [.. _task.Cameras.Select(_ => new Queue<PolicyImage>())];
        var stored = _task with { Cameras = [.. _task.Cameras.Select(c => new CameraDescription(c.Name, c.ImageSize, c.ImageSize, 0, 0, c.ImageSize, c.ImageSize))] };
        _observations = new LockstepObservations(stored, [.. _images.Select(Camera)], configuration.Robot.Limits.StateMaxAgeNs);

        _arbiter = new Arbiter("recorded", _task.Actions);
    }

    /// <summary>The 1 kHz part.</summary>
    public RecordedLoop Loop { get; }

    /// <summary>The commanding side, where the arm has come to its start pose.</summary>
    public ControlSession BeginEpisode()
    {
        var control = new ControlSession(Loop, _task);
        control.BeginEpisode(control.Home);
        _observations.BeginEpisode();
        return control;
    }

    /// <summary>What the pipeline makes of the newest tick and the images stored with an observation, at its time.</summary>
    public Observation Observe(Observation recorded)
    {
        foreach (var (queue, image) in _images.Zip(recorded.Images)) queue.Enqueue(image);
        ref readonly var tick = ref Loop.Record;
        return _observations.Observe(recorded.Time, new ToolState(tick.Measured.CaptureTime, tick.EndEffector, tick.Measured.ExternalWrenchInEndEffector, tick.Measured.GripperWidthM));
    }

    public ArbiterDecision Arbitrate(Stamp time, in PolicyAction policy, in OperatorCommand command) => _arbiter.Decide(time, policy, command);

    public void Dispose()
    {
        _observations.Dispose();
        _arbiter.Dispose();
        Loop.Dispose();
    }

    private static CaptureFrame Camera(Queue<PolicyImage> images) => frame =>
    {
        var image = images.Dequeue();
        image.Rgb.CopyTo(frame.Pixels, 0);
        frame.CaptureTime = image.CaptureTime;
    };
}
