using System.Diagnostics;
using System.Globalization;
using RobotRL.Configuration;
using RobotRL.Control;
using RobotRL.Control.Contract;
using RobotRL.Model;
using RobotRL.Safety;
using RobotRL.Tasks;

namespace RobotRL.Robots.Mujoco.Tests;

/// <summary>
/// The gate's envelope held against physics: tools press, cubes get pushed about, and the arm cannot always be where it is told to be.
/// <c>ROBOTRL_ENVELOPE_TICKS</c> asks for more ticks a scene than the test suite has time for.
/// </summary>
public class EnvelopeTests
{
    private static readonly int Ticks = int.TryParse(Environment.GetEnvironmentVariable("ROBOTRL_ENVELOPE_TICKS"), CultureInfo.InvariantCulture, out var n) ? n : 250_000;

    [Theory]
    [InlineData("peg-insert", 1)]
    [InlineData("pick-lift", 2)]
    [InlineData("peg-insert", 5, "cartesian_impedance")]
    [InlineData("peg-insert", 6, "joint_position")]
    [InlineData("pick-lift", 7, "joint_velocity")]
    public void Adversarial_actions_leave_no_limit_broken(string task, int seed, string command = "torque")
    {
        using var arena = new Arena(task, seed, command);
        var random = new Random(seed);
        var asProposed = 0;
        while (arena.Ticks < (command == "torque" ? Ticks : Ticks / 4))
        {
            // Stretches of a policy gone wild, of one that means well, and of one that leans on the table.
            var mood = random.Next(3);
            for (var i = random.Next(1, 30); i > 0 && !arena.Session.IsStopped; i--)
            {
                var proposed = Action(random, mood, arena.Task.Actions);
                var decided = arena.Decide(proposed);
                foreach (var axis in arena.Task.Actions.ActiveAxes) Assert.InRange(decided.Executed.Motion[axis], -1, 1);
                if ((decided.Limits & (ActionRange.AltersReference | LimitFlags.ActionRange)) != 0) continue;
                Assert.Equal(Bits(proposed), Bits(decided.Executed));
                asProposed++;
            }
            if (arena.Session.IsStopped || random.Next(10) == 0) arena.StartOver();
        }
        Assert.True(asProposed > 20, "hardly any action passed unchanged");
        Assert.True(arena.Stops.GetValueOrDefault(FaultCode.NonFiniteCommand) > (command == "torque" ? 3 : 0), "the adversary was tame");
        arena.Report();
    }

    [Theory]
    [InlineData("peg-insert", 3)]
    [InlineData("pick-lift", 4)]
    [InlineData("pick-lift", 8, "cartesian_impedance")]
    [InlineData("pick-lift", 9, "joint_position")]
    [InlineData("peg-insert", 10, "joint_velocity")]
    public void Adversarial_targets_leave_no_limit_broken(string task, int seed, string command = "torque")
    {
        using var arena = new Arena(task, seed, command);
        var random = new Random(seed);
        var sequence = 1_000_000L;
        while (arena.Ticks < (command == "torque" ? Ticks : Ticks / 4))
        {
            for (var tick = 0; tick < 400 && !arena.Session.IsStopped; tick++)
            {
                var now = arena.Session.Latest.Time;
                arena.Cycle.Heartbeats.Publish(new(now, CommandingState.Commanding));
                // A burst of targets a tick apart, then time to follow the last.
                if (tick < 80 || tick % 100 == 0) arena.Propose(Adversary.Target(random, now, arena.Session.Home, ++sequence));
                arena.Advance(1);
            }
            if (arena.Session.IsStopped) arena.StartOver();
        }
        Assert.True(arena.Stops.Count > 0, "the adversary was tame");
        arena.Report();
    }

