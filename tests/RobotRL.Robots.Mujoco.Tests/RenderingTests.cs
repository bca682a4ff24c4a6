using RobotRL.Model;
using RobotRL.Robots.Mujoco.Rendering;
using RobotRL.Tasks;

namespace RobotRL.Robots.Mujoco.Tests;

public sealed class RenderingTests
{
    private const int Size = 64;

    private static bool IsRed(byte r, byte g, byte b) => r > 2 * g && r > 2 * b && r > 90;
    private static bool IsBlue(byte r, byte g, byte b) => b > 2 * r && b > g + 40;
    private static bool IsYellow(byte r, byte g, byte b) => r > 90 && g > 0.6 * r && b < 0.3 * r;

    /// <summary>How many pixels match, and the centre of those.</summary>
    private static (int Count, double Row, double Column) Find(ReadOnlySpan<byte> rgb, Func<byte, byte, byte, bool> match)
    {
        var (count, rows, columns) = (0, 0.0, 0.0);
        for (var i = 0; i < rgb.Length / 3; i++)
        {
            if (!match(rgb[3 * i], rgb[3 * i + 1], rgb[3 * i + 2])) continue;
            (count, rows, columns) = (count + 1, rows + i / Size, columns + i % Size);
        }
        return (count, rows / count, columns / count);
    }

    private static byte[] Draw(OffscreenRenderer renderer, MujocoRobot robot, string camera, int width = Size, int height = Size)
    {
        var rgb = new byte[width * height * 3];
        renderer.Render(robot.Data, robot.Model.Camera(camera), width, height, rgb);
        return rgb;
    }

    private static void With(TaskKind kind, Action<OffscreenRenderer, MujocoRobot, SimulatedTask> body)
    {
        var description = Panda.Task(kind);
        using var robot = new MujocoRobot(Panda.Describe(kind), description.ScenePath);
        using var renderer = new OffscreenRenderer(robot.Model);
        body(renderer, robot, SimulatedTask.Create(description, robot));
    }

    [Theory]
    [InlineData("wrist")]
    [InlineData("side")]
    public void Camera_sees_peg_above_socket_and_the_socket_move(string camera) => With(TaskKind.PegInsert, (renderer, robot, task) =>
    {
        (double Row, double Column) Socket(double x, double y)
        {
            robot.Data.MocapPosition[0] = x;
            robot.Data.MocapPosition[1] = y;
            robot.Settle();
            var image = Draw(renderer, robot, camera);
            var (socket, peg) = (Find(image, IsBlue), Find(image, IsYellow));
            Assert.InRange(socket.Count, Size * Size / 40, Size * Size / 2);
            Assert.InRange(peg.Count, Size * Size / 60, Size * Size / 2);
            Assert.True(peg.Row + 5 < socket.Row, "rows run top to bottom: the peg is above the socket");
            return (socket.Row, socket.Column);
        }
        task.Reset(1);
        var (middle, along, across) = (Socket(0.5, 0), Socket(0.52, 0), Socket(0.5, 0.02));
        Assert.True(Math.Abs(along.Row - middle.Row) + Math.Abs(along.Column - middle.Column) > 3);
        Assert.True(Math.Abs(across.Row - middle.Row) + Math.Abs(across.Column - middle.Column) > 3);
    });

    [Fact]
    public void Turned_socket_looks_different_from_the_wrist() => With(TaskKind.PegInsert, (renderer, robot, task) =>
    {
        byte[] At(double yaw)
        {
            var turn = Rotation.AboutZ(yaw);
            (robot.Data.MocapQuaternion[0], robot.Data.MocapQuaternion[3]) = (turn.W, turn.Z);
            (robot.Data.MocapPosition[0], robot.Data.MocapPosition[1]) = (0.5, 0);
            robot.Settle();
            return Draw(renderer, robot, "wrist");
        }
        task.Reset(1);
        Assert.Equal(At(0), At(0));
        var changed = At(0).Zip(At(5 * Math.PI / 180)).Count(p => Math.Abs(p.First - p.Second) > 40);
        Assert.True(changed > 100, $"{changed} of {3 * Size * Size} values changed");
    });

