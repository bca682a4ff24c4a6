using RobotRL.Cells;
using RobotRL.Model;
using RobotRL.Sensing;
using RobotRL.Sensing.Sources;
using RobotRL.Sessions.Runs;

namespace RobotRL.Lab.Cameras;

/// <summary>What a recording came to.</summary>
/// <param name="Out">The file or folder.</param>
/// <param name="Frames">In it.</param>
/// <param name="Seconds">From the first frame's stamp to the last one's.</param>
/// <param name="Failure">Why it ended before its time, where it failed; null where it did not.</param>
public sealed record TakeResult(string Out, int Frames, double Seconds, string? Failure);

/// <summary>Records the whole frames of one real camera, without loss: to an MCAP file, or as PNG files in a folder, which a calibration takes.</summary>
public static class CameraTake
{
    private const double ToldEveryS = 1;

    /// <param name="named">One camera.</param>
    /// <param name="path">A file that ends in .mcap, or a folder; neither exists yet, or the folder is empty.</param>
    /// <param name="seconds">How long.</param>
    /// <param name="log">Told how far it is, once a second.</param>
    /// <param name="cancel">Ends it early and whole.</param>
    /// <exception cref="BadInputException">The camera is not there or not as described, or the place is taken.</exception>
    public static TakeResult Record(NamedCameras named, string path, double seconds, Action<string> log, CancellationToken cancel)
    {
        if (named.Cameras is not [var camera])
            throw new BadInputException(
                $"there are {named.Cameras.Count} cameras ({string.Join(", ", named.Cameras.Select(c => c.Name))}); name one with --camera");
        if (path.Length == 0) throw new BadInputException("--out: the name is empty; name a new file that ends in .mcap, or a new folder");
        var full = Path.GetFullPath(path);
        RequireFree(path, full);
        ICamera real;
        try { real = CellCameras.Open(camera, named.ImageMaxAgeNs, SessionClock.OfMachine); }
        catch (CameraRefusedException e) { throw new BadInputException(e.Message); }
        using (real)
        {
            using IFrameSink sink = path.EndsWith(".mcap", StringComparison.OrdinalIgnoreCase) ? new McapSink(full, camera) : new PngSink(full);
            var result = Run(camera, real, sink, (seconds, log), cancel);
            sink.Complete();
            return result with { Out = path };
        }
    }

    private static TakeResult Run(CameraDescription camera, ICamera real, IFrameSink sink, (double Seconds, Action<string> Log) order, CancellationToken cancel)
    {
        CameraFrame frame = new(camera.Width, camera.Height, _ => { });
        var (begin, count, first, toldS) = (SessionClock.MachineNs, 0, default(Stamp), 0.0);
        string? failure = null;
        for (var goneS = 0.0; goneS < order.Seconds && !cancel.IsCancellationRequested; goneS = (SessionClock.MachineNs - begin) * 1e-9)
        {
            if (goneS - toldS >= ToldEveryS)
            {
                toldS = goneS;
                order.Log(FormattableString.Invariant($"{goneS:0} of {order.Seconds:0.#} s: {count} frames"));
            }
            try { real.Capture(frame); }
            catch (EndOfStreamException) { break; }
            catch (IOException e)
            {
                failure = $"camera {camera.Name}: {e.Message}";
                break;
            }
            if (count > 0 && frame.CaptureTime <= first) continue;
            if (count++ == 0) first = frame.CaptureTime;
            sink.Write(frame, count);
        }
        return new("", count, Math.Round(count == 0 ? 0 : frame.CaptureTime.Since(first) * 1e-9, 3), failure);
    }

    private static void RequireFree(string path, string full)
    {
        if (File.Exists(full) || Directory.Exists(full) && Directory.EnumerateFileSystemEntries(full).Any())
            throw new BadInputException($"--out {path}: is there already; name a new file that ends in .mcap, or a new folder");
        if (!Directory.Exists(Path.GetDirectoryName(full))) throw new BadInputException($"--out {path}: the folder around it does not exist; make it first");
    }
}
