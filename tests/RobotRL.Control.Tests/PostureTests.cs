using RobotRL.Control.Contract;
using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control.Tests;

/// <summary>The posture that is commanded beside the tool: what it may not run into, and how far it may fall behind.</summary>
public class PostureTests
{
    private const int Period = 100, Boxes = 5;
    private const int Schedules = 140;
    private const double BehindM = 0.07, CaughtUpM = 0.001, LeashM = 0.01;

    /// <summary>The elbow's angle at which shoulder, elbow and wrist are in line.</summary>
    private static readonly double StretchedRad = -Math.Atan(0.0825 / 0.316) - Math.Atan(0.0825 / 0.384);
    private const double HalfBoxM = 0.03, DeepM = 0.03;
    private static readonly CartesianStiffness Stiffness = CartesianStiffness.Of(TestArm.Description.Impedance);

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
            if (!Move(Free, from, Mirrored(to), 5000, rig => from = rig.Latest.PostureRad)) continue;
            if (!Move(Free, from, to, 6000, rig => reached = rig.Latest.PostureRad)) continue;
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

    /// <summary>
    /// Targets and postures are drawn anew every so many ticks, each far from the last: neither is ever reached, and a joint's limits let the posture
    /// follow less than the tool's let the tool lead. The tool waits. Where two singular postures meet, the joints would have to turn about faster than
    /// they can: measured, not proved.
    /// </summary>
    [Theory]
    [InlineData(1), InlineData(50), InlineData(200), InlineData(1000)]
    public void The_posture_is_not_far_behind_the_tools_reference_whatever_is_asked_of_both_and_catches_up(int every)
    {
        var (worst, waits) = (0.0, 0);
        for (var seed = 0; seed < Schedules; seed++) worst = Math.Max(worst, Lag(seed, every, ref waits));
        TestContext.Current.TestOutputHelper?.WriteLine($"every {every} ticks: {worst * 1e3:F1} mm behind at most, {waits} ticks held back");
        Assert.InRange(worst, 0, BehindM);
    }