    [Theory]
    [InlineData("wrist")]
    [InlineData("side")]
    public void Camera_sees_the_cube_wherever_it_lies(string camera) => With(TaskKind.PickLift, (renderer, robot, task) =>
    {
        for (ulong seed = 0; seed < 100; seed++)
        {
            task.Reset(seed);
            var cube = Find(Draw(renderer, robot, camera), IsRed);
            Assert.True(cube.Count >= 20, $"seed {seed}: {cube.Count} pixels, cube at {robot.Data.BodyPose(robot.Model.Body("cube")).Position}");
        }
    });

    [Fact]
    public void Reach_target_is_seen_beside_the_arm() => With(TaskKind.Reach, (renderer, robot, task) =>
    {
        var seen = 0;
        for (ulong seed = 0; seed < 40; seed++)
        {
            task.Reset(seed);
            if (Find(Draw(renderer, robot, "side"), IsRed).Count > 2) seen++;
        }
        Assert.InRange(seen, 25, 40); // the arm hides it now and then
    });

    [Fact]
    public void Images_of_every_size_show_the_same_view() => With(TaskKind.PegInsert, (renderer, robot, task) =>
    {
        task.Reset(1);
        double BlueShare(int size)
        {
            var image = Draw(renderer, robot, "wrist", size, size);
            var count = 0;
            for (var i = 0; i < image.Length; i += 3) count += IsBlue(image[i], image[i + 1], image[i + 2]) ? 1 : 0;
            return (double)count / (size * size);
        }
        var share = BlueShare(64);
        Assert.Equal(share, BlueShare(128), 0.02);
        Assert.Equal(share, BlueShare(480), 0.02);
    });

    [Fact]
    public void Several_renderers_share_a_thread_and_do_not_mix()
    {
        using MujocoRobot peg = new(Panda.Description, Panda.Scene("peg-insert")), pick = new(Panda.Description, Panda.Scene("pick-lift"));
        using OffscreenRenderer first = new(peg.Model), second = new(pick.Model);
        var (a, b) = (Draw(first, peg, "wrist"), Draw(second, pick, "wrist"));
        Assert.NotEqual(a, b);
        Assert.Equal(a, Draw(first, peg, "wrist"));
        Assert.Equal(b, Draw(second, pick, "wrist"));
    }

    [Fact]
    public void Camera_stamps_and_counts_its_frames_and_allocates_nothing() => With(TaskKind.PegInsert, (renderer, robot, task) =>
    {
        var camera = new SimulatedCamera(renderer, robot, new("wrist", Size, Size, 0, 0, Size, Size, ImageShape.Square(Size)));
        using var frame = new CameraFrame(Size, Size, static _ => { });
        frame.Rent();
        camera.Capture(frame);
        Assert.Equal((robot.Now, 0L), (frame.CaptureTime, frame.Sequence));
        robot.Step();
        const int captures = 20;
        Assert.Equal(0, Control.Contract.Allocation.Least(() => { for (var i = 0; i < captures; i++) camera.Capture(frame); }));
        Assert.Equal((robot.Now, 6L * captures), (frame.CaptureTime, frame.Sequence));
        Assert.True(Find(frame.Pixels, IsBlue).Count > 100);
    });

    [Fact]
    public void Misuse_is_refused() => With(TaskKind.Reach, (renderer, robot, _) =>
    {
        Assert.Throws<ArgumentException>(() => renderer.Render(robot.Data, 0, 8, 8, new byte[8]));
        Assert.Throws<ArgumentOutOfRangeException>(() => renderer.Render(robot.Data, 0, 641, 8, new byte[641 * 8 * 3]));
        Exception? elsewhere = null;
        var thread = new Thread(() => elsewhere = Record.Exception(() => renderer.Render(robot.Data, 0, 8, 8, new byte[8 * 8 * 3])));
        thread.Start();
        thread.Join();
        Assert.IsType<InvalidOperationException>(elsewhere);
    });
}
