using RobotRL.Model;

namespace RobotRL.Sensing.Tests;

internal static class Samples
{
    public const long Ms = 1_000_000;

    public static TaskDescription Task(params CameraDescription[] cameras) => new()
    {
        Kind = TaskKind.Reach,
        ScenePath = "",
        Actions = new([0, 1, 2], 0.01, 0.1, false),
        Cameras = cameras,
        EndEffectorInFlange = Pose.Identity,
        DecisionPeriodNs = 100 * Ms,
        MaxSteps = 10,
        StartOffsetM = Vector3D.Zero,
        StartYawRad = 0,
        ImageMaxAgeNs = 50 * Ms,
        Scale = new(0.1, 0.5, 0.2, 1, 20, 2, 0.08),
    };

    public static CameraDescription Camera(string name) => new(name, 16, 16, 0, 0, 16, 16, ImageShape.Square(8));

    public static CameraCalibration Calibration(CameraIntrinsics lens) => new()
    {
        Cell = "test",
        Camera = "a",
        Author = "test",
        Date = DateTime.UnixEpoch,
        Software = "test",
        Board = "chessboard:9x6:0.025",
        Source = "test",
        Method = "test",
        Intrinsics = lens,
        Verdict = CalibrationVerdict.Good,
        Reasons = "",
        Reference = new("", Pose.Identity, []),
    };

    public static ToolState Tool(double ms, Vector3D position = default) =>
        new(At(ms), new EndEffectorState(new Pose(position, Rotation.Identity), Twist.Zero), Wrench.Zero, 0.04);

    public static ToolStates State(double ms, Vector3D position = default) => ToolStates.Of(Tool(ms, position));

    public static Stamp At(double ms) => new((long)(ms * Ms));

    public static PolicyImage Image(double ms) => new(At(ms), ImageShape.Square(8), new byte[8 * 8 * 3]);
}

internal static class LockstepObservationsExtensions
{
    /// <summary>Observes at the very instant of the state.</summary>
    public static Observation Observe(this LockstepObservations observations, ToolStates state) => observations.Observe(state.CaptureTime, state);
}
