using RobotRL.Control.Contract;
using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control.Tests;

/// <summary>Two arms in one loop: whatever stops one stops both, and they do not come too near each other.</summary>
public class TwoArmTests
{
    /// <summary>Side by side, or face to face.</summary>
    private static readonly Pose[][] Places =
    [
        [new(new(0, 0.25, 0), Rotation.Identity), new(new(0, -0.25, 0), Rotation.Identity)],
        [Pose.Identity, new(new(1.5, 0.05, 0), Rotation.AboutZ(Math.PI))],
    ];

    public static TheoryData<FaultCode, int> EveryCauseOnEitherArm =>
    [
        .. from cause in Enum.GetValues<FaultCode>()
           where cause != FaultCode.None
           from arm in (int[])[0, 1]
           select new TheoryDataRow<FaultCode, int>(cause, arm),
    ];

    [Theory]
    [MemberData(nameof(EveryCauseOnEitherArm))]
    public void A_stop_of_one_arm_stops_both_within_one_period(FaultCode cause, int arm)
    {
        using Pair pair = new(Places[0], 0.02);
        pair.Move();
        pair.Loop.Cycles[arm].RequestStop(cause);
        pair.Loop.Run(2);
        Fault own = pair.Loop.Cycles[arm].Newest.Fault, other = pair.Loop.Cycles[1 - arm].Newest.Fault;
        Assert.Equal((cause, FaultCode.OtherArmStopped), (own.Code, other.Code == cause ? FaultCode.OtherArmStopped : other.Code));
        Assert.InRange(other.Time.Since(own.Time), 0, TestArm.Description.ControlPeriodNs);
        pair.Loop.Run(1500);
        Assert.All(pair.Loop.Cycles, cycle => Assert.Contains(cycle.Newest.Gate, (GateState[])[GateState.Held, GateState.PowerRemoved]));
    }

    [Fact]
    public void What_one_arm_measures_stops_both()
    {
        using Pair pair = new(Places[0], 0.02);
        pair.Move();
        pair.Robots[1].Faults.LostPackets = 100;
        pair.Loop.Run(20);
        Assert.Equal(FaultCode.StaleState, pair.Loop.Cycles[1].Newest.Fault.Code);
        Assert.Equal(FaultCode.OtherArmStopped, pair.Loop.Cycles[0].Newest.Fault.Code);
        Assert.Equal(pair.Loop.Cycles[1].Newest.Fault, pair.Control.Latest.Fault);
    }

    [Fact]
    public void Both_are_cleared_together_and_one_alone_does_not_go_on()
    {
        using Pair pair = new(Places[0], 0.02);
        pair.Move();
        pair.Control.Stop();
        pair.Control.Advance(1000);
        Assert.True(pair.Control.OperatorReset("alice"));
        pair.Move();
        Assert.False(pair.Control.IsStopped);

        pair.Loop.Cycles[0].RequestStop(FaultCode.OperatorStop);
        pair.Control.Advance(1000);
        pair.Control.SignOff();
        pair.Loop.Cycles[1].RequestReset();
        pair.Control.Advance(2);
        Assert.Equal(GateState.Running, pair.Loop.Cycles[1].Newest.Gate);
        pair.Control.Advance((int)(CycleGroup.AloneMaxNs / TestArm.Description.ControlPeriodNs) + 2);
        Assert.Equal(FaultCode.OtherArmStopped, pair.Loop.Cycles[1].Newest.Fault.Code);
        pair.Control.Advance(1000);
        Assert.True(pair.Control.OperatorReset("alice"));
    }

    [Theory]
    [InlineData(FaultCode.CollisionForce, true)]
    [InlineData(FaultCode.OperatorStop, false)]
    public void Who_may_clear_the_one_may_clear_the_other(FaultCode cause, bool isAutomatic)
    {
        using Pair pair = new(Places[0], 0.02, TestArm.Description with { AutoClear = FaultSet.Of(FaultCode.CollisionForce) });
        pair.Move();
        pair.Loop.Cycles[1].RequestStop(cause);
        pair.Control.Advance(1000);
        Assert.Equal(!isAutomatic, pair.Control.NeedsOperator);
        Assert.Equal(isAutomatic, pair.Control.AutomaticReset());
        if (isAutomatic) return;
        pair.Control.Advance(1000);
        Assert.True(pair.Control.IsStopped);
    }

