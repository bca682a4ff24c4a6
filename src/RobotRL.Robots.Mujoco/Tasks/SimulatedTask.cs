using RobotRL.Model;

namespace RobotRL.Robots.Mujoco;

/// <summary>A task on the simulated robot: places the scene from the episode's seed and judges it by geometry. On the thread that steps the robot.</summary>
public abstract class SimulatedTask
{
    private const double ToleranceM = 1e-6;

    private protected SimulatedTask(TaskDescription description, MujocoRobot robot)
    {
        Description = description;
        Robot = robot;
        Pose scene = robot.EndEffectorInFlange, stated = description.EndEffectorInFlange;
        if ((scene.Position - stated.Position).Length > ToleranceM || (scene.Orientation.Inverse * stated.Orientation).ToVector().Length > ToleranceM)
            throw new MujocoException($"{robot.Model.Path}: site 'ee' is at {scene.Position}, turned by {scene.Orientation.ToVector()}, seen from the flange, but the task states {stated.Position}, {stated.Orientation.ToVector()}: make end_effector_in_flange agree");
    }

    public TaskDescription Description { get; }
    public MujocoRobot Robot { get; }

    /// <summary>The task that the description names, on a robot that loaded the description's scene.</summary>
    public static SimulatedTask Create(TaskDescription description, MujocoRobot robot) => description.Kind switch
    {
        TaskKind.Reach => new ReachTask(description, robot),
        TaskKind.PegInsert => new PegInsertTask(description, robot),
        TaskKind.PickLift => new PickLiftTask(description, robot),
        TaskKind.Maze => new MazeTask(description, robot),
        _ => throw new ArgumentOutOfRangeException(nameof(description), description.Kind, "No such task."),
    };

    /// <summary>Starts an episode: arm at home and at rest, objects where the seed puts them. The start offset of the arm is a motion, commanded through the gate.</summary>
    public void Reset(ulong seed)
    {
        Robot.ReturnHome();
        var random = new EpisodeRandom(seed);
        Place(ref random);
        Robot.Settle();
    }

    /// <summary>The geometry of this instant, whether the task is achieved, and how far it has come.</summary>
    public void ReadTruth(ref TaskTruth truth)
    {
        truth = new TaskTruth
        {
            EndEffectorInBase = Robot.EndEffectorInBase,
            GripperWidthM = Robot.GripperWidthM,
            ContactForceN = Robot.ExternalWrenchInEndEffector.Force.Length,
        };
        Judge(ref truth);
        if (truth.Success) truth.Progress = 1;
    }

    /// <summary>Draws the episode's scene.</summary>
    private protected abstract void Place(ref EpisodeRandom random);

    /// <summary>Fills goal, grasp, progress and success.</summary>
    private protected abstract void Judge(ref TaskTruth truth);

    /// <summary>1 at zero, falling to 0 at <paramref name="scale"/>.</summary>
    private protected static double Closeness(double distance, double scale) => 1 - Math.Clamp(distance / scale, 0, 1);

    private protected static void Put(in Vector3D value, Span<double> target) => (target[0], target[1], target[2]) = (value.X, value.Y, value.Z);

    /// <summary>Writes a quaternion in MuJoCo's order, w first.</summary>
    private protected static void Put(in Rotation value, Span<double> target) => (target[0], target[1], target[2], target[3]) = (value.W, value.X, value.Y, value.Z);
}