    private static ArmAction Action(Random random, int mood, ActionSpace space)
    {
        ArmAction action = default;
        foreach (var axis in space.ActiveAxes)
            action.Motion[axis] = mood switch
            {
                0 => random.Next(3) == 0 ? Adversary.Component(random) : (float)(random.NextDouble() * 2 - 1),
                1 => (float)(random.NextDouble() - 0.5) * 0.6f,
                _ => axis == 2 ? 1 : (float)(random.NextDouble() - 0.5),
            };
        if (space.HasGripper) action.Gripper = (GripperCommand)random.Next(-1, 2);
        return action;
    }

    private static int[] Bits(ArmAction action) => [.. Enumerable.Range(0, ActionSpace.Axes).Select(i => BitConverter.SingleToInt32Bits(action.Motion[i])), (int)action.Gripper];

    /// <summary>A shipped task with its shipped limits, and a witness of every tick.</summary>
    private sealed class Arena : IDisposable
    {
        private readonly MujocoRobot _robot;
        private readonly SimulatedTask _scene;
        private readonly Envelope _envelope;
        private readonly SetPointEnvelope? _sent;
        private readonly long _started = Stopwatch.GetTimestamp();
        private ulong _seed;
        private long _proposals;

        public Arena(string task, int seed, string command)
        {
            var configuration = RunConfiguration.Load(Panda.Configuration(task), [("robot.command", command)]);
            (Task, _seed) = (configuration.Task, (ulong)seed);
            _robot = new MujocoRobot(configuration.Robot, Task.ScenePath);
            _scene = SimulatedTask.Create(Task, _robot);
            Cycle = new ControlCycle(_robot, new LockstepPacer(_robot), Task.EndEffectorInFlange, 1000);
            Session = new ControlSession(Cycle, Task);
            _envelope = new Envelope(configuration.Robot, Task.EndEffectorInFlange);
            if (configuration.Robot.Command != CommandKind.JointTorque) _sent = new(configuration.Robot);
            Session.Advance(1);
            StartOver();
        }

        public TaskDescription Task { get; }
        public ControlCycle Cycle { get; }
        public ControlSession Session { get; }
        public long Ticks => _envelope.Ticks;
        public Dictionary<FaultCode, int> Stops { get; } = [];

        public void Propose(in CartesianTarget target)
        {
            Cycle.Targets.Publish(target);
            _proposals++;
        }

        public ArmDecision Decide(in ArmAction action)
        {
            _proposals++;
            var executed = Session.Decide(action, action, ActionSource.Policy);
            Witness();
            return executed;
        }

        public void Advance(int ticks)
        {
            Session.Advance(ticks);
            Witness();
        }

        /// <summary>Sees a stop through, then sets up the scene anew.</summary>
        public void StartOver()
        {
            if (Session.IsStopped)
            {
                for (var tick = 0; Session.Latest.Gate == GateState.Stopping; tick += 10)
                {
                    Assert.True(tick < 12_000, $"{Session.Latest.Fault}: not stopped within 12 s");
                    Advance(10);
                }
                Stops[Session.Latest.Fault.Code] = Stops.GetValueOrDefault(Session.Latest.Fault.Code) + 1;
            }
            else
            {
                Session.SignOff();
                for (var tick = 0; !Session.Rebase(); tick += 10)
                {
                    Assert.True(tick < 2000, "the reference does not come to rest");
                    Advance(10);
                }
            }
            _scene.Reset(++_seed);
            if (Session.IsStopped) Assert.True(Session.OperatorReset("operator"), $"{Session.Latest.Fault}");
            Assert.True(Session.Rebase());
            Session.BeginEpisode(Session.Home);
            Witness();
        }

        public void Report() => TestContext.Current.TestOutputHelper?.WriteLine(
            $"{_proposals} proposals, {Ticks} ticks in {Stopwatch.GetElapsedTime(_started).TotalSeconds:F1} s; stops: {string.Join(", ", Stops)}; {_envelope.Overruns} ticks measured beyond a limit; closest to limits: {_envelope}");

        public void Dispose()
        {
            _robot.Dispose();
        }

        private void Witness()
        {
            _envelope.Follow(Cycle.Records);
            _sent?.Follow(Cycle.Records);
        }
    }
}
