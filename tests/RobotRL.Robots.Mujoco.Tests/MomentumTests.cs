using CsCheck;
using RobotRL.Configuration;
using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Robots.Mujoco.Tests;

/// <summary>The model that the robot file states is the arm that MuJoCo moves, and what it does not explain is what pushes.</summary>
public sealed class MomentumTests
{
    private static RunConfiguration Load(string task, params (string, string)[] overrides) => RunConfiguration.Load(Panda.Configuration(task), overrides);

    private static readonly Gen<double[]> Units = Gen.Double[-1, 1].Array[2 * Joints.Max];

    [Theory]
    [InlineData("reach")]
    [InlineData("peg-insert")]
    [InlineData("pick-lift")]
    [InlineData("maze")]
    public void Weight_and_coriolis_terms_are_those_of_the_scene(string task)
    {
        var configuration = Load(task);
        using var robot = new MujocoRobot(configuration.Robot, configuration.Task.ScenePath);
        var model = new ArmMomentum(configuration.Robot, includesTool: true);
        var arm = new ArmKinematics(configuration.Robot, Pose.Identity);
        Units.Sample(unit =>
        {
            var (q, v) = Place(robot, unit);
            arm.Update(q);
            model.Update(arm, v);
            for (var i = 0; i < Joints.Max; i++) Assert.Equal(robot.Data.BiasForce[i], model.Bias[i], 0.01);
        }, iter: 200, threads: 1);
    }

    [Fact]
    public void Momentum_and_its_change_by_posture_belong_to_one_kinetic_energy()
    {
        var configuration = Load("peg-insert");
        using var robot = new MujocoRobot(configuration.Robot, configuration.Task.ScenePath);
        foreach (var includesTool in (bool[])[true, false])
        {
            var model = new ArmMomentum(configuration.Robot, includesTool);
            var arm = new ArmKinematics(configuration.Robot, Pose.Identity);
            Units.Sample(unit =>
            {
                var (q, v) = Place(robot, unit);
                arm.Update(q);
                model.Update(arm, v);
                var (momentum, change) = (model.Momentum, model.Change);
                const double step = 1e-5;
                for (var i = 0; i < Joints.Max; i++)
                {
                    var (ahead, behind) = (q, q);
                    ahead[i] += step;
                    behind[i] -= step;
                    Assert.Equal((Energy(model, arm, ahead, v) - Energy(model, arm, behind, v)) / (2 * step), change[i], 1e-6);
                    var (faster, slower) = (v, v);
                    faster[i] += step;
                    slower[i] -= step;
                    Assert.Equal((Energy(model, arm, q, faster) - Energy(model, arm, q, slower)) / (2 * step), momentum[i], 1e-6);
                }
            }, iter: 50, threads: 1);
        }
    }

    private static double Energy(ArmMomentum model, ArmKinematics arm, in JointPositions q, in JointVelocities v)
    {
        arm.Update(q);
        model.Update(arm, v);
        var twice = 0.0;
        for (var i = 0; i < Joints.Max; i++) twice += model.Momentum[i] * v[i];
        return 0.5 * twice;
    }

