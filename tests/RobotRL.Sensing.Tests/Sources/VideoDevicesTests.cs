using System.Buffers.Binary;
using System.Text;
using RobotRL.Sensing.Sources;

namespace RobotRL.Sensing.Tests.Sources;

/// <summary>Cameras that the operating system knows, asked through a driver that answers as the kernel's do.</summary>
public sealed class VideoDevicesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("robotrl-dev").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Devices_are_found_with_their_lasting_paths_and_formats()
    {
        var nodes = Nodes("video10", "video2", "video3", "videoconsole", "vhost");
        var links = Directory.CreateDirectory(Path.Combine(_folder, "v4l", "by-id")).FullName;
        File.CreateSymbolicLink(Path.Combine(links, "usb-Maker_Camera-video-index0"), nodes[1]);
        var found = VideoDevices.ByNode(_folder, node => new Driver { Captures = !node.EndsWith("video3", StringComparison.Ordinal) });
        Assert.Equal([nodes[1], nodes[0]], found.Select(device => device.Node)); // by number; a node for what is no picture is none
        Assert.Equal([Path.Combine(links, "usb-Maker_Camera-video-index0"), nodes[0]], found.Select(device => device.Path));
        Assert.Equal("Maker Camera", found[0].Name);
        Assert.Equal([("MJPG", 640, 480), ("MJPG", 1280, 720), ("YUYV", 1920, 1080)], found[0].Formats.Select(f => (f.PixelFormat, f.Width, f.Height)));
        Assert.Equal([30, 15], found[0].Formats[0].RatesHz);
    }

    [Fact]
    public void Missing_rights_and_a_device_in_use_are_told()
    {
        Nodes("video0", "video1");
        var found = VideoDevices.ByNode(_folder,
            node => throw (node.EndsWith('0') ? new UnauthorizedAccessException() : new IOException("Device or resource busy")));
        Assert.Equal("this user may not open it; add the user to the group video and log in again", found[0].Trouble);
        Assert.Contains("(Device or resource busy)", found[1].Trouble, StringComparison.Ordinal);
    }

    [Fact]
    public void No_device_and_no_folder_are_none()
    {
        Assert.Empty(VideoDevices.ByNode(_folder, _ => new Driver()));
        Assert.Empty(VideoDevices.ByNode(Path.Combine(_folder, "none"), _ => new Driver()));
    }

    private string[] Nodes(params string[] names) => [.. names.Select(name =>
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, "");
        return path;
    })];

    /// <summary>Two formats: the first at two sizes, the second in a range of them.</summary>
    private sealed class Driver : IV4l2
    {
        private const uint Discrete = 1, Stepwise = 3;

        public bool Captures { get; init; } = true;

        public bool Ask(uint request, Span<byte> value)
        {
            var index = BinaryPrimitives.ReadUInt32LittleEndian(value);
            switch (request)
            {
                case V4l2Query.Capability:
                    Encoding.UTF8.GetBytes("Maker Camera").CopyTo(value[16..]);
                    Put(value, 84, 0x8420_0001);
                    Put(value, 88, Captures ? 0x0420_0001u : 0x04A0_0000u);
                    return true;
                case V4l2Query.Format when index < 2:
                    Put(value, 44, (uint)UvcSetup.CodeOf(index == 0 ? "MJPG" : "YUYV"));
                    return true;
                case V4l2Query.FrameSize when Code(value) == "MJPG" && index < 2:
                    Put(value, 8, Discrete);
                    Put(value, 12, index == 0 ? 640u : 1280);
                    Put(value, 16, index == 0 ? 480u : 720);
                    return true;
                case V4l2Query.FrameSize when Code(value) == "YUYV" && index == 0:
                    Put(value, 8, Stepwise);
                    Put(value, 16, 1920);
                    Put(value, 28, 1080);
                    return true;
                case V4l2Query.FrameInterval when Code(value) == "MJPG" && index < 2:
                    Put(value, 16, Discrete);
                    Put(value, 20, 1);
                    Put(value, 24, index == 0 ? 30u : 15);
                    return true;
                default: return false;
            }
        }

        public void Dispose() { }

        private static string Code(Span<byte> value) => UvcSetup.TextOf(BinaryPrimitives.ReadUInt32LittleEndian(value[4..]));

        private static void Put(Span<byte> value, int at, uint word) => BinaryPrimitives.WriteUInt32LittleEndian(value[at..], word);
    }
}
