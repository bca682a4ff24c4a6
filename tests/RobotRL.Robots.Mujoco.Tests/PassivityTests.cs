using CsCheck;
using RobotRL.Configuration;
using RobotRL.Control;
using RobotRL.Model;
using RobotRL.Safety;
using RobotRL.Tasks;

namespace RobotRL.Robots.Mujoco.Tests;

/// <summary>
/// Variable stiffness stays passive: an arm pressed onto the socket plate, its reference at rest, while stiffness is asked for at random. What the changes
/// of stiffness put into the spring never exceeds what the tank held and damping took out, and what spring and damper do to the arm never exceeds
/// what spring and tank held at first. A policy that moves, presses and chooses stiffness and damping at random does not get round it: then what the
/// moving reference gave comes on top.
/// </summary>
public class PassivityTests
{
    /// <summary>How long, in ms, and how stiff, as a share of the range; then how deep below the contact the reference rests, m.</summary>
    private static readonly Gen<((int Ms, double Share)[] Schedule, double Depth)> Schedules =
        Gen.Select(Gen.Select(Gen.Int[1, 150], Gen.OneOf(Gen.Const(0.0), Gen.Const(1.0), Gen.Double[0, 1])).Array[15], Gen.Double[0, 0.03]);

    [Fact]
    public void Random_stiffness_in_contact_injects_no_more_than_tank_and_damping_gave()
    {
        var configuration = RunConfiguration.Load(Panda.Configuration("peg-insert"),
        [
            ("robot.limits.stiffness.tank_initial_j", "0.01"), ("robot.limits.stiffness.tank_capacity_j", "0.02"),
            ("robot.limits.contact_force_n", "70"), ("robot.limits.collision_force_n", "300"), ("operator.force_n", "50"),
        ]);
        var (raised, pressed) = (0, 0);
        Schedules.Sample(sample =>
        {
            using var arm = new PressedArm(configuration, sample.Depth);
            var tankJ = arm.Latest.TankJ;
            var energy = new SpringEnergy(configuration.Robot, arm.Latest);
            foreach (var (ms, share) in sample.Schedule)
            {
                arm.Ask(share);
                for (var i = 0; i < ms; i++)
                {
                    var before = arm.Latest.Stiffness.TranslationNM;
                    arm.Tick();
                    energy.Add(arm.Latest);
                    if (arm.Latest.Stiffness.TranslationNM > before) raised++;
                    if (arm.Latest.Measured.ExternalWrenchInEndEffector.Force.Length > 1) pressed++;
                    Assert.True(energy.InjectedJ <= tankJ + energy.DampedJ + 1e-6,
                        $"stiffness put {energy.InjectedJ} J into the spring, tank and damping gave {tankJ + energy.DampedJ} J");
                    Assert.True(energy.DoneJ <= energy.InitialJ + tankJ + 1e-3,
                        $"spring and damper did {energy.DoneJ} J, they held {energy.InitialJ + tankJ} J");
                }
            }
            Assert.Equal(GateState.Running, arm.Latest.Gate);
        }, iter: 40, threads: 1);
        Assert.True(raised > 500 && pressed > 500, $"{raised} ticks raised stiffness, {pressed} pressed: the schedule was tame");
    }

    /// <summary>Along x, y, down and about z, then stiffness and damping: mostly pressing, and often from one end of the impedance to the other.</summary>
    private static readonly Gen<float[][]> Policies = Gen.Select(
        Gen.Float[-0.5f, 0.5f], Gen.Float[-0.5f, 0.5f], Gen.Float[0.2f, 1], Gen.Float[-0.5f, 0.5f], Component, Component,
        (x, y, z, yaw, k, d) => (float[])[x, y, z, yaw, k, d]).Array[20];

    private static Gen<float> Component => Gen.OneOf(Gen.Const(-1f), Gen.Const(1f), Gen.Float[-1, 1]);

