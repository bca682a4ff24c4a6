using RobotRL.Ros2.Cyclone;
using RobotRL.Wire;
using RobotRL.Wire.DiagnosticMsgs;
using RobotRL.Wire.GeometryMsgs;
using RobotRL.Wire.RmwDdsCommon;
using RobotRL.Wire.SensorMsgs;
using RobotRL.Wire.TrajectoryMsgs;

namespace RobotRL.Ros2.Tests;

/// <summary>What comes over the wire may be anything: it is read, or refused in one way, and never costs more memory than it is long.</summary>
public sealed class MessageFuzzTests
{
    private const int Each = 30_000;

    [Fact]
    public void Joint_states() => Survive(new JointState { Name = { "a", "bb", "ccc" }, Position = { 1, 2, 3 }, Velocity = { 4 }, Effort = { 5, 6 } });

    [Fact]
    public void Pictures() => Survive(new Image { Width = 4, Height = 2, Encoding = "rgb8", Step = 12, Data = { 1, 2, 3, 4, 5, 6, 7, 8 } });

    [Fact]
    public void Nested_sequences() => Survive(new DiagnosticArray
    {
        Status = { new() { Name = "a", Values = { new() { Key = "k", Value = "v" }, new() { Key = "l" } } }, new() { Message = "b" } },
    });

    [Fact]
    public void Trajectories() => Survive(new JointTrajectory
    {
        JointNames = { "a", "b" },
        Points = { new() { Positions = { 1 } }, new() { Effort = { 1, 2 } } },
    });

    [Fact]
    public void Lists_of_nodes() => Survive(new ParticipantEntitiesInfo
    {
        NodeEntitiesInfoSeq = { new() { NodeName = "n", ReaderGidSeq = { new(), new() }, WriterGidSeq = { new() } } },
    });

    [Fact]
    public void Poses() => Survive(new PoseStamped { Header = { FrameId = "base" } });

    /// <summary>Both ways that a message is read here: into its class, and into the structure that is sent.</summary>
    private static void Survive<T>(T message) where T : IMessage, new()
    {
        Random random = new(11);
        var whole = new CdrWriter().Message(message).ToArray();
        T read = new();
        using NativeSample sample = new(new TopicType(T.TypeName, T.Definition));
        var refused = 0;
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var n = 0; n < Each; n++)
        {
            var payload = Fuzz.Harm([.. whole], random);
            try
            {
                CdrReader cdr = new(payload);
                read.Read(ref cdr);
            }
            catch (InvalidDataException) { refused++; }
            if (payload.Length < 4) continue;
            Assert.Equal(Laid(sample, payload), Laid(sample, payload));
        }
        Assert.InRange(refused, Each / 10, Each);
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / Each, 0, 20_000);
        CdrReader again = new(whole);
        read.Read(ref again);
        Assert.Equal(whole, new CdrWriter().Message(read).ToArray());
    }

    private static unsafe bool Laid(NativeSample sample, byte[] payload)
    {
        try
        {
            fixed (byte* bytes = payload) return sample.Lay(bytes, payload.Length) != null;
        }
        catch (InvalidDataException) { return false; }
    }
}
