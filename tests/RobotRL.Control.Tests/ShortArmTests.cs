using RobotRL.Control.Contract;
using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control.Tests;

/// <summary>Arms of one to seven joints, whose driver leaves rubbish beyond them, under everything at once.</summary>
public class ShortArmTests
{
    private sealed class Rubbish(LoopbackRobot robot, Random random) : IRobot
    {
        private static readonly double[] Some = [0, double.NaN, double.NegativeInfinity, 1e300, 17, -3];
        public RobotDescription Description => robot.Description;
        public bool TryRead(ref RobotState state)
        {
            if (!robot.TryRead(ref state)) return false;
            for (var i = Description.JointCount; i < Joints.Max; i++)
                (state.Position[i], state.Velocity[i], state.Effort[i]) = (Some[random.Next(6)], Some[random.Next(6)], Some[random.Next(6)]);
            return true;
        }
        public void Write(in SafeCommand command) => robot.Write(command);
        public void Dispose() => robot.Dispose();
    }

    private static RobotDescription Short(int n, Random r, double periodMs = 1, double slow = 1)
    {
        double U(double a) => a * (2 * r.NextDouble() - 1);
        var slowed = TestArm.Limits.Joints.Select(j => j with { AccelerationRadS2 = slow * j.AccelerationRadS2, JerkRadS3 = slow * j.JerkRadS3 });
        var joints = slowed.Take(n).Select(j => j with { PositionMinRad = -2.9, PositionMaxRad = 2.9 }).ToArray();
        return TestArm.Description with
        {
            Kinematics = n == 7
                ? TestArm.Description.Kinematics
                : [.. Enumerable.Range(0, n).Select(i => new DhLink(U(0.3), U(0.3), i == 0 ? 0 : r.Next(-1, 2) * Math.PI / 2))],
            Limits = TestArm.Limits with
            {
                Joints = n == 7 ? [.. slowed] : joints,
                JointCollisionNm = [.. TestArm.Limits.JointCollisionNm.Take(n)],
                Workspace = new(new(-2, -2, -2), new(2, 2, 2)),
                Cell = new(new(-3, -3, -3), new(3, 3, 3)),
                Orientation = new(n == 7 ? new(1, 0, 0, 0) : Rotation.Identity, Math.PI, Math.PI),
            },
            HomeRad = n == 7 ? TestArm.Description.HomeRad : [.. Enumerable.Range(0, n).Select(_ => U(1.5))],
            Body = new([], []),
            Dynamics = TestArm.Dynamics with
            {
                Links = new RigidBody[n],
                RotorInertiaKgM2 = new double[n],
                ViscousFrictionNmS = new double[n],
                BreakawayNm = [.. TestArm.Dynamics.BreakawayNm.Take(n)],
            },
            ControlPeriodNs = (long)(periodMs * 1e6),
        };
    }

