using RobotRL.Model;

namespace RobotRL.Sensing;

/// <summary>
/// Finds a picture that has become far darker or far brighter than it was when the episode began, for longer than a shadow passes: a lamp that went out, a
/// hand or a cloth on the lens, a sensor that is blown out.
/// <code>
/// mean     120  118  121  ·  30   28   31   30
/// episode  ├ reference        └─ bound ─┘ ✕
/// </code>
/// </summary>
internal sealed class LightWatch(LightBounds bounds)
{
    private const double White = 255;

    private double? _reference;
    private Stamp? _beyondSince;

    /// <summary>The fault in words; null where there is none.</summary>
    /// <param name="frame">The newest.</param>
    /// <param name="isArmed">Whether an episode is under way; its first frame is what the others are compared with.</param>
    public string? Look(CameraFrame frame, bool isArmed)
    {
        if (!isArmed)
        {
            (_reference, _beyondSince) = (null, null);
            return null;
        }
        var mean = Brightness.Of(frame.Pixels);
        if (_reference is not { } reference)
        {
            _reference = mean;
            return null;
        }
        var isDark = mean < bounds.DarkShare * reference;
        if (!isDark && White - mean >= bounds.BrightShare * (White - reference))
        {
            _beyondSince = null;
            return null;
        }
        _beyondSince ??= frame.CaptureTime;
        var lasts = frame.CaptureTime.Since(_beyondSince.Value);
        return lasts <= bounds.LastsNs ? null : FormattableString.Invariant(
            $"{(isDark ? "darkened" : "blown out")}: mean brightness {mean:0} of 255 for {lasts * 1e-6:0} ms, and {reference:0} when the episode began");
    }
}

/// <summary>How bright a picture is.</summary>
public static class Brightness
{
    /// <summary>Every so manyth value: no multiple of a pixel's three, and a thirteenth of the work.</summary>
    private const int Stride = 13;

    /// <summary>Mean of the values of all colours, 0 to 255.</summary>
    public static double Of(ReadOnlySpan<byte> rgb)
    {
        long sum = 0, count = 0;
        for (var i = 0; i < rgb.Length; i += Stride) (sum, count) = (sum + rgb[i], count + 1);
        return count == 0 ? 0 : (double)sum / count;
    }
}
