using OpenCvSharp;
using RobotRL.Model;

namespace RobotRL.Calibration.HandEye;

/// <summary>OpenCV's five methods, which need no start.</summary>
internal static class ClosedForms
{
    private static readonly (string Name, HandEyeCalibrationMethod Method)[] All =
    [
        ("tsai", HandEyeCalibrationMethod.TSAI), ("park", HandEyeCalibrationMethod.PARK), ("horaud", HandEyeCalibrationMethod.HORAUD),
        ("andreff", HandEyeCalibrationMethod.ANDREFF), ("daniilidis", HandEyeCalibrationMethod.DANIILIDIS),
    ];

    /// <summary>X_PC by one method that bears short sets; null where it finds none.</summary>
    public static Pose? Quick(IReadOnlyList<HandEyeSample> samples) => Solve(samples, HandEyeCalibrationMethod.PARK);

    /// <summary>X_PC by each method that finds one.</summary>
    public static IReadOnlyList<(string Name, Pose CameraInParent)> Each(IReadOnlyList<HandEyeSample> samples) =>
        [.. All.Select(m => (m.Name, Found: Solve(samples, m.Method))).Where(m => m.Found is not null).Select(m => (m.Name, m.Found!.Value))];

    /// <summary>Largest distance between two translations, mm.</summary>
    public static double SpreadMm(IReadOnlyList<(string Name, Pose CameraInParent)> found) =>
        found.SelectMany(a => found.Select(b => 1000 * (a.CameraInParent.Position - b.CameraInParent.Position).Length)).DefaultIfEmpty(0).Max();

    private static Pose? Solve(IReadOnlyList<HandEyeSample> samples, HandEyeCalibrationMethod method)
    {
        Mat[] armRotations = [.. samples.Select(s => RotationOf(s.ParentInOther))], armPlaces = [.. samples.Select(s => PlaceOf(s.ParentInOther))];
        Mat[] boardRotations = [.. samples.Select(s => RotationOf(s.BoardInCamera))], boardPlaces = [.. samples.Select(s => PlaceOf(s.BoardInCamera))];
        try
        {
            using Mat rotation = new(), place = new();
            Cv2.CalibrateHandEye(armRotations, armPlaces, boardRotations, boardPlaces, rotation, place, method);
            if (rotation.Rows != 3 || rotation.Cols != 3 || place.Total() != 3) return null;
            Vector3D Column(int i) => new(rotation.At<double>(0, i), rotation.At<double>(1, i), rotation.At<double>(2, i));
            var (x, y, z) = (Column(0), Column(1), Column(2));
            if (!(Math.Abs(Vector3D.Dot(Vector3D.Cross(x, y), z) - 1) < 0.1)) return null;
            Pose pose = new(new(place.At<double>(0), place.At<double>(1), place.At<double>(2)), Rotation.FromAxes(x, y, z));
            return pose.IsFinite ? pose : null;
        }
        catch (OpenCVException)
        {
            return null;
        }
        finally
        {
            foreach (var mat in (Mat[])[.. armRotations, .. armPlaces, .. boardRotations, .. boardPlaces]) mat.Dispose();
        }
    }

    private static Mat RotationOf(Pose pose)
    {
        var (x, y, z) = (pose.Orientation.Rotate(new(1, 0, 0)), pose.Orientation.Rotate(new(0, 1, 0)), pose.Orientation.Rotate(new(0, 0, 1)));
        return Mat.FromArray(new[,] { { x.X, y.X, z.X }, { x.Y, y.Y, z.Y }, { x.Z, y.Z, z.Z } });
    }

    private static Mat PlaceOf(Pose pose) => Mat.FromArray(new[,] { { pose.Position.X }, { pose.Position.Y }, { pose.Position.Z } });
}
