using System.Runtime.CompilerServices;
using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control.Tests;

/// <summary>The memory between control process and actor. Both sides are in this process, and the loop runs in virtual time.</summary>
public sealed class ChannelTests
{
    private static readonly string Hash = new('a', 64), OtherHash = new('b', 64);
    private readonly string _name = $"test-{Guid.NewGuid():N}";

    [Fact]
    public void Another_layout_is_refused_as_a_protocol_mismatch()
    {
        using var control = Open();
        control.Header.Layout ^= 1;
        Refused(FaultCode.ProtocolMismatch, "another version");
    }

    [Fact]
    public void Another_configuration_is_refused_as_a_protocol_mismatch()
    {
        using var control = Open();
        Refused(FaultCode.ProtocolMismatch, "another configuration", OtherHash);
    }

    [Fact]
    public void Nothing_is_attached_to_before_the_loop_runs()
    {
        Refused(FaultCode.None, "no control process");
        using var control = ControlChannel.Create(_name, Hash, 0);
        Refused(FaultCode.None, "still starting");
        control.Open();
        ControlChannel.Attach(_name, Hash).Dispose();
    }

    // The file is there before it has a length, if only for a moment.
    [Fact]
    public void Channel_that_is_being_made_is_still_starting()
    {
        var path = ControlChannel.PathOf(_name);
        ChannelFolder.Make();
        File.WriteAllBytes(path, []);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        try
        {
            Refused(FaultCode.None, "still starting");
            Assert.Contains("still starting", Assert.Throws<ChannelRefusedException>(() => new ChannelProbe(_name)).Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void One_control_process_and_one_actor_share_a_channel()
    {
        using var control = Open();
        Assert.Contains("another control process",
            Assert.Throws<ChannelRefusedException>(() => ControlChannel.Create(_name, Hash, 0)).Message, StringComparison.Ordinal);
        using (ControlChannel.Attach(_name, Hash)) Refused(FaultCode.None, "another actor");
        ControlChannel.Attach(_name, Hash).Dispose();
    }

    [Fact]
    public void Channel_belongs_to_the_user_alone()
    {
        using var control = Open();
        if (OperatingSystem.IsWindows()) Assert.Skip("Windows has other rights.");
        else Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(control.Path));
    }

    [Fact]
    public void Value_whose_writer_died_in_the_midst_is_never_seen_and_the_next_one_is()
    {
        using var control = Open();
        var actor = ControlChannel.Attach(_name, Hash);
        actor.Heartbeats.Publish(new(new(1), CommandingState.Commanding));
        ref var version = ref VersionOf(actor);
        version++; // as a writer leaves it that is killed between its first store and its last
        Heartbeat seen = default;
        long count = 0;
        Assert.Equal(CellReading.Busy, control.Heartbeats.Read(ref seen, ref count));
        actor.Dispose();
        using var next = ControlChannel.Attach(_name, Hash);
        next.Heartbeats.Publish(new(new(2), CommandingState.SignedOff));
        Assert.Equal(CellReading.New, control.Heartbeats.Read(ref seen, ref count));
        Assert.Equal(new(new(2), CommandingState.SignedOff), seen);
    }

    // ticks      0 . . . . . 50 . . . . . . . . 70
    // link       | | | | | |  silent ──────────▶ stop
    [Theory, InlineData(true, FaultCode.HeartbeatLost), InlineData(false, FaultCode.None)]
    public void Silent_link_stops_a_robot_that_is_commanded(bool commands, FaultCode expected)
    {
        using var run = new VirtualHost(_name, Hash);
        using ActorEnd actor = new(ControlChannel.Attach(_name, Hash));
        run.EachTick = tick =>
        {
            if (tick < 50) actor.Beat();
            actor.Heartbeats.Publish(new(run.Robot.Now, commands ? CommandingState.Commanding : CommandingState.SignedOff));
        };
        run.Until(200);
        Assert.Equal(expected, run.FaultAt(199).Code);
        if (!commands) return;
        Assert.Equal(StopCategory.Category2, run.FaultAt(199).Category);
        Assert.InRange(run.FirstFault, 65, 75);
    }

    [Fact]
    public void Actor_of_another_build_stops_the_robot()
    {
        using var run = new VirtualHost(_name, Hash);
        using ChannelProbe actor = new(_name);
        run.EachTick = tick =>
        {
            if (tick == 20) actor.WriteAsAnotherVersion();
        };
        run.Until(60);
        Assert.Equal(FaultCode.ProtocolMismatch, run.FaultAt(59).Code);
        Assert.InRange(run.FirstFault, 20, 23);
    }

    [Theory, InlineData("mujoco", true), InlineData("loopback", true), InlineData("franka", false)]
    public void Only_a_simulated_robot_is_driven_without_real_time_rights(string driver, bool suffices)
    {
        Assert.Equal(suffices, new RealTimeRights(Priority: false, Memory: true, Cpu: true).Suffice(driver));
        Assert.Equal(suffices, new RealTimeRights(Priority: true, Memory: false, Cpu: true).Suffice(driver));
        Assert.True(new RealTimeRights(true, true, true).Suffice(driver));
    }

    [Fact]
    public void Layout_number_is_the_same_each_time_and_sizes_do_not_overlap()
    {
        ChannelLayout layout = new(100);
        Assert.Equal(ChannelLayout.Hash, ChannelLayout.Hash);
        Assert.True(Unsafe.SizeOf<ChannelHeader>() <= layout.Targets && layout.Targets < layout.Heartbeats && layout.Heartbeats < layout.Latest);
        Assert.True(layout.Heartbeats < layout.Link && layout.Link < layout.Requests && layout.Requests < layout.Answers && layout.Answers < layout.Latest);
        Assert.True(layout.Latest + LatestCell<ControlRecord>.Bytes <= layout.World && layout.World + WorldCell.Bytes(100) <= layout.Bytes);
    }

    private static unsafe ref long VersionOf(ControlChannel channel) => ref *(long*)(channel.Memory + channel.Layout.Heartbeats);

    private ControlChannel Open()
    {
        var channel = ControlChannel.Create(_name, Hash, 0);
        channel.Open();
        return channel;
    }

    private void Refused(FaultCode code, string reason, string? hash = null)
    {
        var refusal = Assert.Throws<ChannelRefusedException>(() => ControlChannel.Attach(_name, hash ?? Hash));
        Assert.Equal(code, refusal.Code);
        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
    }
}
