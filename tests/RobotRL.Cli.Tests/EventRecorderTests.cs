using System.Runtime.InteropServices;
using RobotRL.Cli.Commands;
using RobotRL.Configuration;
using RobotRL.Control;
using RobotRL.Mcap.Tests;
using RobotRL.Model;
using RobotRL.Recording.Events;
using RobotRL.Safety;
using RobotRL.Sessions.Processes;

namespace RobotRL.Cli.Tests;

/// <summary>
/// What the event recorder freezes, in virtual time, with windows of 300 ticks before and 200 after.
/// <code>
/// tick   1 ………… t−300 ………… t ………… t+200 ………
///               ├──────────┼──────────┤   one file
/// </code>
/// </summary>
public sealed class EventRecorderTests : IDisposable
{
    private const int Before = 300, After = 200;
    private readonly TemporaryFolder _folder = new();
    private readonly Loop _loop = new();

    public void Dispose()
    {
        _loop.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Window_around_a_stop_is_exact_to_the_tick_and_every_record_is_the_loops_own()
    {
        using (var recorder = Recorder())
        {
            _loop.Run(500, recorder);
            _loop.Cycle.RequestStop(FaultCode.OperatorStop);
            _loop.Run(1000, recorder);
        }
        var file = Assert.Single(Files);
        var recording = EventReader.Read(file);
        var mark = Assert.Single(recording.Marks);
        Assert.Equal((EventKind.Stop, "OperatorStop", 501L), (mark.Kind, mark.Reason, mark.Tick));
        Assert.Equal((EventEnd.Window, 0L, -1), (recording.End, recording.Lost, recording.Info.Follows));
        Assert.Equal((501 - Before, 501 + After), (recording.FirstTick, recording.LastTick));

        var ticks = EventReader.ReadTicks(file);
        Assert.Equal(Before + 1 + After, ticks.Length);
        for (var i = 0; i < ticks.Length; i++) Same(_loop.Records[501 - Before - 1 + i], ticks[i]);
        Assert.NotEqual(ticks[0].Measured.Position[0], ticks[^1].Measured.Position[0]);
    }

    [Fact]
    public void Event_at_the_start_of_a_session_or_at_its_end_keeps_what_there_is()
    {
        using (var recorder = Recorder())
        {
            _loop.Run(50, recorder);
            _loop.Cycle.RequestStop(FaultCode.OperatorStop);
            _loop.Run(20, recorder);
        }
        var recording = EventReader.Read(Assert.Single(Files));
        Assert.Equal((1L, 70L, EventEnd.Session), (recording.FirstTick, recording.LastTick, recording.End));
    }

    // stop at 501 ── spike at 601 (a worse event within the window) ── reset, next stop at 1101: its window begins within the first file's
    [Fact]
    public void Events_share_a_window_or_begin_where_the_last_one_ended_and_no_tick_is_in_two_files()
    {
        using (var recorder = Recorder())
        {
            _loop.Run(500, recorder);
            _loop.Cycle.RequestStop(FaultCode.OperatorStop);
            _loop.Run(100, recorder);
            _loop.Robot.Faults.LostPackets = 20;
            _loop.Run(400, recorder);
            _loop.Cycle.RequestReset();
            _loop.Run(100, recorder);
            _loop.Cycle.RequestStop(FaultCode.OperatorStop);
            _loop.Run(300, recorder);
        }
        var (first, second) = (EventReader.Read(Files[0]), EventReader.Read(Files[1]));
        Assert.Equal(2, Files.Count);
        Assert.Equal(["OperatorStop", "StaleState"], first.Marks.Select(m => m.Reason));
        Assert.Equal((501 - Before, first.Marks[1].Tick + After), (first.FirstTick, first.LastTick));
        Assert.InRange(first.Marks[1].Tick, 602, 610);
        Assert.Equal((0, 1101L), (second.Info.Follows, Assert.Single(second.Marks).Tick));
        Assert.Equal((first.LastTick + 1, 1101 + After), (second.FirstTick, second.LastTick));
        Consecutive(Files.SelectMany(EventReader.ReadTicks));
    }

    [Fact]
    public void Long_event_goes_on_in_the_next_file_without_a_gap()
    {
        using (var recorder = Recorder(new(Before, After, Longest: 350)))
        {
            _loop.Run(500, recorder);
            _loop.Cycle.RequestStop(FaultCode.OperatorStop);
            _loop.Run(400, recorder);
        }
        Assert.Equal([EventEnd.Continued, EventEnd.Window], Files.Select(f => EventReader.Read(f).End));
        Assert.Equal([-1, 0], Files.Select(f => EventReader.Read(f).Info.Follows));
        Assert.Equal(Before + 1 + After, Consecutive(Files.SelectMany(EventReader.ReadTicks)));
    }

    [Fact]
    public void Boundary_that_is_pressed_on_is_one_event_and_what_only_smooths_is_none()
    {
        var watch = new EventWatch(After);
        const LimitFlags ordinary = LimitFlags.JointAcceleration | LimitFlags.ContactForce | LimitFlags.TorqueRate | LimitFlags.ErrorClip;
        Assert.False(watch.Sees(new() { Tick = 1, Limits = ordinary }, out _));
        Assert.True(watch.Sees(new() { Tick = 2, Limits = LimitFlags.Workspace | LimitFlags.TorqueRate }, out var mark));
        Assert.Equal((EventKind.Limit, "Workspace"), (mark.Kind, mark.Reason));
        for (var tick = 3; tick < 2000; tick++)
            Assert.False(watch.Sees(new() { Tick = tick, Limits = tick % 100 == 0 ? LimitFlags.Workspace : LimitFlags.None }, out _), "the same event");
        Assert.True(watch.Sees(new() { Tick = 1900 + After + 1, Limits = LimitFlags.KeepOut }, out mark));
        Assert.Equal("KeepOut", mark.Reason);
    }

    [Fact]
    public void Reflex_counts_when_it_begins_and_when_it_goes_further_and_so_does_a_critic_that_is_lost()
    {
        var watch = new EventWatch(After);
        ControlRecord r = new() { Tick = 1, Reflex = new() { Critic = CriticStatus.Ready } };
        Assert.Null(Reason());
        r.Reflex.State = ReflexState.Recovering;
        r.Reflex.Reason = ReflexReason.RiskAboveThreshold;
        Assert.Equal("Recovering: RiskAboveThreshold", Reason());
        Assert.Null(Reason());
        r.Reflex.State = ReflexState.Hold;
        r.Reflex.Reason = ReflexReason.RiskDuringRecovery;
        Assert.Equal("Hold: RiskDuringRecovery", Reason());
        r.Reflex.State = ReflexState.Following;
        Assert.Null(Reason());
        r.Reflex.Refused = 1;
        Assert.Equal("WeightsRefused", Reason());
        r.Reflex.Critic = CriticStatus.Stale;
        Assert.Equal("CriticStale", Reason());

        string? Reason()
        {
            r.Tick++;
            return watch.Sees(r, out var mark) ? mark.Reason : null;
        }
    }

    [Fact]
    public void Limit_files_of_a_session_are_bounded_and_further_limits_counted()
    {
        using var recorder = Recorder(new(Before, After, MostLimitFiles: 0));
        _loop.Targets(new(0.4, 0.3, 0)); // far out of the workspace
        _loop.Run(200, recorder);
        Assert.Contains(_loop.Records, r => (r.Limits & LimitFlags.Workspace) != 0);
        Assert.Equal((1, 1), (recorder.Events, recorder.Unstored));
        Assert.Empty(Files);
        _loop.Cycle.RequestStop(FaultCode.OperatorStop);
        _loop.Run(300, recorder);
        Assert.Equal((2, 1), (recorder.Events, recorder.Unstored));
        Assert.Single(Files);
    }

    [Fact]
    public void Recorder_that_comes_too_late_says_how_many_ticks_it_lost()
    {
        using (var recorder = Recorder(poll: 400))
        {
            _loop.Run(400, recorder);
            _loop.Cycle.RequestStop(FaultCode.OperatorStop);
            _loop.Run(50, null);
            _loop.Run(700, null); // the ring of 600 turns over meanwhile
            recorder.Poll();
        }
        // The tick of the stop is gone; the fault is still latched where reading goes on.
        var recording = EventReader.Read(Assert.Single(Files));
        Assert.Equal(1150 - 599 + 1, Assert.Single(recording.Marks).Tick);
        Assert.True(recording.Lost > 0);
        Assert.Equal(recording.Ticks, EventReader.ReadTicks(Files[0]).Length);
    }

    [Fact]
    public void Loop_allocates_nothing_while_a_thread_of_its_own_writes_its_events()
    {
        using var recorder = Recorder(ring: 20_000);
        recorder.Start();
        _loop.Cycle.Run(300);
        long allocated = 0;
        var loop = new Thread(() =>
        {
            _loop.Cycle.Run(10);
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 10; i++)
            {
                _loop.Cycle.RequestStop(FaultCode.OperatorStop);
                _loop.Cycle.Run(700);
                _loop.Cycle.RequestReset();
                _loop.Cycle.Run(50);
            }
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        });
        loop.Start();
        loop.Join();
        recorder.Dispose();
        Assert.Equal(0, allocated);
        Assert.Equal(10, Files.Count);
        Assert.All(Files, f => Assert.Equal(0, EventReader.Read(f).Lost));
        Assert.Equal(10, Files.SelectMany(f => EventReader.Read(f).Marks).Count());
    }