    private static (JointPositions, JointVelocities) Place(MujocoRobot robot, double[] unit)
    {
        JointPositions q = default;
        JointVelocities v = default;
        for (var i = 0; i < Joints.Max; i++)
        {
            (q[i], v[i]) = (robot.Description.HomeRad[i] + unit[i], 2 * unit[Joints.Max + i]);
            (robot.Data.Position[i], robot.Data.Velocity[i]) = (q[i], v[i]);
        }
        robot.Settle();
        return (q, v);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Free_motion_is_explained(bool hasForceSensor)
    {
        var configuration = hasForceSensor ? Load("reach") : Load("reach", ("robot.force_sensor", "none"));
        using var arm = new SwungArm(configuration);
        var random = new Random(1);
        double[] worst = new double[Joints.Max], fastest = new double[Joints.Max];
        for (var swing = 0; swing < 20; swing++)
        {
            arm.Swing(random, 1000, () =>
            {
                for (var i = 0; i < Joints.Max; i++)
                {
                    worst[i] = Math.Max(worst[i], Math.Abs(arm.Observer.UnexplainedNm[i]));
                    fastest[i] = Math.Max(fastest[i], Math.Abs(arm.State.Velocity[i]));
                }
            });
        }
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"unexplained {string.Join(", ", worst.Select(w => $"{w:0.000}"))} Nm at up to {string.Join(", ", fastest.Select(w => $"{w:0.00}"))} rad/s");
        Assert.All(fastest, f => Assert.True(f > 0.3, "the motion was tame"));
        Assert.All(worst, w => Assert.InRange(w, 0, 0.05));
    }

