namespace RobotRL.Sensing.Sources;

/// <summary>A kind of picture that a device can give.</summary>
/// <param name="PixelFormat">Four characters, such as MJPG.</param>
/// <param name="Width">Pixels; the largest where the device has a range.</param>
/// <param name="Height">Pixels; likewise.</param>
/// <param name="RatesHz">Frames a second; empty where the device does not say.</param>
public sealed record VideoFormat(string PixelFormat, int Width, int Height, IReadOnlyList<double> RatesHz);

/// <summary>A camera that the operating system knows.</summary>
/// <param name="Path">What a configuration names it by: a path that stays the same where there is one, or an index.</param>
/// <param name="Node">Such as <c>/dev/video0</c>.</param>
/// <param name="Name">As it calls itself; empty where it may not be asked.</param>
/// <param name="Formats">What it can give.</param>
/// <param name="Trouble">Why it cannot be used, with the remedy; null where it can.</param>
public sealed record VideoDevice(string Path, string Node, string Name, IReadOnlyList<VideoFormat> Formats, string? Trouble = null);

/// <summary>Finds cameras.</summary>
public static class VideoDevices
{
    private const int IndicesTried = 10;

    /// <summary>All that there are: on Linux the nodes that capture, on Windows the first indices that open.</summary>
    public static IReadOnlyList<VideoDevice> All() => OperatingSystem.IsWindows() ? ByIndex() : ByNode("/dev", V4l2.Open);

    /// <param name="folder">Where the nodes are.</param>
    /// <param name="open">Opens a node; throws <see cref="UnauthorizedAccessException"/> or <see cref="IOException"/>.</param>
    internal static IReadOnlyList<VideoDevice> ByNode(string folder, Func<string, IV4l2> open)
    {
        if (!Directory.Exists(folder)) return [];
        var lasting = LastingPaths(Path.Combine(folder, "v4l", "by-id"));
        List<VideoDevice> devices = [];
        foreach (var node in Directory.GetFiles(folder, "video*").Where(IsNode).OrderBy(NumberOf))
        {
            var path = lasting.GetValueOrDefault(node, node);
            try
            {
                using var driver = open(node);
                // A camera has further nodes, for what is no picture.
                if (V4l2Query.NameOf(driver) is { } name) devices.Add(new(path, node, name, V4l2Query.Formats(driver)));
            }
            catch (UnauthorizedAccessException)
            {
                devices.Add(new(path, node, "", [], "this user may not open it; add the user to the group video and log in again"));
            }
            catch (IOException e)
            {
                devices.Add(new(path, node, "", [], $"it cannot be opened ({e.Message}); close other programs that use it, or plug it in again"));
            }
        }
        return devices;
    }

    /// <summary>Names that a device keeps when it is plugged in elsewhere, by node.</summary>
    private static Dictionary<string, string> LastingPaths(string folder)
    {
        Dictionary<string, string> paths = [];
        if (!Directory.Exists(folder)) return paths;
        foreach (var link in Directory.GetFiles(folder).Order(StringComparer.Ordinal))
            if (File.ResolveLinkTarget(link, returnFinalTarget: true) is { } node) paths.TryAdd(node.FullName, link);
        return paths;
    }

    private static VideoDevice[] ByIndex()
    {
        List<VideoDevice> devices = [];
        for (var index = 0; index < IndicesTried; index++)
        {
            using var device = OpenCvDevice.OfDevice($"{index}");
            if (!device.IsOpen) continue;
            VideoFormat now = new(UvcSetup.TextOf(device.Get(OpenCvSharp.VideoCaptureProperties.FourCC)),
                (int)device.Get(OpenCvSharp.VideoCaptureProperties.FrameWidth), (int)device.Get(OpenCvSharp.VideoCaptureProperties.FrameHeight), []);
            devices.Add(new($"{index}", $"{index}", $"camera {index}", [now]));
        }
        return [.. devices];
    }

    private static bool IsNode(string path) => NumberOf(path) >= 0;

    private static int NumberOf(string path) => int.TryParse(Path.GetFileName(path.AsSpan())["video".Length..], out var number) ? number : -1;
}
