using RobotRL.Model;

namespace RobotRL.Tasks;

/// <summary>Grasp a 4 cm cube, somewhere in a 20 by 20 cm square of the table, and hold it with its underside at least 10 cm above the table.</summary>
internal sealed class PickLiftTask(TaskDescription description, IScene scene) : SimulatedTask(description, scene)
{
    public const double HalfCubeM = 0.02, LiftM = 0.10, HalfEdgeM = 0.1;
    public static readonly Vector3D Center = new(0.5, 0, HalfCubeM);
    private const double ProgressScaleM = 0.2;

    private readonly int _body = scene.Body("cube"), _freeCube = scene.FreeBody("cube");
    private readonly int _cube = scene.Geom("cube"), _left = scene.Geom("left_pad"), _right = scene.Geom("right_pad");

    private protected override void Place(ref SplitMix64 random) =>
        Scene.PlaceFreeBody(_freeCube, Center + new Vector3D(random.NextUniform(-HalfEdgeM, HalfEdgeM), random.NextUniform(-HalfEdgeM, HalfEdgeM), 0));

    private protected override void Judge(int arm, ref TaskTruth truth)
    {
        truth.GoalInBase = Scene.BodyPose(_body);
        truth.ObjectGrasped = Scene.AreTouching(_left, _cube) && Scene.AreTouching(_right, _cube);
        var lift = truth.GoalInBase.Position.Z - HalfCubeM;
        var distance = (truth.GoalInBase.Position - truth.EndEffectorInBase.Position).Length;
        truth.Success = truth.ObjectGrasped && lift >= LiftM;
        truth.Progress = 0.4 * Closeness(distance, ProgressScaleM) + (truth.ObjectGrasped ? 0.1 + 0.5 * Math.Clamp(lift / LiftM, 0, 1) : 0);
    }
}