    [Fact]
    public void Killed_recorders_file_is_settled_with_the_ticks_it_has()
    {
        _loop.Begin(600, 50);
        _loop.Run(400, null);
        var torn = Directory.CreateDirectory(_folder["events"]).FullName;
        using (var writer = EventFolder.Open(torn, line => Assert.Fail(line)).Begin(new("hash", 1_000_000, 0), out _))
        {
            writer.Append(new EventMark(301, new(301_000_000), EventKind.Stop, "OperatorStop", double.NaN, double.NaN));
            for (var i = 0; i < 400; i++) writer.Append(_loop.Records[i]);
            writer.Flush();
            writer.Append(_loop.Records[0]); // a kill loses what was not handed over
        }
        File.WriteAllText(Path.Combine(torn, "000009.mcap.active"), "no event");

        List<string> log = [];
        var file = Assert.Single(EventFolder.Open(torn, log.Add).Files);
        Assert.Equal(2, log.Count);
        var recording = EventReader.Read(file);
        Assert.Equal((EventEnd.Interrupted, 1L, 400L, "000000.mcap"), (recording.End, recording.FirstTick, recording.LastTick, Path.GetFileName(file)));
        Assert.Equal("OperatorStop", Assert.Single(recording.Marks).Reason);
        Assert.Equal(["000000.mcap", "000009.mcap.unreadable"], Directory.GetFiles(torn).Select(f => Path.GetFileName(f)).Order());
    }

