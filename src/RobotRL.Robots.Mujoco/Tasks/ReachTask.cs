using RobotRL.Model;

namespace RobotRL.Robots.Mujoco;

/// <summary>Bring the end effector within 1 cm of a marker somewhere in a 20 cm box, which starts at least 4 cm away.</summary>
internal sealed class ReachTask(TaskDescription description, MujocoRobot robot) : SimulatedTask(description, robot)
{
    public const double ToleranceM = 0.01, HalfEdgeM = 0.1, LeastDistanceM = 0.04;
    public static readonly Vector3D Center = new(0.5, 0, 0.2);
    private const double ProgressScaleM = 0.3;

    private readonly int _target = robot.Model.Mocap("target");

    private Span<double> Target => Robot.Data.MocapPosition.Slice(3 * _target, 3);

    private protected override void Place(ref EpisodeRandom random)
    {
        var start = Robot.EndEffectorInBase.Position;
        Vector3D target;
        do target = Center + new Vector3D(random.Uniform(-HalfEdgeM, HalfEdgeM), random.Uniform(-HalfEdgeM, HalfEdgeM), random.Uniform(-HalfEdgeM, HalfEdgeM));
        while ((target - start).Length < LeastDistanceM);
        Put(target, Target);
    }

    private protected override void Judge(ref TaskTruth truth)
    {
        var target = Target;
        // A point has no orientation of its own: the goal keeps the hand's.
        truth.GoalInBase = new(new(target[0], target[1], target[2]), truth.EndEffectorInBase.Orientation);
        var distance = (truth.GoalInBase.Position - truth.EndEffectorInBase.Position).Length;
        truth.Success = distance <= ToleranceM;
        truth.Progress = Closeness(distance, ProgressScaleM);
    }
}
