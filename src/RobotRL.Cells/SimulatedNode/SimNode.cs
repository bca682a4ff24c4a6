using System.Runtime.InteropServices;
using RobotRL.Configuration;
using RobotRL.Control;
using RobotRL.Model;
using RobotRL.Robots.Mujoco;
using RobotRL.Robots.Ros2;
using RobotRL.Ros2.Nodes;
using RobotRL.Ros2.Transport;
using RobotRL.Sensing;
using RobotRL.Sessions.Runs;
using RobotRL.Tasks;
using RobotRL.Wire.StdMsgs;
using ClockMessage = RobotRL.Wire.RosgraphMsgs.Clock;

namespace RobotRL.Cells.SimulatedNode;

/// <summary>
/// The composition root of a simulated robot behind ROS 2: scene → arms, each with its own controller and topics → cameras → clock. It plays a robot with its
/// computer: no gate is here, and whoever commands it has one.
/// </summary>
public sealed class SimNode : IDisposable
{
    private const int Priority = 70, ReceivePriority = 71, SceneEvery = 10, ClockEvery = 10, MostMadeUpFor = 50;

    private readonly RunConfiguration _configuration;
    private readonly Ros2Node _node;
    private readonly MujocoWorld _world;
    private readonly ITask _task;
    private readonly SharedWorld _shown;
    private readonly List<SimulatedArm> _arms = [];
    private readonly List<SimulatedCamera> _cameras = [];
    private readonly Publisher<Float64MultiArray>? _scenes;
    private readonly Publisher<ClockMessage> _clock;
    private readonly IDisposable? _requests;
    private readonly Float64MultiArray _scene = new();
    private readonly SimulationSnapshot _snapshot;
    private readonly ClockMessage _time = new();
    private long _number, _asked, _toldNs;
    private ulong _seed;

    /// <exception cref="BadInputException">The configuration is of no simulated robot behind ROS 2.</exception>
    public SimNode(RunConfiguration configuration)
    {
        _configuration = configuration;
        if (configuration.Ros2 is not { } ros2 || configuration.Robot.Driver != "ros2_sim")
            throw new BadInputException("robot.driver: a simulated robot behind ROS 2 is ros2_sim, with a section ros2; choose a cell such as --cell ros2");
        var task = configuration.Task;
        _node = Ros2Node.Open(Ros2Robots.Urgent(Ros2Robots.Options(ros2, "sim_node"), ReceivePriority));
        _world = new(configuration.Robot with { Driver = "mujoco" }, task.ScenePath, task.Arms);
        _task = SimulatedTask.Create(task, _world);
        // Once as it is done later, around arms that stay: what runs for the first time is compiled then, and compiling takes many periods.
        _task.Reset(0);
        _world.SetUpAroundArms(() => _task.Reset(0));
        (_shown, _snapshot) = (new(_world), new(_world.Model));
        for (var i = 0; i < ros2.Arms.Count; i++) _arms.Add(new(_node, _world.Arms[i], ros2.Arms[i]));
        foreach (var camera in task.Cameras)
            if (ros2.Cameras.TryGetValue(camera.Name, out var topic)) _cameras.Add(new(_node, _shown, _world.Model, (camera, topic, task.PeriodNs(camera))));
        _clock = _node.Publish<ClockMessage>("/clock", Qos.SensorData);
        if (ros2.SceneTopic is not { } scene) return;
        CollectionsMarshal.SetCount(_scene.Data, _snapshot.Values.Length + 1);
        _scenes = _node.Publish<Float64MultiArray>(scene, SceneTopics.OfScenes);
        _requests = _node.Subscribe<Wire.StdMsgs.String>(SceneTopics.RequestsOf(scene), SceneTopics.OfRequests, Take);
    }

    /// <summary>Where it is on the network.</summary>
    public string Place => _node.Transport.Description;

    /// <summary>Periods that were missed, and the longest time by which one began late, ns.</summary>
    public (long Missed, long LongestLateNs) Figures { get; private set; }

    /// <summary>Runs at the wall clock's pace until cancelled, on the calling thread.</summary>
    public void Run(CancellationToken until)
    {
        RealTimeThread.TryFifo(Priority);
        using RealtimePacer pacer = new(_configuration.Robot.ControlPeriodNs);
        var overruns = 0L;
        for (var tick = 0L; !until.IsCancellationRequested; tick++)
        {
            var wall = Advance(1 + pacer.Overruns - overruns);
            overruns = pacer.Overruns;
            SetUpWhereAsked();
            _shown.Show(new(wall));
            if (tick % SceneEvery == 0) TellScene();
            if (tick % ClockEvery == 0)
            {
                _time.ClockValue.Ns = wall;
                _clock.TrySend(_time);
            }
            pacer.Next();
            Figures = (pacer.Overruns, Math.Max(Figures.LongestLateNs, pacer.BehindNs));
        }
    }

    /// <summary>
    /// Moves the world on, a period at a time, and tells each state as of the moment that it stands for. An arm does not wait for a busy machine: periods that
    /// were missed are made up for, or its way would not fit its speed. After a long pause it stood all the while.
    /// </summary>
    /// <returns>The moment that the world stands for, by the time of day, ns.</returns>
    private long Advance(long periods)
    {
        var period = _configuration.Robot.ControlPeriodNs;
        if (periods > MostMadeUpFor || Math.Abs(WallClock.NowNs - _toldNs - periods * period) > MostMadeUpFor * period)
            (periods, _toldNs) = (1, WallClock.NowNs - period);
        for (; periods > 0; periods--)
        {
            var now = SessionClock.MachineNs;
            foreach (var arm in _arms) arm.Act(now);
            _world.Step();
            _toldNs += period;
            foreach (var arm in _arms) arm.Tell(_toldNs);
        }
        return _toldNs;
    }

    public void Dispose()
    {
        _requests?.Dispose();
        foreach (var camera in _cameras) camera.Dispose();
        foreach (var arm in _arms) arm.Dispose();
        _scenes?.Dispose();
        _clock.Dispose();
        _node.Dispose();
        _world.Dispose();
    }

    private void Take(Wire.StdMsgs.String request, Arrival arrival)
    {
        // The next scene and no other: whatever else is asked for must not keep it from being set up.
        if (!SceneTopics.TryRead(request.Data, out var number, out var seed) || number != Volatile.Read(ref _number) + 1) return;
        Volatile.Write(ref _seed, seed);
        Volatile.Write(ref _asked, number);
    }

    private void SetUpWhereAsked()
    {
        var asked = Volatile.Read(ref _asked);
        if (asked != _number + 1) return;
        _world.SetUpAroundArms(() => _task.Reset(Volatile.Read(ref _seed)));
        Volatile.Write(ref _number, asked);
        TellScene();
    }

    private void TellScene()
    {
        if (_scenes is null) return;
        _world.Capture(_snapshot);
        _scene.Data[0] = _number;
        _snapshot.Values.CopyTo(CollectionsMarshal.AsSpan(_scene.Data)[1..]);
        _scenes.TrySend(_scene);
    }
}
