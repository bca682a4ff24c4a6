using RobotRL.Model;

namespace RobotRL.Tasks;

/// <summary>
/// Bring each end effector within 1 cm of a marker of its own somewhere in a box, which starts at least 4 cm away. An only arm's box is 20 cm wide;
/// those of two
/// arms lie between the arms, far enough apart for both hands.
/// </summary>
internal sealed class ReachTask(TaskDescription description, IScene scene) : SimulatedTask(description, scene)
{
    public const double ToleranceM = 0.01, HalfEdgeM = 0.1, LeastDistanceM = 0.04;

    /// <summary>Beside another arm: half the width of the box, and how far its middle is from straight ahead, toward the other arm.</summary>
    public const double NarrowHalfM = 0.07, AsideM = 0.12;

    /// <summary>Middle of an only arm's box, base frame.</summary>
    public static readonly Vector3D Center = new(0.5, 0, 0.2);

    private const double ProgressScaleM = 0.3;

    private readonly int[] _targets = [.. scene.Arms.Select(arm => scene.Mocap(arm.Name.Length == 0 ? "target" : $"{arm.Name}_target"))];

    private protected override void Place(ref SplitMix64 random)
    {
        var width = Scene.Arms.Count == 1 ? HalfEdgeM : NarrowHalfM;
        foreach (var (i, arm) in Scene.Arms.Index())
        {
            var (start, center) = (arm.EndEffectorInBase.Position, Center + new Vector3D(0, Aside(i), 0));
            Vector3D target;
            do
                target = center + new Vector3D(
                    random.NextUniform(-HalfEdgeM, HalfEdgeM), random.NextUniform(-width, width), random.NextUniform(-HalfEdgeM, HalfEdgeM));
            while ((target - start).Length < LeastDistanceM);
            Scene.PlaceMocap(_targets[i], arm.BaseInCell.Transform(target));
        }
    }

    private protected override void Judge(int arm, ref TaskTruth truth)
    {
        var target = Scene.Arms[arm].BaseInCell.Inverse.Transform(Scene.MocapPosition(_targets[arm]));
        // A point has no orientation of its own: the goal keeps the hand's.
        truth.GoalInBase = new(target, truth.EndEffectorInBase.Orientation);
        var distance = (truth.GoalInBase.Position - truth.EndEffectorInBase.Position).Length;
        truth.Success = distance <= ToleranceM;
        truth.Progress = Closeness(distance, ProgressScaleM);
    }

    /// <summary>Along y of the base, toward the other arm.</summary>
    private double Aside(int arm) =>
        Scene.Arms.Count == 1 ? 0 : Math.CopySign(AsideM, Scene.Arms[arm].BaseInCell.Inverse.Transform(Scene.Arms[1 - arm].BaseInCell.Position).Y);
}
