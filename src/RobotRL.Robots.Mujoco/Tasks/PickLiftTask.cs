using RobotRL.Model;

namespace RobotRL.Robots.Mujoco;

/// <summary>Grasp a 4 cm cube, somewhere in a 20 by 20 cm square of the table, and hold it with its underside at least 10 cm above the table.</summary>
internal sealed class PickLiftTask(TaskDescription description, MujocoRobot robot) : SimulatedTask(description, robot)
{
    public const double HalfCubeM = 0.02, LiftM = 0.10, HalfEdgeM = 0.1;
    public static readonly Vector3D Center = new(0.5, 0, HalfCubeM);
    private const double ProgressScaleM = 0.2;

    private readonly int _body = robot.Model.Body("cube"), _address = robot.Model.PositionAddress("cube");
    private readonly int _cube = robot.Model.Geom("cube"), _left = robot.Model.Geom("left_pad"), _right = robot.Model.Geom("right_pad");

    private protected override void Place(ref EpisodeRandom random) =>
        Put(Center + new Vector3D(random.Uniform(-HalfEdgeM, HalfEdgeM), random.Uniform(-HalfEdgeM, HalfEdgeM), 0), Robot.Data.Position.Slice(_address, 3));

    private protected override void Judge(ref TaskTruth truth)
    {
        truth.GoalInBase = Robot.Data.BodyPose(_body);
        truth.ObjectGrasped = Touches(_left) && Touches(_right);
        var lift = truth.GoalInBase.Position.Z - HalfCubeM;
        var distance = (truth.GoalInBase.Position - truth.EndEffectorInBase.Position).Length;
        truth.Success = truth.ObjectGrasped && lift >= LiftM;
        truth.Progress = 0.4 * Closeness(distance, ProgressScaleM) + (truth.ObjectGrasped ? 0.1 + 0.5 * Math.Clamp(lift / LiftM, 0, 1) : 0);
    }

    private bool Touches(int pad)
    {
        for (var i = 0; i < Robot.Data.ContactCount; i++)
        {
            var contact = Robot.Data.Contact(i);
            if ((contact.Geom1 == pad && contact.Geom2 == _cube) || (contact.Geom1 == _cube && contact.Geom2 == pad)) return true;
        }
        return false;
    }
}
