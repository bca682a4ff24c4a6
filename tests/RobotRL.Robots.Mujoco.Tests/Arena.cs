using System.Diagnostics;
using System.Globalization;
using RobotRL.Configuration;
using RobotRL.Control;
using RobotRL.Control.Contract;
using RobotRL.Model;
using RobotRL.Safety;
using RobotRL.Tasks;

namespace RobotRL.Robots.Mujoco.Tests;

/// <summary>A shipped task with its shipped limits, and a witness of every tick.</summary>
internal sealed class Arena : IDisposable
{
    /// <summary>So many of a scene. <c>ROBOTRL_ENVELOPE_TICKS</c> asks for more than the test suite has time for.</summary>
    private static readonly int TicksOfTorque =
        int.TryParse(Environment.GetEnvironmentVariable("ROBOTRL_ENVELOPE_TICKS"), CultureInfo.InvariantCulture, out var n) ? n : 250_000;

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

    /// <summary>Whether there are ticks left. A robot that takes other commands than torques gets a quarter of them.</summary>
    public bool GoesOn => _envelope.Ticks < (_sent is null ? TicksOfTorque : TicksOfTorque / 4);

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
        $"{_proposals} proposals, {_envelope.Ticks} ticks in {Stopwatch.GetElapsedTime(_started).TotalSeconds:F1} s; "
        + $"stops: {string.Join(", ", Stops)}; {_envelope.Overruns} ticks measured beyond a limit; closest to limits: {_envelope}");

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
