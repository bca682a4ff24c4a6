using RobotRL.Model;

namespace RobotRL.Tasks;

/// <summary>Put the tip of the peg, the end effector, at least 20 mm deep into the socket, which stands within ±2 cm and ±10° of its nominal place.</summary>
internal sealed class PegInsertTask(TaskDescription description, IScene scene) : SimulatedTask(description, scene)
{
    public const double SocketHeightM = 0.030, HalfClearanceM = 0.0005, SuccessDepthM = 0.020;
    public const double OffsetM = 0.02, YawRad = 10 * Math.PI / 180;
    public static readonly Vector3D Center = new(0.5, 0, 0);
    private const double ContactGiveM = 0.0005, ProgressScaleM = 0.1;
    private static readonly Rotation Downward = new(1, 0, 0, 0); // half a turn about x

    private readonly int _socket = scene.Mocap("socket");
    private readonly int _body = scene.Body("socket");

    private protected override void Place(ref SplitMix64 random)
    {
        var position = Center + new Vector3D(random.NextUniform(-OffsetM, OffsetM), random.NextUniform(-OffsetM, OffsetM), 0);
        Scene.PlaceMocap(_socket, position);
        Scene.TurnMocap(_socket, Rotation.AboutZ(random.NextUniform(-YawRad, YawRad)));
    }

    private protected override void Judge(int arm, ref TaskTruth truth)
    {
        truth.GoalInBase = Scene.BodyPose(_body) * new Pose(new(0, 0, SocketHeightM), Downward);
        var tip = truth.GoalInBase.Inverse.Transform(truth.EndEffectorInBase.Position);
        var offset = Math.Max(Math.Abs(tip.X), Math.Abs(tip.Y));
        var depth = offset <= HalfClearanceM + ContactGiveM ? tip.Z : 0;
        truth.Success = depth >= SuccessDepthM;
        truth.Progress = 0.5 * Closeness(offset + Math.Max(0, -tip.Z), ProgressScaleM) + 0.5 * Math.Clamp(depth / SuccessDepthM, 0, 1);
    }
}
