using RobotRL.Control.Contract;
using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control.Tests;

/// <summary>The posture that is commanded beside the tool: what it may not run into, and how far it may fall behind.</summary>
public class PostureTests
{
    private const int Period = 100, Boxes = 5;
    private const double HalfBoxM = 0.03, DeepM = 0.03;
    private static readonly string[] Moving = ["upper arm", "elbow", "forearm", "wrist", "hand"];

    private static readonly RobotDescription Free = TestArm.With(l => l with
    {
        Workspace = new(new(-0.8, -0.8, 0.01), new(0.9, 0.8, 1.2)),
        Orientation = l.Orientation with { TiltRad = 3, YawRad = 3 },
    });

    /// <summary>
    /// Whatever the arm would be in that goes from one posture to another alone, the tool standing still, it keeps out of.
    /// <code>
    /// no box:   from ──────────────── to      the path tells where a part gets to
    /// a box:    from ─────┤ box │             there
    /// </code>
    /// </summary>
    [Theory]
    [InlineData("upper arm"), InlineData("elbow"), InlineData("forearm")]
    public void No_part_enters_a_box_by_a_motion_of_the_posture_alone(string part)
    {
        var index = Free.Body.Parts.ToList().FindIndex(p => p.Name == part);
        var (random, met) = (new Random(index), 0);
        for (var run = 0; run < 60 && met < Boxes; run++)
        {
            var (from, to) = (Draw(random, 0.3), Draw(random, 2.5));
            Skeleton skeleton = new(Free, TestArm.Task.EndEffectorInFlange);
            JointPositions reached = default;
            // To one side first, then as far to the other.
            if (!Move(Free, from, Mirrored(to), 5000, rig => from = rig.Latest.PostureRad) || !Move(Free, from, to, 6000, rig => reached = rig.Latest.PostureRad)) continue;
            var along = random.NextDouble();
            var (start, end) = (On(from), On(reached));
            var middle = end + (end - start) * ((HalfBoxM + Free.Body.Parts[index].RadiusM - DeepM) / Math.Max(1e-6, (end - start).Length));
            Vector3D half = new(HalfBoxM, HalfBoxM, HalfBoxM);
            var description = Free with { Limits = Free.Limits with { KeepOut = [new(middle - half, middle + half)] } };
            // At first nothing is near it, and at the end the part would be in it.
            Skeleton there = new(description, TestArm.Task.EndEffectorInFlange);
            there.Update(reached);
            if (there.Gaps().ToArray().Min() > -0.005) continue;
            there.Update(from);
            if (there.Gaps().ToArray().Min() < 0.02 || there.EndEffector.Position is var point && (point - middle).Length < 0.12) continue;
            met++;
            Envelope envelope = new(description, TestArm.Task.EndEffectorInFlange);
            var (flags, furthest, tool) = (LimitFlags.None, 0.0, (Pose?)null);
            var isThere = Move(description, from, to, 7000, rig =>
            {
                envelope.Follow(rig.Cycle.Records);
                Assert.True(rig.Latest.Gate == GateState.Running, $"run {run}: {rig.Latest.Fault}");
                flags |= rig.Latest.LimitsSinceTarget;
                tool ??= rig.Latest.Reference.PoseInBase;
                furthest = Math.Max(furthest, (rig.Latest.Reference.PoseInBase.Position - tool.Value.Position).Length);
            });
            Assert.True(isThere, $"run {run}: not begun");
            Assert.Equal(0, envelope.Overruns);
            Assert.InRange(furthest, 0, 1e-6);
            Assert.True((flags & (LimitFlags.KeepOut | LimitFlags.Posture)) != 0, $"run {run}: nothing held it back");

            Vector3D On(in JointPositions q)
            {
                skeleton.Update(q);
                var (a, b) = skeleton.LineOf(index);
                return a + (b - a) * along;
            }
        }
        Assert.Equal(Boxes, met);
    }

    /// <summary>Has the arm go to a posture, its tool's target where it stands; false where it is stopped.</summary>
    private static bool Move(RobotDescription description, JointPositions from, JointPositions to, int ticks, Action<Rig> each)
    {
        using Rig rig = new(description with { HomeRad = [.. ((ReadOnlySpan<double>)from)[..7]] });
        if (rig.Session.IsStopped) return false;
        var there = rig.Latest.Reference.PoseInBase;
        for (var i = 0; i < ticks / Period; i++)
        {
            Command(rig, there, to, 1000 + i);
            rig.Session.Advance(Period);
            each(rig);
            if (rig.Session.IsStopped) return false;
        }
        return true;
    }

    private static void Command(Rig rig, in Pose tool, in JointPositions posture, long sequence, long durationNs = 200_000_000)
    {
        var now = rig.Robot.Now;
        rig.Cycle.Heartbeats.Publish(new(now, CommandingState.Commanding));
        rig.Cycle.Targets.Publish(new(tool, now, now.Plus(durationNs), CartesianStiffness.Of(TestArm.Description.Impedance), default, ActionSource.Reset, sequence)
        {
            MovesPosture = true,
            PostureRad = posture,
        });
    }

    /// <summary>Up to so far from home, joint by joint, within each joint's range.</summary>
    private static JointPositions Draw(Random random, double aside) => Each(i => TestArm.Description.HomeRad[i] + aside * (2 * random.NextDouble() - 1));

    /// <summary>As far from home to the other side.</summary>
    private static JointPositions Mirrored(JointPositions posture) => Each(i => 2 * TestArm.Description.HomeRad[i] - posture[i]);

    private static JointPositions Each(Func<int, double> joint)
    {
        JointPositions q = default;
        for (var i = 0; i < 7; i++) q[i] = Math.Clamp(joint(i), TestArm.Limits.Joints[i].PositionMinRad + 0.1, TestArm.Limits.Joints[i].PositionMaxRad - 0.1);
        return q;
    }
}
