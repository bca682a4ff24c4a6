using CsCheck;
using RobotRL.Configuration;
using RobotRL.Control;
using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Robots.Mujoco.Tests;

/// <summary>
/// Variable stiffness stays passive: an arm pressed onto the socket plate, its reference at rest, while stiffness is asked for at random. What the changes
/// of stiffness put into the spring never exceeds what the tank held and damping took out, and what spring and damper do to the arm never exceeds
/// what spring and tank held at first.
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
                    Assert.True(energy.InjectedJ <= tankJ + energy.DampedJ + 1e-6, $"stiffness put {energy.InjectedJ} J into the spring, tank and damping gave {tankJ + energy.DampedJ} J");
                    Assert.True(energy.DoneJ <= energy.InitialJ + tankJ + 1e-3, $"spring and damper did {energy.DoneJ} J, they held {energy.InitialJ + tankJ} J");
                }
            }
            Assert.Equal(GateState.Running, arm.Latest.Gate);
        }, iter: 12, threads: 1);
        Assert.True(raised > 500 && pressed > 500, $"{raised} ticks raised stiffness, {pressed} pressed: the schedule was tame");
    }

    /// <summary>Book-keeping of its own, from the records: what is stored, done, damped, and put in by changes of stiffness.</summary>
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

        public void Add(in ControlRecord now)
        {
            var dt = now.Time.Since(_last.Time) * 1e-9;
            // The last tick's torque acted until now: its wrench on the motion in between.
            var (k, mean) = (_last.Stiffness, (_last.EndEffector.TwistInBase + now.EndEffector.TwistInBase) * 0.5);
            var (force, moment) = (Clipped(Position(_last), _robot.Impedance.TranslationClipM) * k.TranslationNM, Clipped(Orientation(_last), _robot.Impedance.RotationClipRad) * k.RotationNmRad);
            var v = _last.EndEffector.TwistInBase;
            var (dt3, dr3) = (2 * k.DampingRatio * Math.Sqrt(k.TranslationNM), 2 * k.DampingRatio * Math.Sqrt(k.RotationNmRad));
            DoneJ += dt * (Vector3D.Dot(force - v.Linear * dt3, mean.Linear) + Vector3D.Dot(moment - v.Angular * dr3, mean.Angular));
            var end = now.EndEffector.TwistInBase;
            DampedJ += dt * (dt3 * end.Linear.LengthSquared + dr3 * end.Angular.LengthSquared);
            // At this instant stiffness went from the last to the present value.
            InjectedJ += Math.Max(0, Stored(now, now.Stiffness) - Stored(now, _last.Stiffness));
            _last = now;
        }

        private double Stored(in ControlRecord r, in CartesianStiffness k) =>
            k.TranslationNM * PerStiffness(Position(r), _robot.Impedance.TranslationClipM) + k.RotationNmRad * PerStiffness(Orientation(r), _robot.Impedance.RotationClipRad);

        /// <summary>The integral of a clipped error: ½ e² inside, c |e| − ½ c² outside.</summary>
        private static double PerStiffness(Vector3D e, double clip)
        {
            var sum = 0.0;
            for (var axis = 0; axis < 3; axis++) sum += Math.Abs(e[axis]) <= clip ? 0.5 * e[axis] * e[axis] : clip * Math.Abs(e[axis]) - 0.5 * clip * clip;
            return sum;
        }

        private static Vector3D Clipped(Vector3D e, double clip) => e.ClampEach(clip);
        private static Vector3D Position(in ControlRecord r) => r.Reference.PoseInBase.Position - r.EndEffector.PoseInBase.Position;
        private static Vector3D Orientation(in ControlRecord r) => (r.Reference.PoseInBase.Orientation * r.EndEffector.PoseInBase.Orientation.Inverse).ToVector();
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
            scene.ReadTruth(ref truth);
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
            _cycle.Targets.Publish(new(_goal, now, now.Plus(ms * 1_000_000L), _wanted, 0, ActionSource.Policy, ++_sequence));
        }

        public void Dispose() => _robot.Dispose();
    }
}
