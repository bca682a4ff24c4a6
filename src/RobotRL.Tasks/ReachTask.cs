using RobotRL.Model;

namespace RobotRL.Tasks;

/// <summary>Bring the end effector within 1 cm of a marker somewhere in a 20 cm box, which starts at least 4 cm away.</summary>
internal sealed class ReachTask(TaskDescription description, IScene scene) : SimulatedTask(description, scene)
{
    public const double ToleranceM = 0.01, HalfEdgeM = 0.1, LeastDistanceM = 0.04;
    public static readonly Vector3D Center = new(0.5, 0, 0.2);
    private const double ProgressScaleM = 0.3;

    private readonly int _target = scene.Mocap("target");

    private protected override void Place(ref SplitMix64 random)
    {
        var start = Scene.EndEffectorInBase.Position;
        Vector3D target;
        do target = Center + new Vector3D(random.NextUniform(-HalfEdgeM, HalfEdgeM), random.NextUniform(-HalfEdgeM, HalfEdgeM), random.NextUniform(-HalfEdgeM, HalfEdgeM));
        while ((target - start).Length < LeastDistanceM);
        Scene.PlaceMocap(_target, target);
    }

    private protected override void Judge(ref TaskTruth truth)
    {
        var target = Scene.MocapPosition(_target);
        // A point has no orientation of its own: the goal keeps the hand's.
        truth.GoalInBase = new(target, truth.EndEffectorInBase.Orientation);
        var distance = (truth.GoalInBase.Position - truth.EndEffectorInBase.Position).Length;
        truth.Success = distance <= ToleranceM;
        truth.Progress = Closeness(distance, ProgressScaleM);
    }
}
