using System.Globalization;
using System.Text;
using System.Text.Json.Serialization;
using RobotRL.Sensing.Sources;

namespace RobotRL.Lab.Cameras;

/// <summary>The cameras of this machine, for people and for scripts.</summary>
/// <param name="Devices">All that there are.</param>
public sealed record CameraList(IReadOnlyList<VideoDevice> Devices)
{
    public static CameraList Now() => new(VideoDevices.All());

    /// <summary>In lines.</summary>
    [JsonIgnore]
    public string Text
    {
        get
        {
            if (Devices.Count == 0) return "no cameras: the operating system knows of no video device that captures";
            StringBuilder text = new();
            foreach (var device in Devices)
            {
                text.AppendLine(CultureInfo.InvariantCulture, $"{device.Path}  {device.Name}{(device.Path == device.Node ? "" : $"  ({device.Node})")}");
                if (device.Trouble is not null) text.AppendLine(CultureInfo.InvariantCulture, $"  {device.Trouble}");
                foreach (var f in device.Formats)
                {
                    var rates = string.Join(", ", f.RatesHz.Select(r => r.ToString("0.##", CultureInfo.InvariantCulture)));
                    text.AppendLine(CultureInfo.InvariantCulture, $"  {f.PixelFormat}  {f.Width}×{f.Height}{(rates.Length == 0 ? "" : $"  {rates} Hz")}");
                }
            }
            return text.ToString().TrimEnd();
        }
    }

    /// <summary>Whether a cell could use them, and what to do where it could not; for doctor.</summary>
    [JsonIgnore]
    public (bool IsGood, string Found, string Remedy) Health => Devices switch
    {
        [] => (false, "none", "for a cell with real cameras: plug one in; robotrl cameras list shows what it can give"),
        _ when Devices.FirstOrDefault(device => device.Trouble is not null) is { } amiss => (false, $"{amiss.Node} cannot be used", amiss.Trouble!),
        _ => (true, string.Join(", ", Devices.Select(device => $"{device.Name} ({device.Node})")), ""),
    };
}
