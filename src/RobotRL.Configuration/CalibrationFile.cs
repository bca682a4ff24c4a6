using System.Globalization;
using RobotRL.Model;

namespace RobotRL.Configuration;

/// <summary>
/// Reads the result of a calibration, a file that <c>robotrl calibrate</c> wrote once and nobody changes. It is a document of its own kind, and is read as
/// strictly as a run's configuration.
/// </summary>
public static class CalibrationFile
{
    private const string Key = "calibration";

    /// <summary>A millimetre a metre away: what rounding leaves is far less, and what is no rotation is far more.</summary>
    private const double QuaternionTolerance = 1e-3;

    private const double MostPixels = 100_000;

    /// <summary>Reads only.</summary>
    /// <exception cref="ConfigurationException">Anything is missing, unknown, out of range or contradictory; holds every error.</exception>
    public static CameraCalibration Load(string path)
    {
        path = Path.GetFullPath(path);
        var errors = new Diagnostics(path);
        var tree = YamlTree.ReadFile(path, errors);
        if (tree is null) errors.ThrowIfAny();
        var root = new Section(tree, "", errors, new CanonicalText());
        var calibration = root.Child(Key, Read);
        root.RefuseUnknownKeys();
        errors.ThrowIfAny();
        return calibration;
    }

    private static CameraCalibration Read(Section s)
    {
        var hasPose = s.Choice("kind", ("intrinsics", false), ("handeye", true));
        var calibration = new CameraCalibration
        {
            Cell = s.Text("cell"),
            Camera = s.Text("camera"),
            Author = s.Text("author"),
            Date = Date(s),
            Software = s.Text("software"),
            Board = s.Text("board"),
            Source = s.Text("source"),
            Method = s.Text("method"),
            Intrinsics = s.Child("intrinsics", ReadIntrinsics),
            IntrinsicsResiduals = s.Has("intrinsics_residuals") ? s.Child("intrinsics_residuals", ReadIntrinsicsResiduals) : null,
            Extrinsics = hasPose ? s.Child("extrinsics", ReadExtrinsics) : null,
            HandEyeResiduals = hasPose ? s.Child("handeye_residuals", ReadHandEyeResiduals) : null,
            Verdict = s.Choice("verdict", ("good", CalibrationVerdict.Good), ("usable", CalibrationVerdict.Usable), ("poor", CalibrationVerdict.Poor)),
            Reasons = s.Text("reasons"),
            Reference = s.Child("reference", ReadReference),
        };
        s.Require(hasPose || calibration.IntrinsicsResiduals is not null, "intrinsics_residuals", "missing; a calibration of the intrinsics states them");
        return calibration;
    }

    private static CameraIntrinsics ReadIntrinsics(Section s)
    {
        var (width, height) = (s.Integer("width_px", 1, (int)MostPixels, "pixels"), s.Integer("height_px", 1, (int)MostPixels, "pixels"));
        var (fx, fy) = (s.Number("fx", 1, 1e6, "pixels"), s.Number("fy", 1, 1e6, "pixels"));
        var (cx, cy) = (s.Number("cx", -MostPixels, MostPixels, "pixels"), s.Number("cy", -MostPixels, MostPixels, "pixels"));
        var d = s.Numbers("distortion", 5, -1000, 1000, "", "k1, k2, p1, p2, k3");
        return new(width, height, fx, fy, cx, cy, new(d[0], d[1], d[2], d[3], d[4]));
    }

    private static IntrinsicsResiduals ReadIntrinsicsResiduals(Section s) => new(
        s.Number("rms_px", 0, MostPixels, "pixels"), s.Number("held_out_px", 0, MostPixels, "pixels"),
        s.Integer("images_used", 0, int.MaxValue), s.Integer("images_rejected", 0, int.MaxValue));

    private static CameraExtrinsics ReadExtrinsics(Section s) =>
        new(s.Choice("parent", ("base", CameraParent.Base), ("flange", CameraParent.Flange)), ReadPose(s));

    private static HandEyeResiduals ReadHandEyeResiduals(Section s) => new(
        s.Number("held_out_mm", 0, 1e6, "mm"), s.Number("held_out_deg", 0, 180, "degrees"), s.Number("method_spread_mm", 0, 1e9, "mm"),
        s.Integer("samples_used", 0, int.MaxValue), s.Integer("samples_rejected", 0, int.MaxValue));

    private static ReferenceView ReadReference(Section s)
    {
        var (image, pose) = (s.Text("image"), s.Child("board_in_camera", ReadPose));
        var ids = s.Integers("corner_ids", 4, 10_000, 0, 1_000_000);
        var at = s.Numbers("corners_px", 2 * ids.Length, -MostPixels, MostPixels, "pixels", "x and y of each corner");
        s.Require(ids.Distinct().Count() == ids.Length, "corner_ids", "names a corner twice; take the file as robotrl calibrate wrote it");
        return new(image, pose, [.. ids.Select((id, i) => new BoardCorner(id, at[2 * i], at[2 * i + 1]))]);
    }

    private static Pose ReadPose(Section s)
    {
        var position = s.Vector("translation_m", -1000, 1000, "m");
        var q = s.Numbers("quaternion_xyzw", 4, -1 - QuaternionTolerance, 1 + QuaternionTolerance, "", "x, y, z, w");
        var length = Math.Sqrt(q.Sum(value => value * value));
        s.Require(!(Math.Abs(length - 1) > QuaternionTolerance), "quaternion_xyzw",
            FormattableString.Invariant($"has length {length:0.####}, and a rotation has 1; take the file as robotrl calibrate wrote it"));
        return new(position, new Rotation(q[0], q[1], q[2], q[3]).Normalized);
    }

    private static DateTime Date(Section s)
    {
        const string form = "yyyy-MM-dd'T'HH:mm:ss'Z'";
        var holds = DateTime.TryParseExact(s.Text("date"), form, CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var date);
        s.Require(holds, "date", "is no time in UTC; write it as 2026-01-31T12:00:00Z");
        return date;
    }
}