    /// <summary>
    /// Long ways whose speed the turning Jacobian bounds: the bound changes as slowly as the posture. Where it was judged by a posture that was taken to be
    /// equally far ahead in each tick, it jumped every fourth, and the reference's acceleration with it: 1200 to 2500 m/s³, where now 170 to 260 are.
    /// </summary>
    [Fact]
    public void A_reference_that_the_turning_Jacobian_slows_does_not_tremble()
    {
        var slowed = 0;
        for (var seed = 0; seed < 8; seed++)
        {
            Random random = new(700 + seed);
            var wide = TestArm.With(l => l with
            {
                Workspace = new(new(-2, -2, -2), new(2, 2, 2)),
                Cell = new(new(-3, -3, -3), new(3, 3, 3)),
                Orientation = l.Orientation with { TiltRad = 3.1, YawRad = 3.1 },
            });
            var description = wide with { Body = new([], []) };
            using Rig rig = new(description);
            JointPositions q = default;
            for (var i = 0; i < Joints.Max; i++) q[i] = description.HomeRad[i] + 1.2 * (random.NextDouble() - 0.5);
            ArmKinematics arm = new(description, TestArm.Task.EndEffectorInFlange);
            arm.Update(q);
            var (sum, last, ticks) = (0.0, Vector3D.Zero, 1200);
            for (var tick = 0; tick < ticks; tick++)
            {
                if (tick % Period == 0)
                {
                    var now = rig.Robot.Now;
                    rig.Cycle.Heartbeats.Publish(new(now, CommandingState.Commanding));
                    rig.Cycle.Targets.Publish(new(arm.EndEffectorInBase, now, now.Plus(Math.Max(100, 800 - tick) * 1_000_000L), Stiffness, default,
                        ActionSource.Policy, 1000 + tick));
                }
                rig.Cycle.Run(1);
                ref readonly var newest = ref rig.Cycle.Newest;
                Assert.Equal(GateState.Running, newest.Gate);
                var acceleration = newest.Reference.AccelerationInBase.Linear;
                sum += (acceleration - last).LengthSquared;
                last = acceleration;
                if (newest.Limits.HasFlag(LimitFlags.JointAcceleration)) slowed++;
            }
            var jerk = 1000 * Math.Sqrt(sum / ticks);
            TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}: {jerk:F0} m/s³");
            Assert.InRange(jerk, 0, 600);
        }
        Assert.True(slowed > 2000, $"hardly anything was slowed: {slowed} ticks");
    }

    /// <summary>How far the reference's posture has the tool from the tool's reference at most, m, by the tests' own geometry.</summary>
    private static double Lag(int seed, int every, ref int waits)
    {
        Random random = new(1000 * every + seed);
        var posture = (seed % 3) switch { 0 => 0.0, 1 => 0.5, _ => 1.0 }; // how often one is commanded
        var (reach, turn, longest) = (0.1 + 0.5 * random.NextDouble(), 2 * random.NextDouble(), random.Next(2) == 0 ? 2 : 400);
        using var rig = At(TestArm.Description, Draw(random, 0.4));
        Skeleton skeleton = new(TestArm.Description, TestArm.Task.EndEffectorInFlange);
        var (home, worst) = (rig.Session.Home, 0.0);
        for (var tick = 0; tick < 4000 && !rig.Session.IsStopped; tick++)
        {
            // What was drawn is said again before it counts as stale.
            if (tick % Math.Min(every, 200) == 0)
            {
                var now = rig.Robot.Now;
                var drawn = new Random(seed * 7919 + tick / every);
                rig.Cycle.Heartbeats.Publish(new(now, CommandingState.Commanding));
                Pose target = new(home.Position + Vector(drawn) * reach, home.Orientation * Rotation.FromVector(Vector(drawn) * turn));
                var durationNs = drawn.Next(1, longest) * 1_000_000L;
                rig.Cycle.Targets.Publish(new(target, now, now.Plus(durationNs), Stiffness, default, ActionSource.Policy, 1_000_000 + tick)
                {
                    MovesPosture = drawn.NextDouble() < posture,
                    PostureRad = Draw(drawn, 2.5),
                });
            }
            rig.Cycle.Run(1);
            ref readonly var newest = ref rig.Cycle.Newest;
            if (newest.Gate != GateState.Running) break;
            worst = Math.Max(worst, Behind(newest));
            if (newest.Limits.HasFlag(LimitFlags.JointPosition)) waits++;
        }
        if (rig.Session.IsStopped) return worst;
        rig.Session.SignOff();
        rig.Session.Advance(1500);
        // A reference that was led out of the stretched arm's reach stands there, within its leash.
        Assert.InRange(Behind(rig.Latest), 0, Math.Abs(rig.Latest.PostureRad[3] - StretchedRad) < 0.01 ? LeashM : CaughtUpM);
        return worst;

        double Behind(in ControlRecord record)
        {
            skeleton.Update(record.PostureRad);
            return (skeleton.EndEffector.Position - record.Reference.PoseInBase.Position).Length;
        }
    }

    private static Vector3D Vector(Random random) => new(2 * random.NextDouble() - 1, 2 * random.NextDouble() - 1, 2 * random.NextDouble() - 1);

    /// <summary>Has the arm go to a posture, its tool's target where it stands; false where it is stopped.</summary>
    private static bool Move(RobotDescription description, JointPositions from, JointPositions to, int ticks, Action<Rig> each)
    {
        using var rig = At(description, from);
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

    private static Rig At(RobotDescription description, JointPositions posture) =>
        new(description with { HomeRad = [.. ((ReadOnlySpan<double>)posture)[..7]] });

    private static void Command(Rig rig, in Pose tool, in JointPositions posture, long sequence)
    {
        var now = rig.Robot.Now;
        rig.Cycle.Heartbeats.Publish(new(now, CommandingState.Commanding));
        rig.Cycle.Targets.Publish(new(tool, now, now.Plus(200_000_000), Stiffness, default, ActionSource.Reset, sequence)
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
        var limits = TestArm.Limits.Joints;
        for (var i = 0; i < 7; i++) q[i] = Math.Clamp(joint(i), limits[i].PositionMinRad + 0.1, limits[i].PositionMaxRad - 0.1);
        return q;
    }
}
