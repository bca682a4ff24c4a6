using System.Globalization;
using System.Text;
using OpenCvSharp;
using RobotRL.Calibration.Boards;
using RobotRL.Calibration.Sources;
using RobotRL.Mcap;
using RobotRL.Model;
using RobotRL.Wire;

namespace RobotRL.Calibration.Tests;

/// <summary>A folder that goes with the test, and samples written to it as people record them.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("robotrl-").FullName;

    public string In(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Images as files, and the arm's poses in poses.csv where the samples have them.</summary>
    public string Write(IEnumerable<CalibrationSample> samples)
    {
        var poses = new StringBuilder("file,x,y,z,qx,qy,qz,qw\n");
        var hasPoses = false;
        foreach (var (image, flange) in samples)
        {
            WriteImage(In(image.Name), image);
            if (flange is not { } pose) continue;
            hasPoses = true;
            var (p, q) = (pose.Position, pose.Orientation);
            double[] values = [p.X, p.Y, p.Z, q.X, q.Y, q.Z, q.W];
            poses.Append(image.Name).Append(',').AppendJoin(',', values.Select(v => v.ToString("0.000000", CultureInfo.InvariantCulture))).Append('\n');
        }
        if (hasPoses) File.WriteAllText(In("poses.csv"), poses.ToString());
        return Path;
    }

    public static void WriteImage(string path, GrayImage image)
    {
        using var mat = Mat.FromPixelData(image.Height, image.Width, MatType.CV_8UC1, image.Pixels);
        Cv2.ImWrite(path, mat);
    }

    /// <summary>
    /// A recording: the arm stands still for a second at each sample, with poses every 10 ms, and its image comes in the
    /// middle. Between two samples the arm moves for a second, and an image of the old place comes there too.
    /// </summary>
    public string WriteRecording(IEnumerable<CalibrationSample> samples, long lateNs = 3_000_000)
    {
        const long second = 1_000_000_000, start = 1_700_000_000 * second;
        var path = In("recording.mcap");
        using var mcap = new McapWriter(File.Create(path));
        var images = mcap.AddChannel("/camera/image_raw", "cdr", mcap.AddSchema("sensor_msgs/msg/Image", "ros2msg", "# any"u8));
        var poses = mcap.AddChannel("/flange", "cdr", mcap.AddSchema("geometry_msgs/msg/PoseStamped", "ros2msg", "# any"u8));
        CalibrationSample? before = null;
        var at = start;
        foreach (var sample in samples)
        {
            for (var k = 0; before is not null && k < 100; k++, at += second / 100)
            {
                WritePose(mcap, poses, at, Between(before.FlangeInBase!.Value, sample.FlangeInBase!.Value, k / 100.0));
                if (k == 50) WriteImage(mcap, images, at, before.Image);
            }
            for (var k = 0; k < 100; k++, at += second / 100)
            {
                WritePose(mcap, poses, at, sample.FlangeInBase!.Value);
                if (k == 50) WriteImage(mcap, images, at + lateNs, sample.Image);
            }
            before = sample;
        }
        mcap.Complete();
        return path;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);

    private static Pose Between(Pose a, Pose b, double share) => new(a.Position + (b.Position - a.Position) * share,
        a.Orientation * Rotation.FromVector((a.Orientation.Inverse * b.Orientation).ToVector() * share));

    private static void WritePose(McapWriter mcap, McapChannel channel, long ns, Pose pose)
    {
        var cdr = Head(ns);
        var (p, q) = (pose.Position, pose.Orientation);
        foreach (var value in (double[])[p.X, p.Y, p.Z, q.X, q.Y, q.Z, q.W]) cdr.F64(value);
        mcap.Write(channel, (ulong)ns, (ulong)ns, cdr.Written);
    }

    private static void WriteImage(McapWriter mcap, McapChannel channel, long ns, GrayImage image)
    {
        var cdr = Head(ns);
        cdr.U32((uint)image.Height);
        cdr.U32((uint)image.Width);
        cdr.Text("mono8");
        cdr.U8(0);
        cdr.U32((uint)image.Width);
        cdr.Bytes(image.Pixels);
        mcap.Write(channel, (ulong)ns, (ulong)ns, cdr.Written);
    }

    private static CdrWriter Head(long ns)
    {
        var cdr = new CdrWriter().Begin();
        cdr.I32((int)(ns / 1_000_000_000));
        cdr.U32((uint)(ns % 1_000_000_000));
        cdr.Text("camera");
        return cdr;
    }
}
