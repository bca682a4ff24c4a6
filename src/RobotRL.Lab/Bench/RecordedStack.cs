using System.Diagnostics;
using RobotRL.Configuration;
using RobotRL.Control;
using RobotRL.Model;
using RobotRL.Robots.Mujoco;
using RobotRL.Robots.Mujoco.Binding;
using RobotRL.Tasks;

namespace RobotRL.Lab.Bench;

/// <summary>The control stack on the simulated arm, with every torque kept, so that the bare physics can go the same way.</summary>
internal sealed class RecordedStack : IDisposable
{
    /// <summary>Rounding aside, the end of both motions agrees, rad.</summary>
    private const double SameMotion = 1e-6;

    private readonly MujocoRobot _robot;
    private readonly SimulatedTask _task;
    private readonly RecordingPlant _plant;
    private readonly ControlSession _control;
    private readonly MujocoData _bare;
    private readonly SimulationSnapshot _start;

    public RecordedStack(RunConfiguration configuration)
    {
        var task = configuration.Task;
        _robot = new MujocoRobot(configuration.Robot, task.ScenePath);
        _task = SimulatedTask.Create(task, _robot);
        _plant = new RecordingPlant(_robot);
        _control = new ControlSession(new ControlCycle(_robot, new LockstepPacer(_plant), task.EndEffectorInFlange), task);
        _bare = new MujocoData(_robot.Model);
        _start = new SimulationSnapshot(_robot.Model);
    }

    /// <summary>Steps of the newest run.</summary>
    public int Steps => _plant.Steps;

    public int TicksPerDecision => _control.TicksPerDecision;

    /// <summary>A circle that goes down to the socket and up again, in normalised units.</summary>
    public static ArmAction Motion(int decision, int decisions)
    {
        var phase = 2 * Math.PI * decision / decisions;
        ArmAction action = default;
        (action.Motion[0], action.Motion[1]) = ((float)(0.4 * Math.Cos(2 * phase)), (float)(0.4 * Math.Sin(2 * phase)));
        action.Motion[2] = (float)(0.8 * Math.Sin(phase));
        return action;
    }

    /// <summary>Seconds that the stack took for the motion on the scene of a seed.</summary>
    public double Run(ulong seed, int decisions)
    {
        _task.Reset(seed);
        _control.Rebase();
        _control.BeginEpisode(_control.Home);
        _plant.Clear();
        _robot.Capture(_start);
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < decisions; i++)
        {
            var action = Motion(i, decisions);
            _control.Decide(action, action, ActionSource.Policy);
        }
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        if (_control.IsStopped) throw new InvalidOperationException($"The benchmark's motion was stopped: {_control.Latest.Fault}");
        return seconds;
    }

    /// <summary>Seconds that the bare physics takes for the newest run's motion.</summary>
    public double RunRaw()
    {
        _start.Restore(_bare);
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < _plant.Steps; i++)
        {
            _plant.Replay(i, _bare);
            _bare.Step2();
            _bare.Step1();
        }
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var apart = 0.0;
        for (var i = 0; i < _bare.Position.Length; i++) apart = Math.Max(apart, Math.Abs(_bare.Position[i] - _robot.Data.Position[i]));
        if (!(apart < SameMotion))
            throw new InvalidOperationException($"The bare physics ended {apart} rad from the stack's motion: its figure would be of another one.");
        return seconds;
    }

    public void Dispose()
    {
        _bare.Dispose();
        _robot.Dispose();
    }

    /// <summary>The robot's world, which keeps the inputs of each of its steps.</summary>
    private sealed class RecordingPlant(MujocoRobot robot) : IPlant
    {
        private readonly int _controls = robot.Data.Control.Length, _forces = robot.Data.AppliedForce.Length;
        private double[] _trace = [];

        public int Steps { get; private set; }
        public Stamp Now => robot.Now;

        private int Row => _controls + _forces;

        public void Clear() => Steps = 0;

        public void Step()
        {
            robot.Step();
            if (_trace.Length < (Steps + 1) * Row) Array.Resize(ref _trace, Math.Max(10_000 * Row, 2 * _trace.Length));
            var row = _trace.AsSpan(Steps++ * Row);
            robot.Data.Control.CopyTo(row);
            robot.Data.AppliedForce.CopyTo(row[_controls..]);
        }

        public void Replay(int step, MujocoData data)
        {
            var row = _trace.AsSpan(step * Row, Row);
            row[.._controls].CopyTo(data.Control);
            row[_controls..].CopyTo(data.AppliedForce);
        }
    }
}
