using RobotRL.Model;

namespace RobotRL.Tasks;

/// <summary>
/// Lead a peg through a planar maze: past the left end of one wall, past the right end of the next, within 15 mm of the end. Someone pushes now and then.
/// The walls stand still; the start pose and the pushes vary.
/// </summary>
internal sealed class MazeTask : SimulatedTask
{
    public const double ToleranceM = 0.015;

    // Along x: two walls with the lane between them; along y: the gaps' middles. All m, base frame, as in the scene.
    private const double FirstWallX = 0.55, LaneX = 0.59, LastWallX = 0.63, GapY = 0.065, StartX = 0.505, GoalX = 0.67;

    /// <summary>How far from the middle of a gap the peg may be to go on into it, and to go on within it.</summary>
    private const double EnterM = 0.015, PassM = 0.023, BeforeWallM = 0.020;

    private readonly RandomPushes _pushes = new();
    private readonly int _goal;

    public MazeTask(TaskDescription description, IScene scene) : base(description, scene)
    {
        _goal = scene.Site("goal");
        scene.Arms[0].Pushes = _pushes;
    }

    private protected override void Place(ref SplitMix64 random) => _pushes.Begin((ulong)random.NextUniform(0, 1L << 52), Scene.Now.Ns);

    private protected override void Judge(int arm, ref TaskTruth truth)
    {
        var at = truth.EndEffectorInBase.Position;
        var goal = Scene.SitePose(_goal).Position;
        truth.GoalInBase = new(goal, truth.EndEffectorInBase.Orientation);
        var (x, y, rest) = Next(at);
        truth.WayPointInBase = new(x, y, goal.Z);
        var left = Distance(at, x, y) + rest;
        truth.Success = Distance(at, goal.X, goal.Y) <= ToleranceM;
        truth.Progress = Closeness(left, WholeWayM);
    }

    private const double WholeWayM = GapY + (LaneX - StartX) + 2 * GapY + (GoalX - LaneX);

    /// <summary>The next way point, and the way from there to the goal.</summary>
    private static (double X, double Y, double RestM) Next(in Vector3D at)
    {
        const double last = GoalX - LaneX, lane = 2 * GapY + last, first = LaneX - StartX + lane;
        if (at.X > LastWallX) return (GoalX, -GapY, 0);
        if (at.X > FirstWallX + BeforeWallM) return IsInGap(at, -GapY, LastWallX) ? (GoalX, -GapY, 0) : (LaneX, -GapY, last);
        return IsInGap(at, GapY, FirstWallX) ? (LaneX, GapY, lane) : (StartX, GapY, first);
    }

    private static bool IsInGap(in Vector3D at, double gapY, double wallX) => Math.Abs(at.Y - gapY) < (at.X > wallX - BeforeWallM ? PassM : EnterM);

    private static double Distance(in Vector3D at, double x, double y) => Math.Sqrt((at.X - x) * (at.X - x) + (at.Y - y) * (at.Y - y));
}
