using RobotRL.Model;

namespace RobotRL.Tasks;

/// <summary>
/// Aligns position and yaw above the hole, then goes down, slowly near the rim; lifts off again when it finds itself on the rim beside the hole.
/// Heights are along the hole's axis: negative above the mouth, positive inside.
/// </summary>
public sealed class PegInsertExpert(ActionSpace actions) : IExpert
{
    private const double ApproachM = -0.008; // where it waits until aligned
    private const double RimM = -0.005; // below this it may touch
    private const double EnteredM = 0.003; // past the chamfer: the hole itself guides
    private const double BottomM = 0.040; // aimed at, beyond the hole's depth, so that it keeps pressing
    private const double AlignedM = 0.001; // lateral error with which it starts to go down
    private const double CentredM = 0.0014; // lateral error that the chamfer still forgives: it pauses beyond
    private const double LostM = 0.0025; // lateral error at which going down is given up
    private const double AlignedRad = 0.05;
    private const double NearRimSpeed = 0.3; // in action units
    private const double SoftForceN = 10; // from here the descent eases, and turns back at the next
    private const double BackOffForceN = 25;

    private bool _descending;

    public void Reset() => _descending = false;

    public ArmAction Act(in TaskTruth truth)
    {
        var tip = truth.GoalInBase.Inverse.Transform(truth.EndEffectorInBase.Position);
        var lateral = Math.Sqrt(tip.X * tip.X + tip.Y * tip.Y);
        var yaw = Steering.QuarterTurn(truth.EndEffectorInBase.Orientation, truth.GoalInBase.Orientation);
        var entered = tip.Z > EnteredM;
        _descending = entered || (_descending ? lateral < LostM : lateral < AlignedM && Math.Abs(yaw) < AlignedRad);
        var centred = entered || lateral < CentredM;

        // On the rim and off the hole it goes up first: dragging the peg sideways only loads the wrist.
        var dragging = !_descending && tip.Z > RimM;
        var sideways = dragging ? 0.2 : 1.0;
        var pressing = _descending && centred;
        var down = pressing ? BottomM - tip.Z : ApproachM - tip.Z;
        var bound = tip.Z > RimM || pressing && tip.Z > 2 * RimM ? NearRimSpeed : 1;
        if (pressing && truth.ContactForceN > SoftForceN)
        {
            var ease = Math.Max(-0.5, (BackOffForceN - truth.ContactForceN) / (BackOffForceN - SoftForceN));
            bound *= Math.Max(0.1, Math.Abs(ease));
            down *= Math.Sign(ease);
        }
        var way = truth.GoalInBase.Orientation.Rotate(new(-tip.X * sideways, -tip.Y * sideways, down));
        return truth.Success ? default : Steering.Toward(actions, truth.EndEffectorInBase.Orientation, way, new(0, 0, yaw), GripperCommand.Stay, bound);
    }
}
