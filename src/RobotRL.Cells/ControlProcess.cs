using RobotRL.Configuration;
using RobotRL.Control;
using RobotRL.Recording.Events;
using RobotRL.Robots.Mujoco;
using RobotRL.Safety;
using RobotRL.Tasks;

namespace RobotRL.Cells;

/// <summary>How a control process runs.</summary>
/// <param name="Channel">What the actor attaches to.</param>
/// <param name="Cpu">CPU of the loop; null for any.</param>
/// <param name="Priority">Its real-time priority, 1 to 99.</param>
/// <param name="AwakeNs">So long before each deadline the loop is awake, ns.</param>
/// <param name="LinkMaxAgeNs">Longest silence of a commanding actor's process; null for 17 ms where the loop has its priority, else the configuration's heartbeat age.</param>
/// <param name="Events">Folder for what the event recorder freezes; null for none.</param>
public sealed record ControlOptions(string Channel, int? Cpu, int Priority, long AwakeNs, long? LinkMaxAgeNs, string? Events = null);

/// <summary>
/// The composition root of the control process, in flow order: world → robot → shared memory → 1 kHz control cycle (reflex and gate inside it) → its loop.
/// The loop's thread owns all of it and steps the physics too; cameras are the actor's. A loopback robot has no scene: its loop tries configuration and machine.
/// </summary>
public sealed class ControlProcess : IDisposable
{
    // A beat's period before and two ticks after this come the stop's first command: 20 ms after the last sign of life at most.
    private const long LinkMaxAgeNs = 17_000_000;
    private const int StackBytes = 1 << 20, TicksKept = 20_000;
    private const int LastCommandMs = 500;

    private readonly RunConfiguration _configuration;
    private readonly ControlOptions _options;
    private readonly IRobot _robot;
    private readonly ControlChannel _channel;
    private readonly TickMemory _ticks;
    private readonly RealtimePacer _pacer;
    private readonly SafetyLayer _safety;
    private readonly ControlCycle _cycle;

    public ControlProcess(RunConfiguration configuration, ControlOptions options)
    {
        (_configuration, _options) = (configuration, options);
        var task = configuration.Task;

        (_robot, var world) = Arm(configuration);
        _channel = ControlChannel.Create(options.Channel, configuration.Hash, world?.StateSize ?? 0);
        _ticks = TickMemory.Create(_channel.Path, TicksKept);
        _pacer = new RealtimePacer(configuration.Robot.ControlPeriodNs, world is null ? (IPlant)_robot : new PublishedWorld(world, _channel), options.AwakeNs);
        _safety = new SafetyLayer(configuration, learnsHere: false);
        _cycle = new ControlCycle(_robot, _pacer, task.EndEffectorInFlange, cells: _channel.Cells, reflex: _safety.Reflex, records: _ticks.Ring);
    }

    /// <summary>The newest tick, once the loop has ended.</summary>
    public ref readonly ControlRecord Last => ref _cycle.Newest;

    /// <summary>Runs the loop on a thread of its own until cancelled, the robot then stopped.</summary>
    /// <param name="started">Takes what the system granted once it is known; returns whether to go on.</param>
    /// <param name="log">Takes a line for a person.</param>
    /// <param name="until">Ends it.</param>
    public CycleFigures? Run(Func<RealTimeRights, bool> started, Action<string> log, CancellationToken until)
    {
        Rehearsal.Run(_configuration);
        CycleFigures? figures = null;
        Exception? failure = null;
        ControlHost? running = null;
        var loop = new Thread(() =>
        {
            try
            {
                var rights = RealTimeThread.Enter(_options.Cpu, _options.Priority);
                if (!started(rights)) return;
                var host = new ControlHost(_cycle, _channel, _options.LinkMaxAgeNs ?? (rights.Priority ? LinkMaxAgeNs : _configuration.Robot.Limits.HeartbeatMaxAgeNs));
                Volatile.Write(ref running, host);
                host.Run(until);
                figures = host.Figures;
            }
            catch (Exception e)
            {
                failure = e;
            }
        }, StackBytes)
        { Name = "control" };
        AppDomain.CurrentDomain.ProcessExit += GoingDown;
        AppDomain.CurrentDomain.UnhandledException += GoingDown;
        try
        {
            using (new ActorWatch(_channel, log))
            using (Recorder(log))
            {
                loop.Start();
                loop.Join();
            }
        }
        finally
        {
            AppDomain.CurrentDomain.ProcessExit -= GoingDown;
            AppDomain.CurrentDomain.UnhandledException -= GoingDown;
        }
        if (failure is not null) throw new InvalidOperationException($"The control loop failed: {failure.Message}", failure);
        return figures;

        // Whatever else brings the process down, the robot gets its last command before it goes.
        void GoingDown(object? sender, EventArgs e)
        {
            Volatile.Read(ref running)?.EndAtOnce();
            loop.Join(LastCommandMs);
        }
    }

    /// <summary>What the configuration's driver names, and the scene it stands in, where it has one.</summary>
    private static (IRobot, ISimulatedWorld?) Arm(RunConfiguration configuration)
    {
        if (configuration.Robot.Driver == "loopback") return (new LoopbackRobot(configuration.Robot, configuration.Task.EndEffectorInFlange), null);
        var robot = new MujocoRobot(configuration.Robot, configuration.Task.ScenePath);
        var world = new SimulatedWorld(robot, SimulatedTask.Create(configuration.Task, robot));
        world.Reset(0);
        return (robot, world);
    }

    private EventRecorder? Recorder(Action<string> log)
    {
        if (_options.Events is not { } folder) return null;
        var wallClockNs = (DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick;
        var recorder = EventRecorder.Of(_cycle, folder, _configuration.Hash, wallClockNs - _pacer.Now.Ns, log);
        recorder.Start();
        return recorder;
    }

    public void Dispose()
    {
        RealTimeThread.UnlockMemory();
        _safety.Dispose();
        _pacer.Dispose();
        _ticks.Dispose();
        _channel.Dispose();
        _robot.Dispose();
    }
}