    [Fact]
    public void An_arm_beside_one_that_waits_for_its_operator_is_no_scenes_to_clear()
    {
        using Pair pair = new(Places[0], 0.02);
        pair.Move();
        pair.Loop.Cycles[1].RequestStop(FaultCode.OperatorStop);
        pair.Control.Advance(1000);
        for (var i = 0; i < 200; i++)
        {
            pair.Loop.Cycles[0].RequestAutomaticReset();
            pair.Control.Advance(10);
            Assert.NotEqual(GateState.Running, pair.Loop.Cycles[0].Newest.Gate);
        }
    }

    /// <summary>A cause that lasts stops an arm again in the tick that cleared it; the other one, cleared with it, does not run on for that.</summary>
    [Fact]
    public void An_arm_whose_cause_lasts_takes_the_other_along_each_time()
    {
        using Pair pair = new(Places[0], 0.02);
        pair.Move();
        pair.Loop.Cycles[0].HoldStop(FaultCode.StorageFailure);
        pair.Control.Advance(1000);
        foreach (var cycle in pair.Loop.Cycles) cycle.RequestReset();
        pair.Control.Advance(2);
        Assert.All(pair.Loop.Cycles, cycle => Assert.NotEqual(GateState.Running, cycle.Newest.Gate));
    }

    [Fact]
    public void The_cause_that_is_told_is_the_arms_own_also_when_it_becomes_worse()
    {
        using Pair pair = new(Places[0], 0.02);
        pair.Move();
        pair.Loop.Cycles[1].RequestStop(FaultCode.WorkspaceExceeded);
        pair.Control.Advance(3);
        pair.Loop.Cycles[1].RequestStop(FaultCode.JointVelocityExceeded);
        pair.Control.Advance(3);
        Assert.Equal(FaultCode.JointVelocityExceeded, pair.Control.Latest.Fault.Code);
        Assert.Equal(FaultSet.Of(FaultCode.WorkspaceExceeded, FaultCode.JointVelocityExceeded), pair.Control.Causes);
    }

    [Fact]
    public void An_operators_stop_is_the_only_cause_on_both()
    {
        using Pair pair = new(Places[0], 0.02);
        pair.Move();
        pair.Control.Stop();
        pair.Control.Advance(100);
        Assert.All(pair.Loop.Cycles, cycle => Assert.Equal(FaultSet.Of(FaultCode.OperatorStop), cycle.Newest.Causes));
    }

    /// <summary>
    /// Both hands are sent at each other, and each where the other stands, for a minute of random targets. Distances by matrices and samples: nothing of
    /// the gate's.
    /// The same targets bring two arms that know nothing of each other into one another. Where the arm follows its reference through a soft spring, targets of
    /// any speed leave it centimetres behind: what holds then is the distance of where both are meant to be, and a stop once they are measured nearer.
    /// </summary>
    [Theory]
    [InlineData(0, 1, CommandKind.JointTorque)]
    [InlineData(0, 2, CommandKind.JointTorque)]
    [InlineData(1, 3, CommandKind.JointTorque)]
    [InlineData(1, 4, CommandKind.CartesianImpedance)]
    [InlineData(0, 5, CommandKind.JointPosition)]
    [InlineData(1, 6, CommandKind.JointVelocity)]
    public void Arms_that_are_sent_at_each_other_keep_their_distance(int places, int seed, CommandKind kind)
    {
        const double distance = 0.03, stopsWithin = 0.035;
        var isStiff = kind is CommandKind.JointPosition or CommandKind.JointVelocity;
        var (measured, meant, stops) = Charge(Places[places], distance, seed, kind, knowEachOther: true);
        Assert.True(meant >= distance, $"{meant * 1e3:0.0} mm are left of {distance * 1e3:0} mm");
        Assert.True(measured >= distance || !isStiff && stops.Contains(FaultCode.SelfCollision), $"{measured * 1e3:0.0} mm are left of {distance * 1e3:0} mm");
        Assert.InRange(measured, distance - stopsWithin, double.PositiveInfinity);
        Assert.False(isStiff && stops.Contains(FaultCode.SelfCollision));
        Assert.True(Charge(Places[places], distance, seed, kind, knowEachOther: false).Measured < 0, "These targets bring nobody together.");
    }