    [Fact]
    public void Policy_that_chooses_stiffness_and_damping_at_random_injects_no_more_than_tank_and_damping_gave()
    {
        var configuration = RunConfiguration.Load(Panda.Configuration("peg-insert"),
        [
            ("robot.limits.stiffness.tank_initial_j", "0.005"), ("robot.limits.stiffness.tank_capacity_j", "0.005"),
            ("robot.limits.contact_force_n", "70"), ("robot.limits.collision_force_n", "300"), ("operator.force_n", "50"),
            ("task.actions.stiffness_min_share", "0.06"), ("task.actions.damping_min_share", "0.5"),
        ]);
        var (raised, pressed, withheld, altered) = (0, 0, 0, 0);
        var closestJ = double.MaxValue;
        Policies.Sample(actions =>
        {
            using var arm = new PolicyArm(configuration);
            var tankJ = arm.Session.Latest.TankJ;
            var energy = new SpringEnergy(configuration.Robot, arm.Session.Latest);
            // A tank of the test's own: whatever the stretch of time, no more than it held at its start and damping gave meanwhile.
            var (leftJ, given) = (tankJ, (DampedJ: 0.0, InjectedJ: 0.0));
            foreach (var components in actions)
            {
                var proposed = configuration.Task.Actions.Unpack(components);
                arm.Session.BeginDecision(proposed, proposed, ActionSource.Policy);
                for (var i = 0; i < arm.Session.TicksPerDecision; i++)
                {
                    var before = arm.Session.Latest.Stiffness.TranslationNM;
                    arm.Session.Advance(1);
                    ref readonly var now = ref arm.Session.Latest;
                    energy.Add(now);
                    if (now.Stiffness.TranslationNM > before) raised++;
                    if (now.Measured.ExternalWrenchInEndEffector.Force.Length > 0.5) pressed++;
                    if (now.Limits.HasFlag(LimitFlags.EnergyTank)) withheld++;
                    leftJ = Math.Min(configuration.Robot.Limits.Stiffness.TankCapacityJ, leftJ + energy.DampedJ - given.DampedJ)
                        - (energy.InjectedJ - given.InjectedJ);
                    given = (energy.DampedJ, energy.InjectedJ);
                    Assert.True(leftJ >= -1e-7, $"stiffness put {-leftJ} J more into the spring than tank and damping gave");
                    var availableJ = energy.InitialJ + tankJ + energy.ReferenceJ;
                    Assert.True(energy.DoneJ <= availableJ + 1e-3, $"spring and damper did {energy.DoneJ} J, they were given {availableJ} J");
                    closestJ = Math.Min(closestJ, leftJ);
                }
                var executed = arm.Session.EndDecision();
                Assert.InRange(executed.Executed.Stiffness, -1, 1);
                if (executed.Executed.Stiffness != proposed.Stiffness) altered++;
            }
            Assert.Equal(GateState.Running, arm.Session.Latest.Gate);
        }, iter: 12, threads: 1);
        TestContext.Current.TestOutputHelper?.WriteLine($"{raised} ticks raised stiffness, {pressed} pressed, {withheld} withheld by the tank, "
            + $"{altered} decisions altered; least left {closestJ:g2} J");
        Assert.True(raised > 500 && pressed > 500 && withheld > 0 && altered > 10,
            $"{raised} ticks raised stiffness, {pressed} pressed, {withheld} were withheld, {altered} decisions altered: the policy was tame");
    }

    /// <summary>
    /// Keeps books of its own from the records: the energy that is stored, done, damped, and put in by changes of stiffness and by the moving reference.
    /// </summary>
    private sealed class SpringEnergy
    {
        private readonly RobotDescription _robot;
        private ControlRecord _last;

        public SpringEnergy(RobotDescription robot, in ControlRecord start)
        {
            (_robot, _last) = (robot, start);
            InitialJ = Stored(start, start.Stiffness);
        }

        public double InitialJ { get; }
        public double DoneJ { get; private set; }
        public double DampedJ { get; private set; }
        public double InjectedJ { get; private set; }
        public double ReferenceJ { get; private set; }

        public void Add(in ControlRecord now)
        {
            var dt = now.Time.Since(_last.Time) * 1e-9;
            // The last tick's torque acted until now: its wrench on the motion in between.
            var (k, mean) = (_last.Stiffness, (_last.EndEffector.TwistInBase + now.EndEffector.TwistInBase) * 0.5);
            var (springN, springNm) = (Clipped(Position(_last), _robot.Impedance.TranslationClipM) * k.TranslationNM,
                Clipped(Orientation(_last), _robot.Impedance.RotationClipRad) * k.RotationNmRad);
            var v = _last.EndEffector.TwistInBase;
            var (dt3, dr3) = (2 * k.DampingRatio * Math.Sqrt(k.TranslationNM), 2 * k.DampingRatio * Math.Sqrt(k.RotationNmRad));
            // The reference's velocity drives too, up to the spring's own bound.
            var (ahead, leading) = (_last.Reference.VelocityInBase.Linear * dt3, _last.Reference.VelocityInBase.Angular * dr3);
            var (force, moment) = (Clipped(springN + ahead, k.TranslationNM * _robot.Impedance.TranslationClipM),
                Clipped(springNm + leading, k.RotationNmRad * _robot.Impedance.RotationClipRad));
            // What the reference gives: by its way against the spring, and by driving ahead of it.
            var (way, turn) = (now.Reference.PoseInBase.Position - _last.Reference.PoseInBase.Position,
                (now.Reference.PoseInBase.Orientation * _last.Reference.PoseInBase.Orientation.Inverse).ToVector());
            ReferenceJ += Vector3D.Dot(springN, way) + Vector3D.Dot(springNm, turn)
                + dt * (Vector3D.Dot(force - springN, mean.Linear) + Vector3D.Dot(moment - springNm, mean.Angular));
            DoneJ += dt * (Vector3D.Dot(force - v.Linear * dt3, mean.Linear) + Vector3D.Dot(moment - v.Angular * dr3, mean.Angular));
            var end = now.EndEffector.TwistInBase;
            DampedJ += dt * (dt3 * end.Linear.LengthSquared + dr3 * end.Angular.LengthSquared);
            // At this instant stiffness went from the last to the present value.
            InjectedJ += Math.Max(0, Stored(now, now.Stiffness) - Stored(now, _last.Stiffness));
            _last = now;
        }

