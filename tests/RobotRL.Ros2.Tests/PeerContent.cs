using System.Runtime.InteropServices;
using RobotRL.Wire;
using RobotRL.Wire.BuiltinInterfaces;
using RobotRL.Wire.GeometryMsgs;
using RobotRL.Wire.SensorMsgs;

namespace RobotRL.Ros2.Tests;

/// <summary>The content of sample n, by the rule of the peer's page: written here anew.</summary>
internal static class PeerContent
{
    /// <summary>The number of the sample by which the peer finds out whether it is heard.</summary>
    public const long Greeting = 4_000_000;

    private const string Letters = "abcdefg";

    public static void Fill(JointState state, long n)
    {
        Head(state.Header, n);
        CollectionsMarshal.SetCount(state.Position, 7);
        CollectionsMarshal.SetCount(state.Velocity, 7);
        CollectionsMarshal.SetCount(state.Effort, n % 5 == 4 ? 0 : 7);
        for (var i = 0; i < 7; i++)
        {
            if (state.Name.Count == i) state.Name.Add($"joint_{i + 1}");
            state.Position[i] = Math.Sin(0.001 * n + i);
            state.Velocity[i] = 0.001 * Math.Cos(0.001 * n + i);
            if (state.Effort.Count > 0) state.Effort[i] = i + n % 1024 / 1024.0;
        }
    }

    public static void Fill(WrenchStamped wrench, long n)
    {
        Head(wrench.Header, n);
        Set(wrench.Wrench.Force, n, n + 0.25, n + 0.5);
        Set(wrench.Wrench.Torque, -(double)n, -n - 0.25, -n - 0.5);
    }

    public static void Fill(PoseStamped pose, long n)
    {
        Head(pose.Header, n);
        var (sin, cos) = Math.SinCos(0.001 * n);
        (pose.Pose.Position.X, pose.Pose.Position.Y, pose.Pose.Position.Z) = (sin, cos, n);
        var o = pose.Pose.Orientation;
        (o.X, o.Y, o.Z, o.W) = (0.5 * sin, 0.5 * cos, Math.Sqrt(0.75) * sin, Math.Sqrt(0.75) * cos);
    }

    public static void Fill(Image image, long n)
    {
        Head(image.Header, n);
        (image.Width, image.Height, image.Encoding, image.IsBigendian, image.Step) = (640, 480, "rgb8", 0, 1920);
        Fill(image.Data, 1920 * 480, n);
    }

    public static void Fill(CompressedImage image, long n)
    {
        Head(image.Header, n);
        image.Format = "jpeg";
        Fill(image.Data, 20_000 + (int)(n % 1000), n);
    }

    /// <summary>Whether a message is sample n, but for the last digits of sines.</summary>
    public static bool Is<T>(T message, T expected) where T : IMessage => Rounded(message).SequenceEqual(Rounded(expected));

    /// <summary>The number of a sample, which its stamp tells.</summary>
    public static long NumberOf(Time stamp) => stamp.Ns / 1_000_000;

    private static byte[] Rounded<T>(T message) where T : IMessage
    {
        if (message is JointState state)
            foreach (var values in new[] { state.Position, state.Velocity, state.Effort })
                for (var i = 0; i < values.Count; i++) values[i] = Math.Round(values[i], 10);
        if (message is PoseStamped { Pose: var pose })
            (pose.Position.X, pose.Position.Y, pose.Orientation.X, pose.Orientation.Y, pose.Orientation.Z, pose.Orientation.W) =
                (Round(pose.Position.X), Round(pose.Position.Y), Round(pose.Orientation.X),
                    Round(pose.Orientation.Y), Round(pose.Orientation.Z), Round(pose.Orientation.W));
        return new CdrWriter().Message(message).ToArray();

        static double Round(double value) => Math.Round(value, 10) + 0.0;
    }

    private static void Head(Wire.StdMsgs.Header header, long n)
    {
        header.Stamp.Ns = n * 1_000_000;
        header.FrameId = Letters[..(int)(n % 8)];
    }

    private static void Fill(List<byte> data, int count, long n)
    {
        CollectionsMarshal.SetCount(data, count);
        var bytes = CollectionsMarshal.AsSpan(data);
        for (var k = 0; k < count; k++) bytes[k] = (byte)((k + 31 * n) % 251);
    }

    private static void Set(Vector3 vector, double x, double y, double z) => (vector.X, vector.Y, vector.Z) = (x, y, z);
}
