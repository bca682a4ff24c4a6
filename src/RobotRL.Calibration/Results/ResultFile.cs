using System.Globalization;
using System.Reflection;
using System.Text;
using RobotRL.Model;

namespace RobotRL.Calibration.Results;

/// <summary>Writes a result once. Nobody can tell later what an arm was driven by if a file may change; so none does.</summary>
internal static class ResultFile
{
    private const int Tries = 3;

    private const UnixFileMode ReadOnly = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Name and version of this program.</summary>
    public static string Software { get; } = "RobotRL "
        + (typeof(ResultFile).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "of unknown version");

    /// <summary>
    /// Writes the result beside its place, forces it to the disk, and gives it its name, which no other file may have. Its date becomes that of now.
    /// </summary>
    /// <returns>The path.</returns>
    /// <exception cref="InvalidDataException">The folder is closed to this account.</exception>
    /// <exception cref="IOException">The disk refuses it, or other results took the names of the last seconds.</exception>
    public static string Write(ResultPlace place, CameraCalibration calibration)
    {
        try
        {
            Directory.CreateDirectory(place.Folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"--out {place.Root}: the folder {place.Folder} cannot be made ({e.Message}); name another one", e);
        }
        var kind = calibration.Extrinsics is null ? "intrinsics" : "handeye";
        for (var attempt = 1; ; attempt++)
        {
            var now = DateTime.UtcNow;
            var path = Path.Combine(place.Folder, string.Create(CultureInfo.InvariantCulture, $"{now:yyyy-MM-ddTHH-mm-ssZ}-{kind}.yaml"));
            var aside = $"{path}.{Environment.ProcessId}.tmp";
            var text = Text(calibration with { Date = new(now.Year, now.Month, now.Day, now.Hour, now.Minute, now.Second, DateTimeKind.Utc) }, kind);
            try
            {
                RunFile.Write(aside, Encoding.UTF8.GetBytes(text), force: true);
                if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(aside, ReadOnly);
                File.Move(aside, path, overwrite: false);
                return path;
            }
            catch (UnauthorizedAccessException e)
            {
                throw new InvalidDataException($"--out {place.Root}: {place.Folder} may not be written to; name another folder", e);
            }
            catch (IOException) when (File.Exists(path) && attempt < Tries)
            {
                // A result of the same second: this one waits for a name of its own.
                Thread.Sleep(1000 - DateTime.UtcNow.Millisecond);
            }
            finally
            {
                if (File.Exists(aside)) File.Delete(aside);
            }
        }
    }

    private static string Text(CameraCalibration c, string kind)
    {
        var text = new StringBuilder();
        text.Append("# Written once by robotrl calibrate, and never changed: a new calibration is a new file.\ncalibration:\n");
        void Line(string key, string value, int depth = 1) =>
            text.Append(' ', 2 * depth).Append(key).Append(':').Append(value.Length > 0 ? " " : "").Append(value).Append('\n');
        Line("kind", kind);
        Line("cell", Quoted(c.Cell));
        Line("camera", Quoted(c.Camera));
        Line("author", Quoted(c.Author));
        Line("date", c.Date.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        Line("software", Quoted(c.Software));
        Line("board", Quoted(c.Board));
        Line("source", Quoted(c.Source));
        Line("method", Quoted(c.Method));
        var camera = c.Intrinsics;
        Line("intrinsics", "");
        Line("width_px", $"{camera.WidthPx}", 2);
        Line("height_px", $"{camera.HeightPx}", 2);
        Line("fx", Number(camera.Fx), 2);
        Line("fy", Number(camera.Fy), 2);
        Line("cx", Number(camera.Cx), 2);
        Line("cy", Number(camera.Cy), 2);
        Line("distortion", List(camera.Distortion.ToArray()), 2);
        if (c.IntrinsicsResiduals is { } of)
            Line("intrinsics_residuals", $"{{rms_px: {Number(of.RmsPx)}, held_out_px: {Number(of.HeldOutPx)}, "
                + $"images_used: {of.ImagesUsed}, images_rejected: {of.ImagesRejected}}}");
        if (c is { Extrinsics: { } at, HandEyeResiduals: { } r })
        {
            Line("extrinsics", "");
            Line("parent", at.Parent == CameraParent.Base ? "base" : "flange", 2);
            WritePose(at.CameraInParent, 2);
            Line("handeye_residuals", $"{{held_out_mm: {Number(r.HeldOutMm)}, held_out_deg: {Number(r.HeldOutDeg)}, "
                + $"method_spread_mm: {Number(r.MethodSpreadMm)}, samples_used: {r.SamplesUsed}, samples_rejected: {r.SamplesRejected}}}");
        }
        Line("verdict", c.Verdict.ToString().ToLowerInvariant());
        Line("reasons", Quoted(c.Reasons));
        Line("reference", "");
        Line("image", Quoted(c.Reference.Image), 2);
        Line("board_in_camera", "", 2);
        WritePose(c.Reference.BoardInCamera, 3);
        Line("corner_ids", $"[{string.Join(", ", c.Reference.Corners.Select(corner => corner.Id))}]", 2);
        Line("corners_px", List(c.Reference.Corners.SelectMany(corner => (double[])[Math.Round(corner.X, 3), Math.Round(corner.Y, 3)])), 2);
        return text.ToString();

        void WritePose(Pose pose, int depth)
        {
            var (p, q) = (pose.Position, pose.Orientation);
            Line("translation_m", List([p.X, p.Y, p.Z]), depth);
            Line("quaternion_xyzw", List([q.X, q.Y, q.Z, q.W]), depth);
        }
    }

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static string List(IEnumerable<double> values) => $"[{string.Join(", ", values.Select(Number))}]";

    private static string Quoted(string value)
    {
        var text = new StringBuilder("\"");
        foreach (var c in value)
            if (c is '"' or '\\') text.Append('\\').Append(c);
            else if (char.IsControl(c)) text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else text.Append(c);
        return text.Append('"').ToString();
    }
}
