using System.Diagnostics;
using RobotRL.Ros2.Nodes;
using RobotRL.Ros2.Transport;
using RobotRL.Wire;
using RobotRL.Wire.DiagnosticMsgs;
using RobotRL.Wire.GeometryMsgs;
using RobotRL.Wire.SensorMsgs;
using RobotRL.Wire.TrajectoryMsgs;

namespace RobotRL.Ros2.Tests;

public sealed class TopicTests : IDisposable
{
    /// <summary>Bytes a message: rcldotnet's call of C code allocates.</summary>
    private static readonly long AllocatedBySending = Chosen.Backend == Model.Ros2Backend.Rcldotnet ? 88 : 0;

    private readonly int _domain = Domains.Next();
    private readonly Ros2Node _here, _there;

    public TopicTests()
    {
        _here = Node("/test/here");
        _there = Node("/test/there");
    }

    [Fact]
    public void Message_arrives_whole() => Passes(
        new JointState
        {
            Header = { Stamp = { Sec = 5, Nanosec = 7 }, FrameId = "base" },
            Name = { "a", "", "joint_µ" },
            Position = { 1, 2, 3 },
            Effort = { -0.5 },
        });

    [Fact]
    public void Sequences_of_messages_arrive_whole() => Passes(new DiagnosticArray
    {
        Status =
        {
            new() { Level = 2, Name = "arm", Message = "stopped", Values = { new() { Key = "a", Value = "1" }, new() { Key = "", Value = "" } } },
            new() { Level = 0, Name = "camera" },
            new() { Values = { new() { Key = "long", Value = new string('x', 9000) } } },
        },
    });

    [Fact]
    public void Trajectories_arrive_whole() => Passes(new JointTrajectory
    {
        JointNames = { "a", "b" },
        Points = { new() { Positions = { 1, 2 }, TimeFromStart = { Sec = 1 } }, new() { Velocities = { 1 }, Effort = { 3, 4, 5 } } },
    });

    [Fact]
    public void A_picture_arrives_whole()
    {
        Image image = new() { Height = 480, Width = 640, Encoding = "rgb8", Step = 1920 };
        image.Data.AddRange(Enumerable.Range(0, 640 * 480 * 3).Select(i => (byte)(i * 31)));
        Passes(image);
    }

    [Fact]
    public void Structures_of_fixed_size_arrive_whole() => Passes(new CameraInfo
    {
        Height = 3,
        DistortionModel = "plumb_bob",
        D = { 1, 2, 3, 4, 5 },
        K = { [0] = 500, [8] = 1 },
        P = { [11] = 9 },
        Roi = { Height = 5, DoRectify = true },
    });

    [Fact]
    public void Sides_that_differ_in_quality_are_named()
    {
        using var reader = _here.Subscribe<WrenchStamped>("/wrench", Qos.Default, (_, _) => { });
        using var writer = _there.Publish<WrenchStamped>("/wrench", Qos.SensorData);
        Until(() => _here.Transport.Mismatches().Count > 0);
        var line = Assert.Single(_here.Transport.Mismatches());
        Assert.Contains("/wrench", line, StringComparison.Ordinal);
        Until(() => _here.Transport.Mismatches()[0].Contains("/test/there", StringComparison.Ordinal));
        Assert.Contains("/test/here", line, StringComparison.Ordinal);
        Assert.Contains("best-effort", line, StringComparison.Ordinal);
        Assert.Equal(0, reader.WriterCount);
    }

    [Fact]
    public void Sides_that_differ_in_type_are_named()
    {
        using var reader = _here.Subscribe<WrenchStamped>("/x", Qos.Default, (_, _) => { });
        using var writer = _there.Publish<PoseStamped>("/x", Qos.Default);
        Until(() => _there.Transport.Mismatches().Any(line => line.Contains("differ in type", StringComparison.Ordinal)));
    }

    [Fact]
    public void Who_comes_late_gets_what_is_kept()
    {
        using var writer = _there.Publish<Wire.StdMsgs.String>("/robot_description", Qos.Latched);
        Assert.True(writer.TrySend(new() { Data = "<robot/>" }));
        string? got = null;
        using var reader = _here.Subscribe<Wire.StdMsgs.String>("/robot_description", Qos.Latched, (message, _) => Volatile.Write(ref got, message.Data));
        Until(() => Volatile.Read(ref got) == "<robot/>");
    }

    [Fact]
    public void A_state_once_known_allocates_nothing()
    {
        JointState sent = new() { Header = { FrameId = "base" } }, got = new();
        for (var i = 0; i < 7; i++)
        {
            sent.Name.Add($"panda_joint{i}");
            sent.Position.Add(i);
            sent.Velocity.Add(i);
        }
        CdrWriter cdr = new();
        using var writer = _there.Publish<JointState>("/joint_states", Qos.Default);
        for (var i = 0; i < 10; i++) Turn();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++) Turn();
        Assert.Equal(100 * AllocatedBySending, GC.GetAllocatedBytesForCurrentThread() - before);

        void Turn()
        {
            sent.Header.Stamp.Nanosec++;
            writer.TrySend(sent);
            CdrReader reader = new(cdr.Message(sent));
            got.Read(ref reader);
        }
    }

    public void Dispose()
    {
        _here.Dispose();
        _there.Dispose();
    }

    private Ros2Node Node(string name) => Chosen.Node(name, _domain);

    private void Passes<T>(T message) where T : IMessage, new()
    {
        byte[]? got = null;
        CdrWriter again = new();
        using var reader = _here.Subscribe<T>("/passes", Qos.Default, (received, _) => Volatile.Write(ref got, again.Message(received).ToArray()));
        using var writer = _there.Publish<T>("/passes", Qos.Default);
        Until(() => writer.Writer.ReaderCount == 1 && reader.WriterCount == 1);
        Assert.True(writer.TrySend(message));
        Until(() => Volatile.Read(ref got) is not null);
        Assert.Equal(new CdrWriter().Message(message).ToArray(), got);
    }

    private static void Until(Func<bool> holds)
    {
        for (var waited = Stopwatch.StartNew(); !holds(); Thread.Sleep(10)) Assert.True(waited.Elapsed < TimeSpan.FromSeconds(20), "It did not come.");
    }
}
