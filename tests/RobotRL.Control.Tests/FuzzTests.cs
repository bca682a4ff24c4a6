using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control.Tests;

/// <summary>A million ticks of proposals that no one should make.</summary>
public class FuzzTests
{
    private const double Rounding = 1e-9;

    private static readonly Box KeepOut = new(new(0.45, 0.12, 0.05), new(0.6, 0.3, 0.35));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Quarter_million_adversarial_targets_leave_no_limit_broken(int seed)
    {
        var limits = TestArm.Limits with { KeepOut = [KeepOut] };
        using var rig = new Rig(TestArm.Description with { Limits = limits });
        var envelope = new Envelope(TestArm.Description with { Limits = limits });
        var random = new Random(seed);
        long sequence = 1_000_000;
        var stops = new Dictionary<FaultCode, int>();
        for (var tick = 0; tick < 250_000; tick++)
        {
            var now = rig.Robot.Now;
            rig.Cycle.Heartbeats.Publish(new(now, CommandingState.Commanding));
            // Runs of targets a tick apart, and pauses in which one of them is reached.
            if (tick % 400 < 80 || tick % 100 == 0)
                rig.Cycle.Targets.Publish(Adversary.Target(random, now, rig.Session.Home, ++sequence));
            rig.Robot.Faults.WrenchSpike = tick % 1000 < 100 ? new(new(0, random.Next(0, 45), 0), default) : default;
            rig.Cycle.Run(1);
            envelope.Check(rig.Latest);
            if (rig.Latest.Gate is not (GateState.Held or GateState.PowerRemoved)) continue;
            stops[rig.Latest.Fault.Code] = stops.GetValueOrDefault(rig.Latest.Fault.Code) + 1;
            rig.Robot.Place([.. TestArm.Description.HomeRad]);
            Assert.True(rig.Session.OperatorReset("operator"));
            envelope.Restart();
        }
        Assert.True(stops.GetValueOrDefault(FaultCode.NonFiniteCommand) > 10, "the adversary was tame");
        TestContext.Current.TestOutputHelper?.WriteLine($"stops: {string.Join(", ", stops)}; closest to limits: {envelope}");
    }

    [Fact]
    public void Adversarial_decisions_execute_nothing_outside_the_action_range()
    {
        using var rig = new Rig();
        var random = new Random(7);
        for (var i = 0; i < 2000; i++)
        {
            var proposed = TestArm.Action(Adversary.Component(random), Adversary.Component(random), Adversary.Component(random), Adversary.Component(random));
            var executed = rig.Decide(proposed);
            foreach (var axis in TestArm.Task.Actions.ActiveAxes) Assert.InRange(executed.Executed.Motion[axis], -1, 1);
            Assert.Equal(0, executed.Executed.Motion[3]);
            Assert.True(rig.Latest.Fault.Code is FaultCode.None or FaultCode.NonFiniteCommand, $"{rig.Latest.Fault}");
            if (!rig.Session.IsStopped) continue;
            rig.Session.Advance(700);
            Assert.True(rig.Session.OperatorReset("operator"));
        }
    }

    /// <summary>What the gate promises of the reference, torque and stiffness from one tick to the next.</summary>
    private sealed class Envelope(RobotDescription robot)
    {
        private readonly SafetyLimits _limits = robot.Limits;
        private readonly ArmKinematics _arm = new(robot, TestArm.Task.EndEffectorInFlange);
        private readonly double _dt = robot.ControlPeriodNs * 1e-9;
        private readonly double[] _largest = new double[Enum.GetValues<Quantity>().Length];
        private (Pose Pose, Twist V, Twist A) _last;
        private int _seen;
        private JointTorques _torque;
        private CartesianStiffness? _stiffness;

        public void Restart()
        {
            _seen = 0;
            _torque = default;
            _stiffness = null;
        }

        public void Check(in ControlRecord r)
        {
            Torques(r);
            Motion(r);
            Stiffness(r);
            Measured(r);
        }

        private void Torques(in ControlRecord r)
        {
            for (var i = 0; i < robot.JointCount; i++)
            {
                Within(Quantity.Torque, Math.Abs(r.TorqueNm[i]), _limits.Joints[i].TorqueNm);
                Within(Quantity.TorqueRate, Math.Abs(r.TorqueNm[i] - _torque[i]) / _dt, _limits.Joints[i].TorqueRateNmS);
            }
            _torque = r.TorqueNm;
        }

