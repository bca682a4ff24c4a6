using RobotRL.Model;

namespace RobotRL.Teleop.Tests;

/// <summary>
/// A task without a robot: the end effector does two thirds of what it is asked, most of it one decision late, and geometry decides the rest.
/// Decisions are 0.1 s apart in virtual time.
/// </summary>
internal abstract class ToyWorld(ActionSpace actions)
{
    public const long PeriodNs = 100_000_000;
    private ArmAction _late;

    public ActionSpace Actions { get; } = actions;
    public TaskTruth Truth = new() { GripperWidthM = 0.08 };
    public Stamp Time { get; private set; } = Stamp.FromSeconds(100);

    /// <summary>Gripper pointing down, x forward: y and z are opposite to the base's.</summary>
    public static readonly Rotation Down = Rotation.FromAxes(new(1, 0, 0), new(0, -1, 0), new(0, 0, -1));

    public OperatorView View => new(Time, CellTruth.Of(Truth));

    public void Do(in ArmAction action)
    {
        var before = Truth.EndEffectorInBase;
        Span<double> moves = stackalloc double[ActionSpace.Axes];
        for (var axis = 0; axis < moves.Length; axis++) moves[axis] = 0.65 * (0.3 * action.Motion[axis] + 0.7 * _late.Motion[axis]);
        Truth.EndEffectorInBase = before * new Pose(
            new Vector3D(moves[0], moves[1], moves[2]) * Actions.TranslationScaleM,
            Rotation.FromVector(new Vector3D(moves[3], moves[4], moves[5]) * Actions.RotationScaleRad));
        Settle(before, _late.Gripper);
        _late = action;
        Time = Time.Plus(PeriodNs);
    }

    protected abstract void Settle(in Pose before, GripperCommand gripper);
}

/// <summary>Within 1 cm of the target.</summary>
internal sealed class ToyReach : ToyWorld
{
    public ToyReach(Vector3D start, Vector3D goal) : base(new ActionSpace([0, 1, 2], 0.03, 0.08, false))
    {
        Truth.EndEffectorInBase = new(start, Down);
        Truth.GoalInBase = new(goal, Rotation.Identity);
    }

    protected override void Settle(in Pose before, GripperCommand gripper) =>
        Truth.Success = (Truth.GoalInBase.Position - Truth.EndEffectorInBase.Position).Length < 0.01;
}

/// <summary>A hole that lets the peg in only when it is aligned within the chamfer, and then guides it.</summary>
internal sealed class ToyPeg : ToyWorld
{
    public ToyPeg(Vector3D start, double yaw, Vector3D socket, double socketYaw) : base(new ActionSpace([0, 1, 2, 5], 0.015, 0.08, false))
    {
        Truth.EndEffectorInBase = new(start, Down * Rotation.AboutZ(yaw));
        Truth.GoalInBase = new(socket, Down * Rotation.AboutZ(socketYaw));
    }

    public double DepthM => Tip.Z;
    public double LateralM => Math.Sqrt(Tip.X * Tip.X + Tip.Y * Tip.Y);
    public bool TouchedRim { get; private set; }
    private Vector3D Tip => Truth.GoalInBase.Inverse.Transform(Truth.EndEffectorInBase.Position);

    protected override void Settle(in Pose before, GripperCommand gripper)
    {
        var goal = Truth.GoalInBase;
        var tip = Tip;
        var wasIn = goal.Inverse.Transform(before.Position).Z > 0;
        if (tip.Z > 0 && !wasIn && LateralM > 0.0015)
        {
            TouchedRim = true;
            Truth.EndEffectorInBase = Truth.EndEffectorInBase with { Position = goal.Transform(tip with { Z = 0 }) };
            Truth.ContactForceN = 12;
            return;
        }
        Truth.ContactForceN = 0;
        Vector3D within = new(Math.Clamp(tip.X, -5e-4, 5e-4), Math.Clamp(tip.Y, -5e-4, 5e-4), Math.Min(tip.Z, 0.03));
        if (tip.Z > 0) Truth.EndEffectorInBase = Truth.EndEffectorInBase with { Position = goal.Transform(within) };
        Truth.Success = DepthM > 0.025;
    }
}

/// <summary>A cube that is grasped when the fingers close around it and then comes along.</summary>
internal sealed class ToyPick : ToyWorld
{
    private readonly double _tableZ;
    private double _wanted = 0.08;

    public ToyPick(Vector3D start, Vector3D cube) : base(new ActionSpace([0, 1, 2], 0.03, 0.08, true))
    {
        Truth.EndEffectorInBase = new(start, Down);
        Truth.GoalInBase = new(cube, Rotation.AboutZ(0.3));
        _tableZ = cube.Z;
    }

    /// <summary>Drops the cube once, at this height above the table; NaN for never.</summary>
    public double DropAtM { get; set; } = double.NaN;

    public int GripperChanges { get; private set; }

    protected override void Settle(in Pose before, GripperCommand gripper)
    {
        var wanted = gripper switch { GripperCommand.Close => 0.0, GripperCommand.Open => 0.08, _ => _wanted };
        if (wanted != _wanted) GripperChanges++;
        _wanted = wanted;
        if (Truth.ObjectGrasped)
            Truth.GoalInBase = Truth.GoalInBase with { Position = Truth.GoalInBase.Position + Truth.EndEffectorInBase.Position - before.Position };
        var away = Truth.GoalInBase.Position - Truth.EndEffectorInBase.Position;
        var between = Math.Abs(away.X) < 0.02 && Math.Abs(away.Y) < 0.02 && Math.Abs(away.Z) < 0.02;
        Truth.GripperWidthM = Math.Clamp(_wanted, Truth.GripperWidthM - 0.02, Truth.GripperWidthM + 0.02);
        if (between) Truth.GripperWidthM = Math.Max(0.04, Truth.GripperWidthM);
        if (Truth.GoalInBase.Position.Z - _tableZ > DropAtM)
        {
            DropAtM = double.NaN;
            Truth.GoalInBase = Truth.GoalInBase with { Position = Truth.GoalInBase.Position with { Z = _tableZ } };
            between = false;
        }
        Truth.ObjectGrasped = between && Truth.GripperWidthM <= 0.041;
        Truth.Success = Truth.GoalInBase.Position.Z - _tableZ > 0.1;
    }
}
