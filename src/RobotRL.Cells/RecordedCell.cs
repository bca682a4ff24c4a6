using RobotRL.Configuration;
using RobotRL.Model;
using RobotRL.Safety;
using RobotRL.Sensing;
using RobotRL.Sessions.Replaying;
using RobotRL.Sessions.Runs;
using RobotRL.Teleop;

namespace RobotRL.Cells;

/// <summary>
/// The composition root of a replay, in flow order: recorded robot → control cycle (reflex and gate inside it) → observations → arbiter. What stands in for the
/// world is recorded; everything else is what ran.
/// </summary>
public static class RecordedCell
{
    /// <param name="configuration">What was in force, or what would have been.</param>
    /// <param name="run">Where weights and critics are kept.</param>
    /// <param name="critic">Files of a critic to ask instead of the recorded ones; null for those.</param>
    public static RecordedPipeline Of(RunConfiguration configuration, RunDirectory run, string? critic = null)
    {
        var task = configuration.Task;

        RecordedLoop[] loops =
        [
            .. Enumerable.Range(0, task.ArmCount).Select(arm =>
            {
                var critics = new CriticCell();
                var reflex = Reflex.Of(configuration.Safety, task, configuration.Robot, critics);
                return new RecordedLoop(configuration.Robot, task.EndEffectorInFlange, reflex, new RecordedCritics(critics, run.Critics, critic),
                    task.Beside(arm));
            }),
        ];

        // Stored images have been cropped: they pass the pipeline as frames of which nothing is to be cut.
        RecordedCamera[] cameras = [.. task.Cameras.Select(_ => new RecordedCamera())];
        var stored = task with { Cameras = [.. task.Cameras.Select(c => new CameraDescription(c.Name, c.Image.Width, c.Image.Height, 0, 0,
            c.Image.Width, c.Image.Height, c.Image))] };
        CaptureFrame[] captures = [.. cameras.Select(c => (CaptureFrame)c.Capture)];
        var observations = new LockstepObservations(stored, captures, RealtimeSensors.StateMaxAgeNs(configuration));

        return new RecordedPipeline(configuration, loops, cameras, observations, new Arbiter("recorded", task.ActionLayout));
    }
}
