using System.Reactive.Disposables;
using RobotRL.Configuration;
using RobotRL.Control;
using RobotRL.Model;
using RobotRL.Recording.Events;
using RobotRL.Robots.Mujoco;
using RobotRL.Robots.Ros2;
using RobotRL.Safety;
using RobotRL.Tasks;

namespace RobotRL.Cells;

/// <summary>How a control process runs.</summary>
/// <param name="Channel">What the actor attaches to.</param>
/// <param name="Cpu">CPU of the loop; null for any.</param>
/// <param name="Priority">Its real-time priority, 1 to 99.</param>
/// <param name="AwakeNs">So long before each deadline the loop is awake, ns.</param>
/// <param name="LinkMaxAgeNs">Longest silence of a commanding actor's process; null for 17 ms where the loop has its priority, else the
/// configuration's heartbeat age.</param>
/// <param name="Events">Folder for what the event recorder freezes; null for none.</param>
public sealed record ControlOptions(string Channel, int? Cpu, int Priority, long AwakeNs, long? LinkMaxAgeNs, string? Events = null);

/// <summary>
/// The composition root of the control process, in flow order: world → robot → shared memory → 1 kHz control cycle (reflex and gate inside it) → its loop.
/// The loop's thread owns all of it and steps the physics too; cameras are the actor's. Each arm has a cycle and a channel of its own. A loopback
/// robot has no scene: its loop tries configuration and machine.
/// </summary>
public sealed class ControlProcess : IDisposable
{
    // A beat's period before and two ticks after this come the stop's first command: 20 ms after the last sign of life at most.
    private const long LinkMaxAgeNs = 17_000_000;
    private const int StackBytes = 1 << 20, TicksKept = 20_000;
    private const int LastCommandMs = 500;

    private readonly RunConfiguration _configuration;
    private readonly ControlOptions _options;
    private readonly IReadOnlyList<IRobot> _arms;
    private readonly IDisposable _world; // or the connection to it
    private readonly LoopMemory _memory;
    private readonly RealtimePacer _pacer;
    private readonly SafetyLayer _safety;
    private readonly CycleGroup _loop;

    public ControlProcess(RunConfiguration configuration, ControlOptions options)
    {
        (_configuration, _options) = (configuration, options);
        (_arms, var plant, _world) = Arms(configuration);
        var world = plant as ISimulatedWorld;
        ControlChannel[] channels = [.. _arms.Select((_, i) =>
            ControlChannel.Create(LoopMemory.NameOf(options.Channel, configuration, i), configuration.Hash, i == 0 ? world?.StateSize ?? 0 : 0))];
        _memory = new(channels, [.. channels.Select(channel => TickMemory.Create(channel.Path, TicksKept))]);
        if (world is not null) plant = new PublishedWorld(world, channels[0], channels[1..]);
        _pacer = new RealtimePacer(configuration.Robot.ControlPeriodNs, plant, options.AwakeNs);
        _safety = new SafetyLayer(configuration, learnsHere: false);
        _loop = CellLoop.Of(configuration, _arms, _pacer, _safety, _memory);
    }

    /// <summary>The first arm's newest tick, once the loop has ended.</summary>
    public ref readonly ControlRecord Last => ref _loop.Cycles[0].Newest;

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
                var linkMaxAgeNs = _options.LinkMaxAgeNs ?? (rights.Priority ? LinkMaxAgeNs : _configuration.Robot.Limits.HeartbeatMaxAgeNs);
                var host = new ControlHost(_loop, _memory.Channels, linkMaxAgeNs);
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
            using var report = _world is Ros2Robots robots ? new Ros2Report(robots, _loop.Cycles, _configuration, log) : null;
            if (report is not null) log += report.Tell;
            foreach (var arm in _arms.OfType<Ros2Robot>())
                if (arm.SensorBias is { } bias) log($"The force sensor was tared at rest: bias {bias.Force} N, {bias.Torque} Nm.");
            using var watches = new CompositeDisposable([.. _memory.Channels.Select(channel => new ActorWatch(channel, log)), .. Recorders(log)]);
            loop.Start();
            loop.Join();
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

    /// <summary>What the configuration's driver names, what moves it on where it does not move by itself, and what is to be disposed of in the end.</summary>
    private static (IReadOnlyList<IRobot>, IPlant?, IDisposable) Arms(RunConfiguration configuration)
    {
        var task = configuration.Task;
        if (configuration.Robot.IsBehindRos2)
        {
            Ros2Robots robots = new(configuration, Console.Error.WriteLine);
            return (robots.Arms, null, robots);
        }
        if (configuration.Robot.Driver == "loopback")
        {
            LoopbackRobot[] arms = [.. Enumerable.Range(0, task.ArmCount).Select(_ => new LoopbackRobot(configuration.Robot, task.EndEffectorInFlange))];
            return (arms, new Together(arms), new CompositeDisposable(arms));
        }
        var scene = new MujocoWorld(configuration.Robot, task.ScenePath, task.Arms);
        var world = new SimulatedWorld(scene, SimulatedTask.Create(task, scene));
        world.Reset(0);
        return (scene.Arms, world, scene);
    }

    private EventRecorder[] Recorders(Action<string> log)
    {
        if (_options.Events is not { } folder) return [];
        var wallClockNs = (DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick;
        var recorders = CellLoop.Events(_configuration, _loop, folder, wallClockNs - _pacer.Now.Ns, log);
        foreach (var recorder in recorders) recorder.Start();
        return recorders;
    }

    public void Dispose()
    {
        RealTimeThread.UnlockMemory();
        _safety.Dispose();
        _pacer.Dispose();
        foreach (var ticks in _memory.Ticks) ticks.Dispose();
        foreach (var channel in _memory.Channels) channel.Dispose();
        _world.Dispose();
    }

    /// <summary>Arms that are none and share nothing but their time.</summary>
    private sealed class Together(IReadOnlyList<LoopbackRobot> arms) : IPlant
    {
        public Stamp Now => arms[0].Now;

        public void Step()
        {
            foreach (var arm in arms) arm.Step();
        }
    }
}