    /// <summary>At the speed of a policy's decisions, five centimetres each, a soft arm keeps the distance as well.</summary>
    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 2)]
    public void Soft_arms_keep_their_distance_from_decision_to_decision(int places, int seed)
    {
        const double distance = 0.03;
        Random random = new(seed);
        using Pair pair = new(Places[places], distance, scaleM: 0.05);
        var least = double.PositiveInfinity;
        for (var i = 0; i < 400; i++)
        {
            PolicyAction action = default;
            for (var arm = 0; arm < 2; arm++)
            {
                var own = pair.Loop.Cycles[arm].Newest.EndEffector.PoseInBase;
                var other = pair.InBaseOf(arm, pair.Loop.Cycles[1 - arm].Newest.EndEffector.PoseInBase);
                var way = own.Orientation.Inverse.Rotate(other.Position - own.Position);
                float Toward(double component) => random.Next(3) == 0 ? (float)(2 * random.NextDouble() - 1) : Math.Sign(component);
                action[arm] = TestArm.Action(Toward(way.X), Toward(way.Y), Toward(way.Z));
            }
            pair.Control.Decide(action, action, ActionSource.Policy);
            least = Math.Min(least, pair.Gap());
            if (!pair.Control.IsStopped) continue;
            // A soft arm may pass a face of its workspace by a hair.
            Assert.False(pair.Control.Causes.Contains(FaultCode.SelfCollision));
            pair.Control.SignOff();
            pair.Control.Advance(1500);
            Assert.True(pair.Control.Retreat("fuzz") || pair.Control.OperatorReset("fuzz"));
        }
        Assert.InRange(least, distance, 0.1);
    }

    /// <summary>An arm that is pushed at the other stops both: it is measured too near, though its reference stays where it is.</summary>
    [Fact]
    public void An_arm_that_is_pushed_too_near_stops_both()
    {
        using Pair pair = new([new(new(0, 0.18, 0), Rotation.Identity), new(new(0, -0.18, 0), Rotation.Identity)], 0.03);
        ArmKinematics arm = new(TestArm.Description, TestArm.Task.EndEffectorInFlange);
        pair.Move();
        for (var i = 0; i < 4000 && !pair.Control.IsStopped; i++)
        {
            arm.Update(pair.Loop.Cycles[0].Newest.Measured.Position);
            pair.Robots[0].DisturbanceNm = arm.TorqueOf(new(new(0, -0.02 * i, 0), Vector3D.Zero));
            pair.Control.SignOff();
            pair.Control.Advance(1);
        }
        Assert.True(pair.Control.Causes.Contains(FaultCode.SelfCollision), $"{pair.Control.Causes}, {pair.Gap()}");
        Assert.All(pair.Loop.Cycles, cycle => Assert.NotEqual(GateState.Running, cycle.Newest.Gate));
        Assert.InRange(pair.Gap(), 0.02, 0.031);
    }

    [Fact]
    public void A_tick_of_two_arms_allocates_nothing()
    {
        using Pair pair = new(Places[0], 0.03);
        pair.Move();
        Assert.Equal(0, Allocation.Least(() => pair.Loop.Run(100)));
    }

    private static (double Measured, double Meant, FaultSet Stops) Charge(Pose[] places, double distanceM, int seed, CommandKind kind, bool knowEachOther)
    {
        Random random = new(seed);
        var limits = TestArm.Limits with
        {
            Workspace = new(new(0.2, -0.6, 0.05), new(0.8, 0.6, 0.8)),
            Orientation = TestArm.Limits.Orientation with { YawRad = 3 },
        };
        using Pair pair = new(places, knowEachOther ? distanceM : null, TestArm.Description with { Limits = limits, Command = kind });
        var (measured, meant, stops, sequence) = (double.PositiveInfinity, double.PositiveInfinity, default(FaultSet), 1000L);
        for (var i = 0; i < 400; i++)
        {
            for (var arm = 0; arm < 2; arm++)
            {
                var other = pair.InBaseOf(arm, pair.Loop.Cycles[1 - arm].Newest.EndEffector.PoseInBase);
                Vector3D Draw(double by) => new(by * (2 * random.NextDouble() - 1), by * (2 * random.NextDouble() - 1), by * (2 * random.NextDouble() - 1));
                var (now, home) = (pair.Loop.Cycles[arm].Newest.Time, pair.Control.Arms[arm].Home);
                // At the other hand and beyond it, or anywhere.
                var at = random.Next(3) == 0 ? home.Position + Draw(0.4) : other.Position + Draw(0.15);
                at = new(Math.Clamp(at.X, 0.1, 0.9), Math.Clamp(at.Y, -0.7, 0.7), Math.Clamp(at.Z, 0, 0.9));
                var cycle = pair.Loop.Cycles[arm];
                cycle.Heartbeats.Publish(new(now, CommandingState.Commanding));
                var due = now.Plus(random.Next(50, 400) * 1_000_000L);
                var stiffness = CartesianStiffness.Of(TestArm.Description.Impedance);
                cycle.Targets.Publish(new(new(at, home.Orientation), now, due, stiffness, default, ActionSource.Policy, ++sequence) { StartInBase = home });
            }
            for (var tick = 0; tick < 15; tick++)
            {
                pair.Loop.Run(10);
                measured = Math.Min(measured, pair.Gap());
                // A stopped arm is meant to be where it stands.
                if (!pair.Control.IsStopped) meant = Math.Min(meant, pair.Gap(isMeant: true));
            }
            if (!pair.Control.IsStopped) continue;
            stops = stops.Union(pair.Control.Causes);
            pair.Control.SignOff();
            pair.Control.Advance(1500);
            pair.Control.OperatorReset("fuzz");
        }
        return (measured, meant, stops);
    }

    /// <summary>Two loopback arms, their cycles in one loop, and a commander.</summary>
    private sealed class Pair : IDisposable, IPlant
    {
        private readonly Pose[] _places;
        private readonly Skeleton[] _skeletons;

        /// <param name="places">X_CB of each.</param>
        /// <param name="distanceM">What stays between them; null for arms that know nothing of each other.</param>
        /// <param name="description">Of both.</param>
        /// <param name="scaleM">Of a decision.</param>
        public Pair(Pose[] places, double? distanceM, RobotDescription? description = null, double scaleM = 0.01)
        {
            var robot = description ?? TestArm.Description;
            _places = places;
            var task = TestArm.Task with
            {
                Arms = [new("left", places[0]), new("right", places[1])],
                ArmDistanceM = distanceM ?? 0,
                Actions = TestArm.Task.Actions with { TranslationScaleM = scaleM },
            };
            Robots = [.. places.Select(_ => new LoopbackRobot(robot, task.EndEffectorInFlange))];
            LockstepPacer pacer = new(this);
            CycleParts Parts(int arm) => new() { Beside = distanceM is null ? null : task.Beside(arm) };
            Loop = new([.. Robots.Select((arm, i) => new ControlCycle(arm, pacer, task.EndEffectorInFlange, 256, Parts(i)))], pacer);
            Control = new([.. Loop.Ports.Select(port => new ControlSession(port, task))]);
            _skeletons = [.. places.Select(_ => new Skeleton(robot, task.EndEffectorInFlange))];
            Control.Advance(1);
            foreach (var arm in Control.Arms) arm.BeginEpisode(arm.Home);
        }

        public LoopbackRobot[] Robots { get; }
        public CycleGroup Loop { get; }
        public CellControl Control { get; }
        public Stamp Now => Robots[0].Now;

        public void Step()
        {
            foreach (var robot in Robots) robot.Step();
        }

        /// <summary>One decision.</summary>
        public void Move()
        {
            PolicyAction action = default;
            action[0] = action[1] = TestArm.Action(x: 0.3f, z: 0.2f);
            Control.Decide(action, action, ActionSource.Policy);
        }

        /// <summary>A pose of the other arm's base frame in this one's.</summary>
        public Pose InBaseOf(int arm, in Pose pose) => _places[arm].Inverse * _places[1 - arm] * pose;

        /// <summary>The least distance between parts of the two, less their radii, m: as measured, or as both gates mean the arms to be.</summary>
        public double Gap(bool isMeant = false)
        {
            var parts = TestArm.Body.Parts;
            for (var arm = 0; arm < 2; arm++) _skeletons[arm].Update(isMeant ? Loop.Cycles[arm].Newest.PostureRad : Loop.Cycles[arm].Newest.Measured.Position);
            var least = double.PositiveInfinity;
            for (var a = 0; a < parts.Count; a++)
                for (var b = 0; b < parts.Count; b++)
                    least = Math.Min(least, Apart(Line(0, a), Line(1, b)) - parts[a].RadiusM - parts[b].RadiusM);
            return least;
        }

        public void Dispose()
        {
            foreach (var robot in Robots) robot.Dispose();
        }

        private (Vector3D From, Vector3D To) Line(int arm, int part) =>
            _skeletons[arm].LineOf(part) is var (from, to) ? (_places[arm].Transform(from), _places[arm].Transform(to)) : default;

        private static double Apart((Vector3D From, Vector3D To) a, (Vector3D From, Vector3D To) b)
        {
            const int samples = 24;
            var least = double.PositiveInfinity;
            for (var i = 0; i <= samples; i++)
            {
                var p = a.From + (a.To - a.From) * ((double)i / samples);
                var (d, t) = (b.To - b.From, 0.0);
                if (d.LengthSquared > 0) t = Math.Clamp(Vector3D.Dot(p - b.From, d) / d.LengthSquared, 0, 1);
                least = Math.Min(least, (p - b.From - d * t).Length);
            }
            return least;
        }
    }
}