        private void Motion(in ControlRecord r)
        {
            var pose = r.Reference.PoseInBase;
            Assert.True(pose.IsFinite);
            var (last, v0, a0) = _last;
            _last.Pose = pose;
            if (_seen++ == 0) return;
            var v = new Twist((pose.Position - last.Position) / _dt, (pose.Orientation * last.Orientation.Inverse).ToVector() / _dt);
            var a = (v - v0) * (1 / _dt);
            var j = (a - a0) * (1 / _dt);
            (_last.V, _last.A) = (v, a);
            // Differences of differences mean something from the fourth pose on.
            if (_seen < 4) return;
            Within(Quantity.TranslationVelocity, v.Linear.Length, _limits.Translation.Velocity);
            Within(Quantity.TranslationAcceleration, a.Linear.Length, _limits.Translation.Acceleration);
            Within(Quantity.TranslationJerk, j.Linear.Length, _limits.Translation.Jerk);
            Within(Quantity.RotationVelocity, v.Angular.Length, _limits.Rotation.Velocity);
            Within(Quantity.RotationAcceleration, a.Angular.Length, _limits.Rotation.Acceleration);
            Within(Quantity.RotationJerk, j.Angular.Length, _limits.Rotation.Jerk);

            _arm.Update(r.Measured.Position);
            var (jointV, jointA, jointJ) = (_arm.JointMotionOf(v), _arm.JointMotionOf(a), _arm.JointMotionOf(j));
            for (var i = 0; i < robot.JointCount; i++)
            {
                Within(Quantity.JointVelocity, Math.Abs(jointV[i]), _limits.Joints[i].VelocityRadS);
                Within(Quantity.JointAcceleration, Math.Abs(jointA[i]), _limits.Joints[i].AccelerationRadS2);
                Within(Quantity.JointJerk, Math.Abs(jointJ[i]), _limits.Joints[i].JerkRadS3);
            }

            // ḣ ≥ −γ h on each face of the workspace, and never inside the keep-out box.
            for (var axis = 0; axis < 3; axis++)
            {
                Barrier(last.Position[axis] - _limits.Workspace.Min[axis], pose.Position[axis] - _limits.Workspace.Min[axis]);
                Barrier(_limits.Workspace.Max[axis] - last.Position[axis], _limits.Workspace.Max[axis] - pose.Position[axis]);
            }
            foreach (var box in _limits.KeepOut) Assert.False(box.Contains(pose.Position), "reference in a keep-out box");
        }

        private void Barrier(double before, double after)
        {
            if (after < before * (1 - _limits.BarrierRate * _dt) - Rounding) Assert.Fail($"distance to a face fell from {before} to {after} m");
        }

        private void Stiffness(in ControlRecord r)
        {
            var s = _limits.Stiffness;
            Assert.InRange(r.Stiffness.TranslationNM, s.TranslationMinNM, s.TranslationMaxNM);
            Assert.InRange(r.Stiffness.RotationNmRad, s.RotationMinNmRad, s.RotationMaxNmRad);
            Assert.InRange(r.Stiffness.DampingRatio, s.DampingRatioMin, s.DampingRatioMax);
            Assert.InRange(r.TankJ, 0, s.TankCapacityJ);
            if (_stiffness is { } last) Within(Quantity.StiffnessRate, Math.Abs(r.Stiffness.TranslationNM - last.TranslationNM) / _dt, s.RateNMS);
            _stiffness = r.Stiffness;
        }

        /// <summary>What is measured is physics' doing: the promise is that the tick which sees it beyond a limit is already stopping.</summary>
        private void Measured(in ControlRecord r)
        {
            var p = r.EndEffector.PoseInBase.Position;
            var beyond = !_limits.Workspace.Contains(p) || _limits.KeepOut.Any(box => box.Contains(p));
            for (var i = 0; i < robot.JointCount; i++)
                beyond |= r.Measured.Position[i] < _limits.Joints[i].PositionMinRad || r.Measured.Position[i] > _limits.Joints[i].PositionMaxRad ||
                    Math.Abs(r.Measured.Velocity[i]) > _limits.Joints[i].VelocityRadS;
            Assert.False(beyond && r.Gate == GateState.Running, "measured beyond a limit and not stopping");
        }

        private void Within(Quantity what, double value, double limit)
        {
            if (value / limit > _largest[(int)what]) _largest[(int)what] = value / limit;
            if (value > limit * (1 + 1e-6)) Assert.Fail($"{what}: {value} above {limit}");
        }

        public override string ToString() => string.Join(", ", Enum.GetValues<Quantity>().Select(q => $"{q} {_largest[(int)q]:P0}"));

        private enum Quantity
        {
            Torque, TorqueRate, TranslationVelocity, TranslationAcceleration, TranslationJerk, RotationVelocity, RotationAcceleration, RotationJerk,
            JointVelocity, JointAcceleration, JointJerk, StiffnessRate,
        }
    }
}

/// <summary>Draws proposals from the mild to the absurd.</summary>
internal static class Adversary
{
    public static float Component(Random random) => random.Next(40) switch
    {
        0 => float.NaN,
        1 => float.PositiveInfinity,
        2 => float.MaxValue,
        3 => -1e6f,
        4 => float.Epsilon,
        < 12 => random.Next(2) == 0 ? 1 : -1,
        _ => (float)(random.NextDouble() * 2 - 1),
    };

    public static CartesianTarget Target(Random random, Stamp now, in Pose home, long sequence)
    {
        var reach = random.Next(5) switch { 0 => 10.0, 1 => 1e-9, 2 => 0.02, _ => 0.5 };
        var turn = random.Next(3) switch { 0 => 3.0, 1 => 0.05, _ => 0.5 };
        var pose = new Pose(home.Position + Draw(random) * reach, home.Orientation * Rotation.FromVector(Draw(random) * turn));
        if (random.Next(4000) == 0) pose = pose with { Position = new(double.NaN, 0, 0) };
        if (random.Next(4000) == 0) pose = pose with { Orientation = new(0, 0, 0, 3) };
        var stiffness = new CartesianStiffness(random.NextDouble() * 4000 - 500, random.NextDouble() * 300 - 50, random.NextDouble() * 3 - 0.5);
        return new(pose, now, now.Plus(random.Next(4) == 0 ? random.Next(-5_000_000, 5_000_000) : random.Next(0, 400_000_000)), stiffness,
            random.NextDouble() * 2 - 1, (ActionSource)random.Next(4), sequence);
    }

    private static Vector3D Draw(Random random) => new(random.NextDouble() * 2 - 1, random.NextDouble() * 2 - 1, random.NextDouble() * 2 - 1);
}
