using RobotRL.Model;
using RobotRL.Robots.Ros2;
using RobotRL.Ros2.Nodes;
using RobotRL.Ros2.Transport;
using RobotRL.Safety;
using RobotRL.Wire.GeometryMsgs;
using RobotRL.Wire.SensorMsgs;
using Pose = RobotRL.Model.Pose;

namespace RobotRL.Ros2.Tests;

/// <summary>What is made of a robot's clock, its force sensor and its cameras.</summary>
public sealed class SensorTests
{
    private const long Ms = 1_000_000;

    [Fact]
    public void What_comes_later_than_the_fastest_message_is_old_by_that()
    {
        ClockMap clock = new();
        Assert.Equal((true, 1000 * Ms), (clock.TryMap(5 * Ms, 1000 * Ms, out var first), first));
        Assert.True(clock.TryMap(10 * Ms, 1012 * Ms, out var late));
        Assert.InRange(1012 * Ms - late, 6.9 * Ms, 7.1 * Ms);
        Assert.True(clock.TryMap(20 * Ms, 1014 * Ms, out var faster));
        Assert.Equal(1014 * Ms, faster);
    }

    [Fact]
    public void A_clock_that_is_set_forward_is_told_and_one_set_back_reads_old_for_a_second()
    {
        ClockMap clock = new();
        clock.TryMap(0, 1000 * Ms, out _);
        Assert.False(clock.TryMap(1001 * Ms, 1001 * Ms, out _));
        ClockMap back = new();
        back.TryMap(5000 * Ms, 5000 * Ms, out _);
        for (var t = 5001L; t < 5990; t++)
        {
            Assert.True(back.TryMap((t - 1000) * Ms, t * Ms, out var measured));
            Assert.InRange(t * Ms - measured, 990 * Ms, 1001 * Ms);
        }
    }

    /// <summary>At home and with the hand turned, the tool's weight is no outside force; a push is, whatever the bias.</summary>
    [Fact]
    public void A_sensor_at_the_flange_is_tared_and_freed_of_the_tools_weight()
    {
        var configuration = Cell.Load("reach");
        var (robot, endEffector) = (configuration.Robot, configuration.Task.EndEffectorInFlange);
        WrenchSensor sensor = new(robot, new(new("/ft", true), IsAtEndEffector: false, IsOnTool: true), endEffector);
        JointPositions home = default;
        for (var i = 0; i < 7; i++) home[i] = robot.HomeRad[i];
        Vector3D bias = new(1.5, -2, 3);
        for (var i = 0; i < WrenchSensor.TareSamples; i++)
        {
            Assert.False(sensor.IsReady);
            sensor.Of(Reading(home, bias), home, isAtRest: true);
            sensor.Of(new() { Wrench = { Force = { X = double.NaN } } }, home, isAtRest: true);
            sensor.Of(Reading(home, new(99, 99, 99)), home, isAtRest: false);
        }
        Assert.True(sensor.IsReady);
        Assert.InRange((sensor.Bias.Force - bias).Length, 0, 1e-9);
        var turned = home;
        (turned[4], turned[5], turned[6]) = (turned[4] + 0.7, turned[5] - 0.5, turned[6] + 0.3);
        var free = sensor.Of(Reading(turned, bias), turned, isAtRest: false);
        Assert.InRange(free.Force.Length + free.Torque.Length, 0, 1e-9);
        var pushed = sensor.Of(Reading(turned, bias + new Vector3D(0, 0, -5)), turned, isAtRest: false);
        Assert.InRange(pushed.Force.Length, 5 - 1e-9, 5 + 1e-9);

        // What the sensor would feel: its bias, and the weight of what hangs at it.
        WrenchStamped Reading(in JointPositions position, Vector3D beside)
        {
            ArmKinematics arm = new(robot, Pose.Identity);
            arm.Update(position);
            var tool = robot.Dynamics.ToolInFlange;
            var weight = arm.EndEffectorInBase.Orientation.Inverse.Rotate(tool.MassKg * robot.Dynamics.GravityMS2);
            var torque = Vector3D.Cross(tool.CenterOfMassM - robot.ForceSensor!.PositionInFlangeM, weight);
            var force = weight + beside;
            return new()
            {
                Wrench =
                {
                    Force = { X = force.X, Y = force.Y, Z = force.Z },
                    Torque = { X = torque.X, Y = torque.Y, Z = torque.Z },
                },
            };
        }
    }