    [Theory]
    [InlineData(1, true), InlineData(2, true), InlineData(3, true), InlineData(4, true), InlineData(5, true), InlineData(6, true)]
    [InlineData(7, false), InlineData(6, false)]
    public void Nothing_breaks_on_a_short_arm(int joints, bool rubbish)
    {
        long ticks = 0, retreats = 0, running = 0;
        var faults = new Dictionary<FaultCode, int>();
        for (var run = 0; run < 18; run++)
        {
            var random = new Random(joints * 1000 + run % 12);
            var kind = run < 12 ? CommandKind.JointTorque : TestArm.Kinds[1 + (run - 12) % 3];
            var description = Short(joints, random) with { Command = kind };
            var sent = kind == CommandKind.JointTorque ? null : new SetPointEnvelope(description);
            var arm = new ArmKinematics(description, TestArm.Task.EndEffectorInFlange);
            JointPositions q = default;
            for (var i = 0; i < joints; i++) q[i] = description.HomeRad[i];
            arm.Update(q);
            var home = arm.EndEffectorInBase;
            Vector3D wide = new(0.2, 0.2, 0.2);
            if (run % 2 == 0)
                description = description with
                {
                    Limits = description.Limits with
                    {
                        Workspace = new(home.Position - wide, home.Position + wide),
                        Orientation = new(home.Orientation, 0.5, 0.7),
                    },
                };
            using var robot = new LoopbackRobot(description, TestArm.Task.EndEffectorInFlange);
            IRobot seen = rubbish ? new Rubbish(robot, random) : robot;
            var cycle = new ControlCycle(seen, new LockstepPacer(robot), TestArm.Task.EndEffectorInFlange, 64);
            var envelope = new Envelope(robot.Description, TestArm.Task.EndEffectorInFlange, isStretched: true, stretch: joints < 6 ? 3 : 1);
            var (mode, sequence, quiet) = (0, 100L, 3);
            for (var tick = 0; tick < 5000; tick++)
            {
                var now = robot.Now;
                if (tick % 250 == 0) (mode, quiet) = (random.Next(6), 25);
                if (tick % 20 == 0)
                    cycle.Heartbeats.Publish(new(now, mode switch
                    {
                        0 or 1 or 2 => CommandingState.Commanding,
                        3 => CommandingState.Guiding,
                        4 => CommandingState.Retreating,
                        _ => CommandingState.SignedOff,
                    }));
                if (cycle.Newest.Gate != GateState.Running) quiet = Math.Max(quiet, 3);
                if (quiet > 0) quiet--;
                else if (mode < 3 && tick % 40 == 0)
                {
                    Vector3D D() => new(random.NextDouble() * 2 - 1, random.NextDouble() * 2 - 1, random.NextDouble() * 2 - 1);
                    JointPositions posture = default;
                    for (var i = 0; i < 7; i++) posture[i] = i < joints ? 2.8 * (2 * random.NextDouble() - 1) : double.NaN;
                    if (joints == 7) posture = q;
                    var position = home.Position + D() * (mode == 0 ? 0.03 : 0.3);
                    Pose there = new(position, home.Orientation * Rotation.FromVector(D() * (mode == 0 ? 0.05 : 0.8)));
                    CartesianTarget target = new(there, now, now.Plus(200_000_000), CartesianStiffness.Of(description.Impedance), default,
                        ActionSource.Policy, ++sequence);
                    cycle.Targets.Publish(target with { MovesPosture = random.Next(2) == 0, PostureRad = posture, StartInBase = home });
                }
                if (random.Next(900) == 0) cycle.RequestStop(FaultCode.OperatorStop);
                if (random.Next(400) == 0) (quiet, _) = (3, 0);
                if (quiet == 3) cycle.RequestRebase();
                if (tick % 400 == 0)
                {
                    JointTorques push = default;
                    if (random.Next(2) == 0) push[random.Next(joints)] = 30 * (random.NextDouble() - 0.5);
                    robot.DisturbanceNm = push;
                }
                if (random.Next(2000) == 0) robot.Faults.LostPackets = random.Next(4);
                if (random.Next(200) == 0 && cycle.Newest.Gate is GateState.Held or GateState.PowerRemoved)
                {
                    if (random.Next(2) == 0) robot.Place([.. description.HomeRad]);
                    else if (random.Next(3) == 0)
                    {
                        var beyond = description.HomeRad.ToArray();
                        beyond[random.Next(joints)] = 2.92;
                        robot.Place(beyond);
                    }
                    cycle.RequestReset();
                }
                cycle.Run(1);
                ref readonly var r = ref cycle.Newest;
                ticks++;
                if (r.Gate == GateState.Retreating) retreats++;
                if (r.Gate == GateState.Running) running++;
                if (!r.Fault.IsNone && r.Fault.Code is var code) faults[code] = faults.GetValueOrDefault(code) + 1;
                Assert.False(r.Causes.Contains(FaultCode.NonFiniteInternal), $"run {run} tick {tick}: {r.Fault}");
                for (var i = 0; i < 7; i++)
                    Assert.True(double.IsFinite(r.TorqueNm[i]) && (i < joints || r.TorqueNm[i] == 0), $"run {run} tick {tick}: torque {i} {r.TorqueNm[i]}");
                envelope.Follow(cycle.Records);
                sent?.Follow(cycle.Records);
            }
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"{joints}: {ticks} ticks, {running} running, {retreats} retreating; {string.Join(", ", faults)}");
    }
}