    /// <summary>
    /// <code>
    /// swing ── push on a link ───── 20 ms: 1/K ────────── 100 ms: 5/K
    ///                               two thirds of Jᵀ F     all of it
    /// </code>
    /// </summary>
    [Theory]
    [InlineData("link4", 3, 40, 0, 0)]
    [InlineData("link4", 3, 0, 40, 0)]
    [InlineData("link5", 4, 0, -30, 20)]
    [InlineData("link5", 4, 30, 0, -30)]
    [InlineData("link6", 5, 20, 20, 20)]
    public void Push_on_a_link_shows_on_the_joints_as_what_it_is(string body, int link, double x, double y, double z)
    {
        var configuration = Load("reach");
        using var arm = new SwungArm(configuration);
        arm.Swing(new(2), 300, () => { });
        var force = new Vector3D(x, y, z);
        arm.Robot.Push(body, force);
        var expected = Felt(arm.Robot, body, configuration.Robot.Dynamics.Links[link].CenterOfMassM, force);
        for (var i = 0; i < 20; i++) arm.Tick(default);
        Assert.InRange(Projection(arm.Observer.UnexplainedNm, expected), 0.55, 0.75);
        for (var i = 0; i < 80; i++) arm.Tick(default);
        expected = Felt(arm.Robot, body, configuration.Robot.Dynamics.Links[link].CenterOfMassM, force);
        var (off, size) = (0.0, 0.0);
        for (var i = 0; i < Joints.Max; i++)
        {
            off += Math.Pow(arm.Observer.UnexplainedNm[i] - expected[i], 2);
            size += expected[i] * expected[i];
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"{Math.Sqrt(size):0.0} Nm, off by {Math.Sqrt(off / size):P1}");
        Assert.InRange(Math.Sqrt(off / size), 0, 0.05);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Push_on_the_hand_is_explained_by_the_force_sensor_where_there_is_one(bool hasForceSensor)
    {
        var configuration = hasForceSensor ? Load("reach") : Load("reach", ("robot.force_sensor", "none"));
        using var arm = new SwungArm(configuration);
        arm.Robot.Push("hand", new(0, 30, 20));
        var worst = 0.0;
        for (var i = 0; i < 150; i++)
        {
            arm.Tick(default);
            for (var joint = 0; joint < Joints.Max; joint++) worst = Math.Max(worst, Math.Abs(arm.Observer.UnexplainedNm[joint]));
        }
        Assert.InRange(worst, hasForceSensor ? 0 : 8, hasForceSensor ? 0.1 : 30);
    }

    /// <summary>What the fingers carry, and nobody told the model of, is no push: where a sensor feels it not even a kilogram.</summary>
    [Theory]
    [InlineData(0.1, true)]
    [InlineData(1, true)]
    [InlineData(0.1, false)]
    public void Payload_is_no_collision(double massKg, bool hasForceSensor)
    {
        var configuration = hasForceSensor ? Load("reach") : Load("reach", ("robot.force_sensor", "none"));
        using var arm = new SwungArm(configuration);
        arm.Robot.Push("hand", new(0, 0, -9.81 * massKg));
        var worst = 0.0;
        arm.Swing(new(3), 2000, () =>
        {
            for (var i = 0; i < Joints.Max; i++)
                worst = Math.Max(worst, Math.Abs(arm.Observer.UnexplainedNm[i]) / configuration.Robot.Limits.JointCollisionNm[i]);
        });
        Assert.InRange(worst, 0, 0.5);
    }

    /// <summary>Jᵀ F of a force at a place of a body, by differences of the scene itself.</summary>
    private static JointTorques Felt(MujocoRobot robot, string body, Vector3D at, Vector3D force)
    {
        const double step = 1e-6;
        var (index, start) = (robot.Model.Body(body), new SimulationSnapshot(robot.Model));
        robot.Capture(start);
        JointTorques felt = default;
        for (var i = 0; i < Joints.Max; i++)
        {
            robot.Data.Position[i] += step;
            robot.Settle();
            var ahead = robot.Data.BodyPose(index).Transform(at);
            robot.Data.Position[i] -= 2 * step;
            robot.Settle();
            felt[i] = Vector3D.Dot((ahead - robot.Data.BodyPose(index).Transform(at)) / (2 * step), force);
            robot.Restore(start);
        }
        return felt;
    }

    /// <summary>How much of the expected torque is there.</summary>
    private static double Projection(in JointTorques seen, in JointTorques expected)
    {
        var (along, size) = (0.0, 0.0);
        for (var i = 0; i < Joints.Max; i++)
        {
            along += seen[i] * expected[i];
            size += expected[i] * expected[i];
        }
        return along / size;
    }

    /// <summary>Follows smooth joint motions by a computed law of its own: springs and dampers on each joint toward sums of sines.</summary>
    private sealed class SwungArm : IDisposable
    {
        private readonly MujocoRobot _robot;
        private readonly ArmKinematics _arm;
        private RobotState _state;

        public SwungArm(RunConfiguration configuration)
        {
            _robot = new(configuration.Robot, configuration.Task.ScenePath);
            _arm = new(configuration.Robot, configuration.Task.EndEffectorInFlange);
            Observer = new(configuration.Robot);
            _robot.TryRead(ref _state);
        }

        public MujocoRobot Robot => _robot;
        public ArmKinematics Arm => _arm;
        public MomentumObserver Observer { get; }
        public ref readonly RobotState State => ref _state;

        public void Swing(Random random, int ticks, Action after)
        {
            var (amplitude, rate, phase) = (Draw(0.1, 0.4), Draw(1, 4), Draw(0, 6.28));
            for (var k = 0; k < ticks; k++)
            {
                JointTorques torque = default;
                for (var i = 0; i < Joints.Max; i++)
                {
                    var fade = 0.5 - 0.5 * Math.Cos(2 * Math.PI * k / ticks);
                    var goal = _robot.Description.HomeRad[i] + fade * amplitude[i] * Math.Sin(rate[i] * k * 1e-3 + phase[i]);
                    var (stiff, most) = i < 4 ? (300.0, 80.0) : (60.0, 10.0);
                    torque[i] = Math.Clamp(stiff * (goal - _state.Position[i]) - 0.1 * stiff * _state.Velocity[i], -most, most);
                }
                Tick(torque);
                after();
            }

            double[] Draw(double from, double to) => [.. Enumerable.Range(0, Joints.Max).Select(_ => from + (to - from) * random.NextDouble())];
        }

        public void Tick(in JointTorques torque)
        {
            _robot.Command(torque, 0.04);
            _robot.Step();
            Assert.True(_robot.TryRead(ref _state));
            if (_robot.Description.ForceSensor is null) _state.ExternalWrenchInEndEffector = Wrench.Zero;
            _arm.Update(_state.Position);
            Observer.Check(_state.CaptureTime, _state, _arm);
        }

        public void Dispose() => _robot.Dispose();
    }
}
