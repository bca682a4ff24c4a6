using RobotRL.Model;

namespace RobotRL.Tasks;

/// <summary>
/// Goes above the cube with the gripper open, down, closes, waits until both fingers touch, lifts; opens and tries again when it grasped beside it.
/// </summary>
public sealed class PickLiftExpert(ActionSpace actions) : IExpert
{
    private const double HoverM = 0.05; // above the cube's centre, until aligned
    private const double CubeM = 0.04;
    private const double AlignedM = 0.008; // lateral error with which both fingers pass the cube
    private const double LostM = 0.015;
    private const double AtGraspM = 0.008; // height error at which the fingers may close
    private const double SlowM = 0.07; // above the cube's centre: here it goes slower
    private const double SlowSpeed = 0.5; // in action units
    private const double OpenM = 0.07; // wide enough to go down
    private const double MissedM = CubeM - 0.008; // narrower than the cube: nothing is between the fingers
    private const double LiftM = 0.2; // aimed at above the grasp: beyond what success asks for

    private bool _descending;
    private bool _closing;
    private bool _reopening;

    public void Reset() => _descending = _closing = _reopening = false;

    public ArmAction Act(in TaskTruth truth)
    {
        var orientation = truth.EndEffectorInBase.Orientation;
        if (truth.Success) return default;
        if (truth.ObjectGrasped) return Steering.Toward(actions, orientation, new(0, 0, LiftM), Vector3D.Zero, GripperCommand.Stay);

        var toCube = truth.GoalInBase.Position - truth.EndEffectorInBase.Position;
        var lateral = Math.Sqrt(toCube.X * toCube.X + toCube.Y * toCube.Y);
        _reopening = _reopening ? truth.GripperWidthM < OpenM : truth.GripperWidthM < MissedM;
        _descending = !_reopening && (_descending ? lateral < LostM : lateral < AlignedM);

        var turn = new Vector3D(0, 0, Steering.QuarterTurn(orientation, truth.GoalInBase.Orientation));
        _closing = _descending && Math.Abs(toCube.Z) < (_closing ? 2 * AtGraspM : AtGraspM);
        if (_closing) return Steering.Toward(actions, orientation, toCube, turn, GripperCommand.Close, 0.2);
        var open = truth.GripperWidthM < OpenM ? GripperCommand.Open : GripperCommand.Stay;
        // Fingers that are still narrow come down on top of the cube: wait above it.
        var height = _descending && open is GripperCommand.Stay ? 0 : HoverM;
        var bound = toCube.Z > -SlowM ? SlowSpeed : 1;
        return Steering.Toward(actions, orientation, new(toCube.X, toCube.Y, toCube.Z + height), turn, open, bound);
    }
}
