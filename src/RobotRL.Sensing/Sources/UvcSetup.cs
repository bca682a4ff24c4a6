using System.Globalization;
using OpenCvSharp;
using RobotRL.Model;
using static OpenCvSharp.VideoCaptureProperties;

namespace RobotRL.Sensing.Sources;

/// <summary>
/// Asks a device for what its camera is described by, and reads every value back: drivers take what suits them and say nothing. The order matters. The pixel
/// format decides which sizes there are, the size which rates, and a control can be fixed only once its automatic is off.
/// </summary>
internal static class UvcSetup
{
    /// <summary>As V4L2 numbers the kinds of exposure; DirectShow has a switch.</summary>
    private const double ManualExposureV4l2 = 1, ManualExposureDshow = 0;

    /// <summary>A thirtieth of a second is written as 29.97 too.</summary>
    private const double RateShare = 0.01, Half = 0.5;

    /// <summary>What is to be in force: key, property, value, tolerance.</summary>
    private readonly record struct Wanted(string Key, VideoCaptureProperties Property, double Value, double Tolerance, string Text);

    /// <summary>Asks for everything.</summary>
    public static void Ask(ICaptureDevice device, CameraDescription camera, UvcSource source)
    {
        var controls = source.Controls;
        device.Set(VideoCaptureProperties.FourCC, CodeOf(source.PixelFormat));
        device.Set(FrameWidth, camera.Width);
        device.Set(FrameHeight, camera.Height);
        if (camera.RateHz is { } rate) device.Set(Fps, rate);
        // A frame that waits is an old one. Drivers that keep more are found by the age of the frames.
        device.Set(BufferSize, 1);
        if (controls.Exposure is not null) device.Set(AutoExposure, OperatingSystem.IsWindows() ? ManualExposureDshow : ManualExposureV4l2);
        if (controls.WhiteBalanceK is not null) device.Set(AutoWB, 0);
        if (controls.Focus is not null) device.Set(AutoFocus, 0);
        foreach (var wanted in Controls(controls)) device.Set(wanted.Property, wanted.Value);
    }

    /// <summary>Compares what is in force with what was asked for; to be called after the first frame, since some drivers settle only then.</summary>
    /// <exception cref="CameraRefusedException">The device took something else; names each in one line.</exception>
    public static void Require(ICaptureDevice device, CameraDescription camera, UvcSource source)
    {
        List<string> refused = [];
        if (TextOf(device.Get(VideoCaptureProperties.FourCC)) is var format && format != source.PixelFormat)
            refused.Add($"source.pixel_format is {format} where {source.PixelFormat} is asked for");
        Wanted[] all =
        [
            new("width_px", FrameWidth, camera.Width, Half, $"{camera.Width}"),
            new("height_px", FrameHeight, camera.Height, Half, $"{camera.Height}"),
            .. camera.RateHz is { } rate ? (Wanted[])[new("rate_hz", Fps, rate, RateShare * rate, Text(rate))] : [],
            .. Controls(source.Controls),
        ];
        foreach (var wanted in all)
            if (device.Get(wanted.Property) is var got && !(Math.Abs(got - wanted.Value) <= wanted.Tolerance))
                refused.Add($"{wanted.Key} is {Text(got)} where {wanted.Text} is asked for");
        if (refused.Count == 0) return;
        throw new CameraRefusedException($"camera {camera.Name}: {source.Device} took not what task.cameras says: {string.Join(", ", refused)}; "
            + "ask for what robotrl cameras list shows, or write auto for a control that the device does not have");
    }

    private static IEnumerable<Wanted> Controls(UvcControls controls)
    {
        if (controls.Exposure is { } exposure) yield return new("source.exposure", VideoCaptureProperties.Exposure, exposure, Half, Text(exposure));
        if (controls.WhiteBalanceK is { } white) yield return new("source.white_balance_k", WBTemperature, white, Half, Text(white));
        if (controls.Gain is { } gain) yield return new("source.gain", VideoCaptureProperties.Gain, gain, Half, Text(gain));
        if (controls.Focus is { } focus) yield return new("source.focus", VideoCaptureProperties.Focus, focus, Half, Text(focus));
    }

    /// <summary>Four characters as the number that they are, the first in the lowest byte.</summary>
    public static double CodeOf(string format) => format[0] | format[1] << 8 | format[2] << 16 | format[3] << 24;

    /// <summary>Four characters; <c>unknown</c> for what is none.</summary>
    public static string TextOf(double code)
    {
        var bits = code is >= 1 and <= int.MaxValue ? (int)code : 0;
        var text = string.Concat(Enumerable.Range(0, 4).Select(i => (char)(bits >> 8 * i & 0xFF)));
        return text.All(c => c is > ' ' and < (char)127) ? text : "unknown";
    }

    private static string Text(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);
}
