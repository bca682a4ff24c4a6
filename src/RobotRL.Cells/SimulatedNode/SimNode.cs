using System.Diagnostics;
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
    /// <summary>So long whoever commands the robot may take to end, once this is asked to: a robot outlives its commander.</summary>
    private static readonly TimeSpan OutlivesFor = TimeSpan.FromSeconds(30);

    private const int Priority = 70, ReceivePriority = 71, SceneEvery = 10, ClockEvery = 10, CommandersEvery = 50, MostMadeUpFor = 50;

    private readonly RunConfiguration _configuration;
    private readonly HashSet<string> _commands;
    private readonly Action<string> _log;
    private readonly Ros2Node _node;
    private readonly MujocoWorld _world;
    private readonly ITask _task;
    private readonly SharedWorld _shown;
    private readonly List<SimulatedArm> _arms = [];
    private readonly List<SimulatedCamera> _cameras = [];
    private readonly Publisher<Float64MultiArray>? _scenes;
    private readonly Publisher<ClockMessage> _clock;
    private readonly SceneRequests? _requests;
    private readonly List<FollowedArm> _others = [];
    private readonly Float64MultiArray _scene = new();
    private readonly SimulationSnapshot _snapshot;
    private readonly ClockMessage _time = new();
    private long _toldNs;

    /// <param name="configuration">Of the cell.</param>
    /// <param name="log">Takes a line for a person.</param>
    /// <param name="only">
    /// The one arm to play, as its own computer would: the others are where their own say that they are. The first arm's shows scene and cameras. Null plays
    /// all arms.
    /// </param>
    /// <exception cref="BadInputException">The configuration is of no simulated robot behind ROS 2, or has no such arm.</exception>
    /// <exception cref="TransportException">Somebody else plays this robot already.</exception>
    public SimNode(RunConfiguration configuration, Action<string> log, string? only = null)
    {
        (_configuration, _log) = (configuration, log);
        if (configuration.Ros2 is not { } ros2 || configuration.Robot.Driver != "ros2_sim")
            throw new BadInputException("robot.driver: a simulated robot behind ROS 2 is ros2_sim, with a section ros2; choose a cell such as --cell ros2");
        var task = configuration.Task;
        int[] played = [.. Enumerable.Range(0, ros2.Arms.Count).Where(i => only is null || task.Arms.ElementAtOrDefault(i)?.Name == only)];
        if (played.Length == 0)
        {
            throw new BadInputException($"--arm {only}: the cell has no such arm; "
                + (task.Arms.Count == 0 ? "it has one without a name, so leave this out" : $"choose {string.Join(" or ", task.Arms.Select(arm => arm.Name))}"));
        }
        var showsScene = played[0] == 0;
        _commands = [.. played.SelectMany(i => ros2.Arms[i].Commands).Select(one => one.Topic)];
        _node = Ros2Node.Open(Ros2Robots.Urgent(Ros2Robots.Options(ros2, only is null ? "sim_node" : $"sim_node_{only}"), ReceivePriority));
        TopicClaim claim = new(_node, ros2, [.. played.SelectMany(i => ros2.Arms[i].Told), .. showsScene ? Shown(ros2) : []]);
        try
        {
            claim.Await(log);
        }
        catch
        {
            _node.Dispose();
            throw;
        }
        _world = new(configuration.Robot with { Driver = "mujoco" }, task.ScenePath, task.Arms);
        _task = SimulatedTask.Create(task, _world);
        // Once as it is done later, around arms that stay: what runs for the first time is compiled then, and compiling takes many periods.
        _task.Reset(0);
        _world.SetUpAroundArms(() => _task.Reset(0));
        (_shown, _snapshot) = (new(_world), new(_world.Model));
        for (var i = 0; i < ros2.Arms.Count; i++)
            if (played.Contains(i)) _arms.Add(new(_node, _world.Arms[i], ros2.Arms[i]));
            else _others.Add(new(_node, _world.Arms[i], ros2.Arms[i]));
        foreach (var camera in showsScene ? task.Cameras : [])
            if (ros2.Cameras.TryGetValue(camera.Name, out var topic)) _cameras.Add(new(_node, _shown, _world.Model, (camera, topic, task.PeriodNs(camera))));
        _clock = _node.Publish<ClockMessage>($"{ros2.Namespace}/clock", Qos.SensorData);
        if (ros2.SceneTopic is { } scene && showsScene)
        {
            CollectionsMarshal.SetCount(_scene.Data, _snapshot.Values.Length + 1);
            _scenes = _node.Publish<Float64MultiArray>(scene, SceneTopics.OfScenes);
            _requests = new(_node, scene, log);
        }
        try
        {
            // Two that began in the same moment have not met before.
            Thread.Sleep(TopicClaim.Discovery);
            claim.Require();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Where it is on the network.</summary>
    public string Place => _node.Transport.Description;

    /// <summary>Periods that were missed, and the longest time by which one began late, ns.</summary>
    public (long Missed, long LongestLateNs) Figures { get; private set; }

    /// <summary>Runs at the wall clock's pace until cancelled and nobody commands any more, on the calling thread.</summary>
    public void Run(CancellationToken until)
    {
        RealTimeThread.TryFifo(Priority);
        using RealtimePacer pacer = new(_configuration.Robot.ControlPeriodNs);
        var overruns = 0L;
        Stopwatch? asked = null;
        for (var tick = 0L; ; tick++)
        {
            if (until.IsCancellationRequested && tick % CommandersEvery == 0 && !Outlives(ref asked)) return;
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
            foreach (var other in _others) other.Follow();
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
        foreach (var other in _others) other.Dispose();
        _scenes?.Dispose();
        _clock.Dispose();
        _node.Dispose();
        _world.Dispose();
    }

    private bool Outlives(ref Stopwatch? asked)
    {
        var commander = _node.Transport.Ends().FirstOrDefault(end => end.IsWriter && !end.IsOwn && _commands.Contains(end.Topic));
        if (commander is null) return false;
        if (asked is null) _log($"{commander.Node} commands still: this ends after it, in {OutlivesFor.TotalSeconds} s at the latest.");
        asked ??= Stopwatch.StartNew();
        return asked.Elapsed < OutlivesFor;
    }

    private void SetUpWhereAsked()
    {
        if (_requests is null || !_requests.IsAsked(out var seed)) return;
        _world.SetUpAroundArms(() => _task.Reset(seed));
        _requests.Stands();
        TellScene();
    }

    private void TellScene()
    {
        if (_scenes is null) return;
        _world.Capture(_snapshot);
        _scene.Data[0] = _requests!.Number;
        _snapshot.Values.CopyTo(CollectionsMarshal.AsSpan(_scene.Data)[1..]);
        _scenes.TrySend(_scene);
    }

    private static IEnumerable<(string Key, string Topic)> Shown(Ros2Parameters ros2) =>
        ros2.SceneTopic is { } scene ? [("ros2.scene_topic", scene), .. Cameras(ros2)] : Cameras(ros2);

    private static IEnumerable<(string Key, string Topic)> Cameras(Ros2Parameters ros2) =>
        ros2.Cameras.Values.Select((topic, i) => ($"ros2.cameras.{i}.topic", topic.Name));
}