        private double Stored(in ControlRecord r, in CartesianStiffness k) =>
            k.TranslationNM * PerStiffness(Position(r), _robot.Impedance.TranslationClipM)
                + k.RotationNmRad * PerStiffness(Orientation(r), _robot.Impedance.RotationClipRad);

        /// <summary>The integral of a clipped error: ½ e² inside, c |e| − ½ c² outside.</summary>
        private static double PerStiffness(Vector3D e, double clip)
        {
            var sum = 0.0;
            for (var axis = 0; axis < 3; axis++) sum += Math.Abs(e[axis]) <= clip ? 0.5 * e[axis] * e[axis] : clip * Math.Abs(e[axis]) - 0.5 * clip * clip;
            return sum;
        }

        private static Vector3D Clipped(Vector3D e, double clip) => e.ClampEach(clip);
        private static Vector3D Position(in ControlRecord r) => r.Reference.PoseInBase.Position - r.EndEffector.PoseInBase.Position;
        private static Vector3D Orientation(in ControlRecord r) =>
            (r.Reference.PoseInBase.Orientation * r.EndEffector.PoseInBase.Orientation.Inverse).ToVector();
    }

    /// <summary>The peg just above the plate beside the hole, an episode about to begin.</summary>
    private sealed class PolicyArm : IDisposable
    {
        private readonly MujocoRobot _robot;

        public PolicyArm(RunConfiguration configuration)
        {
            _robot = new MujocoRobot(configuration.Robot, configuration.Task.ScenePath);
            var scene = SimulatedTask.Create(configuration.Task, _robot);
            Session = new(new ControlCycle(_robot, new LockstepPacer(_robot), configuration.Task.EndEffectorInFlange, 16), configuration.Task);
            scene.Reset(1);
            Session.Rebase();
            TaskTruth truth = default;
            scene.ReadTruth(0, ref truth);
            Assert.True(Session.MoveTo(new(truth.GoalInBase.Position + new Vector3D(0.03, 0, 0.003), Session.Home.Orientation)), $"{Session.Latest.Fault}");
            Session.BeginEpisode(Session.Home);
        }

        public ControlSession Session { get; }

        public void Dispose() => _robot.Dispose();
    }

    /// <summary>The peg on the plate beside the hole, the reference at rest below it.</summary>
    private sealed class PressedArm : IDisposable
    {
        private readonly MujocoRobot _robot;
        private readonly ControlCycle _cycle;
        private readonly ControlSession _session;
        private readonly Pose _goal;
        private CartesianStiffness _wanted;
        private long _sequence = 1_000_000;

        public PressedArm(RunConfiguration configuration, double depth)
        {
            _robot = new MujocoRobot(configuration.Robot, configuration.Task.ScenePath);
            var scene = SimulatedTask.Create(configuration.Task, _robot);
            _cycle = new ControlCycle(_robot, new LockstepPacer(_robot), configuration.Task.EndEffectorInFlange, 16);
            _session = new ControlSession(_cycle, configuration.Task);
            scene.Reset(1);
            _session.Rebase();
            TaskTruth truth = default;
            scene.ReadTruth(0, ref truth);
            var mouth = truth.GoalInBase.Position;
            var above = new Pose(mouth + new Vector3D(0.03, 0, 0.02), _session.Home.Orientation);
            Assert.True(_session.MoveTo(above), $"{_session.Latest.Fault}");
            _wanted = _session.Stiffness;
            _goal = new(mouth + new Vector3D(0.03, 0, -depth), _session.Home.Orientation);
            Publish(400);
            for (var i = 0; i < 1000; i++) Tick();
        }

        public ref readonly ControlRecord Latest => ref _session.Latest;

        public void Ask(double share) => _wanted = new(50 + 1950 * share, 5 + 145 * share, 1);

        public void Tick()
        {
            if (_session.Latest.Tick % 5 == 0) Publish(50);
            _session.Advance(1);
        }

        private void Publish(int ms)
        {
            var now = _session.Latest.Time.Plus(1_000_000);
            _cycle.Heartbeats.Publish(new(now, CommandingState.Commanding));
            _cycle.Targets.Publish(new(_goal, now, now.Plus(ms * 1_000_000L), _wanted, default, ActionSource.Policy, ++_sequence));
        }

        public void Dispose() => _robot.Dispose();
    }
}
