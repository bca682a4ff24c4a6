using RobotRL.Model;

namespace RobotRL.Tasks;

/// <summary>Knows how to do a task from where things are. May remember what it was doing within an episode.</summary>
public interface IExpert
{
    /// <summary>A new episode starts.</summary>
    void Reset();

    /// <summary>What to do, seen <paramref name="truth"/>.</summary>
    ArmAction Act(in TaskTruth truth);
}

/// <summary>The expert of each task.</summary>
public static class Experts
{
    public static IExpert For(TaskKind task, ActionSpace actions) => task switch
    {
        TaskKind.Reach => new ReachExpert(actions),
        TaskKind.PegInsert => new PegInsertExpert(actions),
        TaskKind.PickLift => new PickLiftExpert(actions),
        TaskKind.Maze => new MazeExpert(actions),
        _ => throw new ArgumentOutOfRangeException(nameof(task), task, "No expert for this task."),
    };
}

/// <summary>Turns a wanted displacement into an action.</summary>
internal static class Steering
{
    /// <summary>
    /// Share of the remaining way that is asked for in one decision. The arm does about two thirds of it, most of that one decision later: this settles with
    /// little overshoot.
    /// </summary>
    private const double Gain = 0.5;

    /// <summary>
    /// The action that covers a share of the way, no component beyond <paramref name="bound"/>, directions kept, as stiff as configured; axes outside
    /// the action space stay zero.
    /// </summary>
    public static ArmAction Toward(
        ActionSpace actions, in Rotation endEffectorInBase, in Vector3D wayInBase, in Vector3D turnInEndEffector, GripperCommand gripper, double bound = 1)
    {
        var move = endEffectorInBase.Inverse.Rotate(wayInBase) * (Gain / actions.TranslationScaleM);
        var turn = turnInEndEffector * (Gain / actions.RotationScaleRad);
        Shrink(ref move, bound);
        Shrink(ref turn, 1);
        var action = actions.Rest with { Gripper = actions.HasGripper ? gripper : GripperCommand.Stay };
        foreach (var axis in actions.ActiveAxes) action.Motion[axis] = (float)(axis < 3 ? move[axis] : turn[axis - 3]);
        return action;
    }

    /// <summary>Rotation about z that turns the end effector into line with a square thing, the shorter way: within ±45°.</summary>
    public static double QuarterTurn(in Rotation endEffectorInBase, in Rotation thingInBase)
    {
        var yaw = (endEffectorInBase.Inverse * thingInBase).Rotate(new(1, 0, 0));
        return Math.IEEERemainder(Math.Atan2(yaw.Y, yaw.X), Math.PI / 2);
    }

    private static void Shrink(ref Vector3D v, double bound)
    {
        var largest = Math.Max(Math.Abs(v.X), Math.Max(Math.Abs(v.Y), Math.Abs(v.Z)));
        if (largest > bound) v *= bound / largest;
    }
}

/// <summary>Goes straight to the target.</summary>
public sealed class ReachExpert(ActionSpace actions) : IExpert
{
    public void Reset() { }

    public ArmAction Act(in TaskTruth truth) =>
        Steering.Toward(
            actions, truth.EndEffectorInBase.Orientation, truth.GoalInBase.Position - truth.EndEffectorInBase.Position,
            Vector3D.Zero, GripperCommand.Stay);
}