    [Fact]
    public void File_that_is_being_written_is_left_to_its_writer()
    {
        using var recorder = Recorder();
        _loop.Run(500, recorder);
        _loop.Cycle.RequestStop(FaultCode.OperatorStop);
        _loop.Run(100, recorder);
        Assert.Empty(EventFolder.Open(_folder["events"], line => Assert.Fail(line)).Files);
        _loop.Run(200, recorder);
        Assert.Equal(EventEnd.Window, EventReader.Read(Assert.Single(Files)).End);
    }

    [Fact]
    public void Disk_that_is_gone_stops_the_robot_once_and_is_told()
    {
        List<IOException> failures = [];
        using var recorder = Recorder(failed: failures.Add);
        _loop.Run(100, recorder);
        File.WriteAllText(_folder["events"], "no folder");
        _loop.Robot.Faults.WrenchSpike = new(new(0, 0, -100), default);
        _loop.Run(300, recorder);
        Assert.Same(recorder.Failure, Assert.Single(failures));
        Assert.Contains("events", recorder.Failure!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Public_mcap_reader_reads_the_same()
    {
        using (var recorder = Recorder(new(20, 10)))
        {
            _loop.Run(100, recorder);
            _loop.Robot.Faults.WrenchSpike = new(new(0, 0, -100), default);
            _loop.Run(1, recorder); // a knock: of a longer one no joint would feel anything, and that is an event of its own
            _loop.Robot.Faults.WrenchSpike = default;
            _loop.Run(99, recorder);
        }
        var read = NpmReader.Read(Assert.Single(Files));
        Assert.Equal("ros2", read.GetProperty("profile").GetString());
        var messages = read.GetProperty("messages").EnumerateArray().ToList();
        var ticks = messages.Where(m => m.GetProperty("topic").GetString() == "/control").Select(m => m.GetProperty("data")).ToList();
        Assert.Equal(31, ticks.Count);
        var mark = messages.Single(m => m.GetProperty("topic").GetString() == "/events").GetProperty("data");
        Assert.Equal("CollisionForce", mark.GetProperty("reason").GetString());
        Assert.Equal(100, mark.GetProperty("value").GetDouble(), 6);
        for (var i = 0; i < ticks.Count; i++)
        {
            var own = _loop.Records[80 + i];
            Assert.Equal($"{own.Tick}", ticks[i].GetProperty("tick").GetString());
            Assert.Equal(own.Measured.Position[3], ticks[i].GetProperty("position")[3].GetDouble());
            Assert.Equal(own.Measured.ExternalWrenchInEndEffector.Force.Z,
                ticks[i].GetProperty("external_wrench_in_end_effector").GetProperty("force").GetProperty("z").GetDouble());
            Assert.Equal(own.Reference.PoseInBase.Orientation.W, ticks[i].GetProperty("gated").GetProperty("orientation").GetProperty("w").GetDouble());
            Assert.Equal(own.TankJ, ticks[i].GetProperty("tank_j").GetDouble());
            Assert.Equal((byte)own.Fault.Code, ticks[i].GetProperty("fault").GetInt32());
            Assert.Equal(own.Reflex.Refused, ticks[i].GetProperty("weights_refused").GetInt32());
        }
    }

    /// <summary>A workspace so small that the demonstrator presses on its boundary.</summary>
    [Fact]
    public void Run_keeps_its_events_and_the_command_line_shows_them()
    {
        var run = _folder["run"];
        var record = RobotrlProcess.Run("record", Training.Reach, "--run", run, "--episodes", "3", "--set", "robot.limits.workspace.max_m=[0.65, 0.06, 0.35]");
        Assert.True(record.ExitCode == 0, record.Error);
        var listed = RobotrlProcess.Run("events", "list", run, "--json");
        Assert.True(listed.ExitCode == 0, listed.Error);
        var first = listed.Json.GetProperty("events")[0];
        Assert.Equal("Limit", first.GetProperty("kinds").GetString());
        Assert.Contains("Workspace", first.GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Equal(0, first.GetProperty("lost").GetInt64());
        var shown = RobotrlProcess.Run("events", "show", run, "--event", "0", "--json");
        Assert.Equal(first.GetProperty("tick").GetInt64(), shown.Json.GetProperty("marks")[0].GetProperty("tick").GetInt64());
        Assert.Contains("Workspace", shown.Error, StringComparison.Ordinal);
        Assert.Equal(2, RobotrlProcess.Run("events", "show", run, "--event", "999").ExitCode);
    }

    private IReadOnlyList<string> Files => EventFolder.Read(_folder["events"]).Files;

    private EventRecorder Recorder(EventWindow? window = null, int ring = 600, int poll = 50, Action<IOException>? failed = null)
    {
        _loop.Begin(ring, poll);
        return new(_loop.Cycle.Records, EventFolder.Open(_folder["events"], _ => { }), new("hash", 1_000_000, 0),
            window ?? new(Before, After), failed ?? (e => Assert.Fail(e.ToString())));
    }

    private static int Consecutive(IEnumerable<ControlRecord> ticks)
    {
        var numbers = ticks.Select(t => t.Tick).ToList();
        Assert.Equal(Enumerable.Range(0, numbers.Count).Select(i => numbers[0] + i), numbers);
        return numbers.Count;
    }

    /// <summary>
    /// Compares, to the bit, every number that an event keeps. An episode's trace keeps the other inputs of a tick, and its numbers for replays.
    /// </summary>
    private static void Same(in ControlRecord expected, in ControlRecord actual) => Assert.Equal(Kept(expected), Kept(actual));

    private static string Kept(ControlRecord record)
    {
        record.Inputs = default;
        record.Reflex = record.Reflex with { CriticOffer = 0, CriticBornAt = default };
        return Convert.ToHexString(MemoryMarshal.AsBytes(new ReadOnlySpan<ControlRecord>(in record)));
    }

    /// <summary>A loopback arm on the move under its control cycle, each record kept beside.</summary>
    private sealed class Loop : IDisposable
    {
        private static readonly RunConfiguration Configuration = RunConfiguration.Load(Path.Combine(RobotrlProcess.Root, Training.Reach));
        private int _poll;
        private long _sequence;

        public LoopbackRobot Robot { get; private set; } = null!;
        public ControlCycle Cycle { get; private set; } = null!;
        public List<ControlRecord> Records { get; } = [];

        public void Begin(int ring, int poll)
        {
            _poll = poll;
            Robot = new(Configuration.Robot);
            Cycle = new(Robot, new LockstepPacer(Robot), Configuration.Task.EndEffectorInFlange, ring);
        }

        public void Run(int ticks, EventRecorder? recorder)
        {
            for (var i = 0; i < ticks; i++)
            {
                Robot.DisturbanceNm = Wiggle(Records.Count);
                Cycle.Run(1);
                Records.Add(Cycle.Records[0]);
                if (Records.Count % _poll == 0) recorder?.Poll();
            }
        }

        public void Targets(Vector3D offset)
        {
            Run(1, null);
            var now = Cycle.Records[0].Time;
            Cycle.Heartbeats.Publish(new(now.Plus(1_000_000), CommandingState.Commanding));
            var pose = Cycle.Records[0].EndEffector.PoseInBase;
            Cycle.Targets.Publish(new(pose with { Position = pose.Position + offset }, now, now.Plus(200_000_000),
                CartesianStiffness.Of(Configuration.Robot.Impedance), default, ActionSource.Policy, ++_sequence));
        }

        public void Dispose() => Robot?.Dispose();

        private static JointTorques Wiggle(int tick)
        {
            JointTorques push = default;
            push[0] = 0.5 * Math.Sin(0.01 * tick);
            return push;
        }
    }
}
