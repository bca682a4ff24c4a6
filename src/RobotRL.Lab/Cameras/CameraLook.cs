using System.Text.Json.Serialization;
using OpenCvSharp;
using RobotRL.Cells;
using RobotRL.Lab.Pictures;
using RobotRL.Model;
using RobotRL.Sensing;
using RobotRL.Sensing.Sources;
using RobotRL.Sessions.Runs;

namespace RobotRL.Lab.Cameras;

/// <summary>How a camera did while it was looked at.</summary>
/// <param name="Camera">Its name.</param>
/// <param name="WidthPx">Of its frames.</param>
/// <param name="HeightPx">Of its frames.</param>
/// <param name="Frames">How many came.</param>
/// <param name="RateHz">Frames a second, by their stamps; 0 for fewer than two.</param>
/// <param name="AgeMeanMs">From the stamp to when the frame was there, decoded.</param>
/// <param name="AgeMaxMs">The largest.</param>
/// <param name="Sharpness">Variance of the second derivative of the last frame: compare it between focus settings, not between scenes.</param>
/// <param name="Brightness">Mean of the last frame, 0 to 255.</param>
public sealed record CameraFigures(
    string Camera, int WidthPx, int HeightPx, int Frames, double RateHz, double AgeMeanMs, double AgeMaxMs, double Sharpness, double Brightness)
{
    /// <summary>In a line.</summary>
    [JsonIgnore]
    public string Text => FormattableString.Invariant(
        $"{Camera}: {WidthPx}×{HeightPx}, {RateHz:0.##} Hz, {Frames} frames, age {AgeMeanMs:0.#} ms (at most {AgeMaxMs:0.#}), ")
        + FormattableString.Invariant($"sharpness {Sharpness:0}, brightness {Brightness:0}");
}

/// <summary>Looks at real cameras for a while, all at once as a cell would: cameras that share a bus show there whether it is enough for them.</summary>
public static class CameraLook
{
    /// <summary>Large enough to judge the focus by.</summary>
    private const int CellPx = 640;

    /// <summary>Figures, and a picture of each camera's last frame with the part that is cut out and what the policy gets of it.</summary>
    /// <param name="named">Which.</param>
    /// <param name="seconds">How long.</param>
    /// <param name="path">Of the picture, a .png file.</param>
    /// <param name="cancel">Ends it early, with what was seen.</param>
    /// <exception cref="BadInputException">A camera is not there, not as described, or fails.</exception>
    public static IReadOnlyList<CameraFigures> Save(NamedCameras named, double seconds, string path, CancellationToken cancel)
    {
        var tasks = named.Cameras.Select(camera =>
            Task.Factory.StartNew(() => See(camera, named.ImageMaxAgeNs, seconds, cancel), cancel, TaskCreationOptions.LongRunning, TaskScheduler.Default));
        (CameraFigures Figures, CameraFrame Frame, PolicyImage Policy)[] seen;
        try { seen = Task.WhenAll([.. tasks]).GetAwaiter().GetResult(); }
        catch (Exception e) when (e is CameraRefusedException or IOException) { throw new BadInputException(e.Message); }
        CameraView view = new(default, [.. seen.Select(s => s.Frame)], [.. seen.Select(s => s.Policy)]);
        CameraSheet.Save(named.Cameras, [view], path, new(named.Workspace, [.. seen.Select(s => Lines(s.Figures))], CellPx));
        return [.. seen.Select(s => s.Figures)];
    }

    private static (CameraFigures, CameraFrame, PolicyImage) See(CameraDescription camera, long maxAgeNs, double seconds, CancellationToken cancel)
    {
        using var real = CellCameras.Open(camera, maxAgeNs, SessionClock.OfMachine);
        CameraFrame frame = new(camera.Width, camera.Height, _ => { });
        var (begin, count, first, ageSumNs, ageMaxNs) = (SessionClock.MachineNs, 0, default(Stamp), 0L, 0L);
        do
        {
            try { real.Capture(frame); }
            catch (EndOfStreamException) when (count > 0) { break; }
            catch (Exception e) when (e is IOException) { throw new IOException($"camera {camera.Name}: {e.Message}", e); }
            var ageNs = SessionClock.MachineNs - frame.CaptureTime.Ns;
            if (count++ == 0) first = frame.CaptureTime;
            (ageSumNs, ageMaxNs) = (ageSumNs + ageNs, Math.Max(ageMaxNs, ageNs));
        }
        while (SessionClock.MachineNs - begin < seconds * 1e9 && !cancel.IsCancellationRequested);
        var spanNs = frame.CaptureTime.Since(first);
        using ImageCropper cropper = new(camera);
        CameraFigures figures = new(camera.Name, camera.Width, camera.Height, count, RateHz: spanNs > 0 ? Math.Round((count - 1) * 1e9 / spanNs, 2) : 0,
            AgeMeanMs: Math.Round(1e-6 * ageSumNs / count, 2), AgeMaxMs: Math.Round(1e-6 * ageMaxNs, 2),
            Sharpness: Math.Round(SharpnessOf(frame), 1), Brightness: Math.Round(Brightness.Of(frame.Pixels), 1));
        return (figures, frame, cropper.Crop(frame));
    }

    private static unsafe double SharpnessOf(CameraFrame frame)
    {
        using Mat gray = new(), edges = new();
        fixed (byte* pixels = frame.Pixels)
        {
            using var whole = Mat.FromPixelData(frame.Height, frame.Width, MatType.CV_8UC3, (nint)pixels);
            Cv2.CvtColor(whole, gray, ColorConversionCodes.RGB2GRAY);
        }
        Cv2.Laplacian(gray, edges, MatType.CV_64F);
        Cv2.MeanStdDev(edges, out _, out var deviation);
        return deviation.Val0 * deviation.Val0;
    }

    private static string[] Lines(CameraFigures f) =>
    [
        FormattableString.Invariant($"{f.RateHz:0.#} Hz, {f.Frames} frames"), FormattableString.Invariant($"age {f.AgeMeanMs:0.#} ms"),
        FormattableString.Invariant($"sharpness {f.Sharpness:0}"), FormattableString.Invariant($"brightness {f.Brightness:0}"),
    ];
}
