using RobotRL.Configuration;
using RobotRL.Control;
using RobotRL.Model;
using RobotRL.Sessions.Acting;
using RobotRL.Sessions.Runs;

namespace RobotRL.Cells;

/// <summary>The motions between two episodes. All of them pass the gate.</summary>
internal sealed class EpisodeStart(RunConfiguration configuration, IReadOnlyList<CellArm> arms, CellControl control)
{
    /// <summary>
    /// Lets the motion of the last decision end where it is, and a stop come to its end: a scene may only be set up around a reference at rest.
    /// </summary>
    public void ComeToRest()
    {
        if (!control.IsStopped) AwaitRest();
        if (control.IsStopped) AwaitStandstill();
    }

    /// <summary>Lifts every arm straight up, as far as its workspace allows: what it is in is left the way that it came.</summary>
    public void Lift(double heightM)
    {
        var top = configuration.Robot.Limits.Workspace.Max.Z;
        foreach (var arm in arms)
        {
            var here = arm.Session.Latest.EndEffector.PoseInBase;
            var up = here.Position with { Z = Math.Min(top, here.Position.Z + heightM) };
            arm.Session.MoveTo(here with { Position = up });
            if (arm != arms[^1]) arm.Session.SignOff();
        }
    }

    /// <summary>Drives every arm to its start pose, offset from home by the seed.</summary>
    /// <exception cref="SafeStopException">The other arm is in its way.</exception>
    public void MoveToStart(ulong seed)
    {
        var random = new RandomStream(seed ^ 0x5eed_0ff5e7);
        double Offset(double bound) => (2 * random.NextUniform() - 1) * bound;
        var task = configuration.Task;
        // One arm after the other: where both go at once, each would wait for the other to make way.
        foreach (var arm in arms)
        {
            var home = arm.Session.Home;
            var offset = new Vector3D(Offset(task.StartOffsetM.X), Offset(task.StartOffsetM.Y), Offset(task.StartOffsetM.Z));
            var start = new Pose(home.Position + offset, home.Orientation * Rotation.AboutZ(Offset(task.StartYawRad)));
            if (!arm.Session.MoveTo(start, homePosture: true) && arms.Count > 1 && !control.IsStopped)
                throw new SafeStopException($"The {arm.Name} arm did not come to its start pose: the other one may be in its way; "
                    + "move cell.arms further apart, or lower cell.arm_distance_m", control.Latest.Fault);
            if (arm != arms[^1]) arm.Session.SignOff();
        }
    }

    /// <summary>Begins the episode, unless the robot was stopped on its way here. A person's stop waits for that person instead.</summary>
    /// <exception cref="SafeStopException">It was.</exception>
    public void RequireArrived()
    {
        var causes = control.Latest.Causes;
        if (!causes.IsEmpty && !causes.Contains(FaultCode.OperatorStop) && !causes.Contains(FaultCode.DeadmanReleased))
            throw new SafeStopException(
                $"The robot was stopped on its way to the start pose: {StoppedArm.Before(arms)}{StopWords.Of(control.Latest.Fault.Code)}; "
                    + "then run the same command: it resumes",
                control.Latest.Fault);
        foreach (var arm in arms) arm.Session.BeginEpisode(arm.Session.Home);
    }

    private void AwaitRest()
    {
        const int tick = 10, most = 200;
        for (var i = 0; i < most; i++)
        {
            if (control.Rebase() || control.IsStopped) return;
            control.Advance(tick);
        }
        // Along a face of the workspace a reference creeps toward a goal beyond it for long: ask it to stay where it is.
        foreach (var arm in arms)
        {
            arm.Session.MoveTo(arm.Session.Latest.Reference.PoseInBase);
            if (arm != arms[^1]) arm.Session.SignOff();
        }
    }

    private void AwaitStandstill()
    {
        const int tick = 10, most = 2000; // a soft arm creeps back for seconds before it stands still
        for (var i = 0; i < most && control.IsComingToRest; i++) control.Advance(tick);
    }
}
