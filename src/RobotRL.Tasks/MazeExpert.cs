using RobotRL.Model;

namespace RobotRL.Tasks;

/// <summary>Follows the clear way from point to point, and gives way where something presses.</summary>
public sealed class MazeExpert(ActionSpace actions) : IExpert
{
    private const double Speed = 0.9; // in action units: corners are near
    private const double SoftForceN = 15;

    public void Reset() { }

    public ArmAction Act(in TaskTruth truth)
    {
        var way = truth.WayPointInBase - truth.EndEffectorInBase.Position;
        var bound = truth.ContactForceN > SoftForceN ? Speed / 2 : Speed;
        return truth.Success ? default : Steering.Toward(actions, truth.EndEffectorInBase.Orientation, way, Vector3D.Zero, GripperCommand.Stay, bound);
    }
}