    [Fact]
    public void A_camera_with_two_senders_names_both_and_one_that_fell_silent_is_followed_by_the_next()
    {
        Assert.SkipWhen(Chosen.Backend == Ros2Backend.Rcldotnet, "rcldotnet does not tell senders apart: two are refused, even if one is silent.");
        var domain = Domains.Next();
        using var one = Chosen.Node("/test/driver", domain);
        using var two = Chosen.Node("/test/stranger", domain);
        using var receives = Chosen.Node("/test/actor", domain);
        CameraDescription description = new("wrist", 16, 12, 0, 0, 12, 12, ImageShape.Square(12));
        using var first = one.Publish<Image>("/image_raw", Qos.Default);
        using var second = two.Publish<Image>("/image_raw", Qos.Default);
        Image image = new() { Width = 16, Height = 12, Encoding = "mono8", Step = 16 };
        image.Data.AddRange(new byte[16 * 12]);
        using CameraFrame frame = new(16, 12, _ => { });
        frame.Rent();

        using (Ros2Camera camera = new(receives, description, new("/image_raw", true)))
        {
            Assert.Null(SaidOf(camera, first));
            var said = SaidOf(camera, first, second)!;
            foreach (var word in new[] { "2 nodes send pictures on /image_raw", "/test/driver", "/test/stranger" })
                Assert.Contains(word, said, StringComparison.Ordinal);
        }
        using Ros2Camera next = new(receives, description, new("/image_raw", true));
        Assert.Null(SaidOf(next, first));
        Thread.Sleep(1200);
        Assert.Null(SaidOf(next, second));

        string? SaidOf(Ros2Camera camera, params Publisher<Image>[] all)
        {
            frame.CaptureTime = new(long.MinValue);
            var before = frame.CaptureTime;
            for (var i = 0; i < 60; i++, Thread.Sleep(10))
            {
                image.Header.Stamp.Ns = WallClock.NowNs;
                foreach (var topic in all) topic.TrySend(image);
                try { camera.Capture(frame); }
                catch (InvalidDataException e) { return e.Message; }
            }
            Assert.True(frame.CaptureTime > before);
            return null;
        }
    }

    [Theory]
    [InlineData(16, 12, "rgb8", null)]
    [InlineData(16, 12, "bgr8", null)]
    [InlineData(16, 12, "mono8", null)]
    [InlineData(12, 16, "rgb8", "pictures of 12×16 pixels, and the task says 16×12")]
    [InlineData(16, 12, "bayer", "encoding 'bayer'")]
    public void Pictures_are_taken_or_refused_by_what_they_are(int width, int height, string encoding, string? refusal)
    {
        var domain = Domains.Next();
        using var sends = Chosen.Node("/test/driver", domain);
        using var receives = Chosen.Node("/test/actor", domain);
        CameraDescription description = new("wrist", 16, 12, 0, 0, 12, 12, ImageShape.Square(12));
        using Ros2Camera camera = new(receives, description, new("/image_raw", true));
        using var topic = sends.Publish<Image>("/image_raw", Qos.Default);
        var bytes = encoding == "mono8" ? 1 : 3;
        Image image = new() { Width = (uint)width, Height = (uint)height, Encoding = encoding, Step = (uint)(bytes * width) };
        for (var i = 0; i < bytes * width * height; i++) image.Data.Add((byte)i);
        using CameraFrame frame = new(16, 12, _ => { });
        frame.Rent();
        camera.Capture(frame);
        Assert.Equal(long.MinValue, frame.CaptureTime.Ns);
        string? said = null;
        for (var i = 0; i < 1000 && said is null && frame.CaptureTime.Ns == long.MinValue; i++, Thread.Sleep(10))
        {
            image.Header.Stamp.Ns = WallClock.NowNs;
            topic.TrySend(image);
            try { camera.Capture(frame); }
            catch (InvalidDataException e) { said = e.Message; }
        }
        if (refusal is not null)
        {
            Assert.Contains(refusal, said, StringComparison.Ordinal);
            return;
        }
        Assert.Null(said);
        byte[] second = encoding switch { "rgb8" => [3, 4, 5], "bgr8" => [5, 4, 3], _ => [1, 1, 1] };
        Assert.Equal(second, frame.Pixels[3..6]);
    }
}
