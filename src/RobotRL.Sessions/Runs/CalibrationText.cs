using System.Collections.Immutable;
using System.Text.Json;
using RobotRL.Model;

namespace RobotRL.Sessions.Runs;

/// <summary>
/// What an episode's file says of its cameras' calibrations, as JSON: pixels of the whole picture after the lens was taken out, metres, quaternions as x, y,
/// z, w. The part that the policy sees is a crop of that picture.
/// </summary>
public static class CalibrationText
{
    /// <summary>By camera; those that were not calibrated are left out.</summary>
    public static IReadOnlyDictionary<string, string> Of(TaskDescription task) => task.Cameras.Where(camera => camera.Calibration is not null)
        .ToImmutableSortedDictionary(camera => camera.Name, camera => Of(camera, camera.Calibration!), StringComparer.Ordinal);

    private static string Of(CameraDescription camera, CameraCalibration calibration)
    {
        var (lens, place) = (calibration.Intrinsics, calibration.Extrinsics);
        return JsonSerializer.Serialize(new
        {
            lens.WidthPx,
            lens.HeightPx,
            lens.Fx,
            lens.Fy,
            lens.Cx,
            lens.Cy,
            Distortion = lens.Distortion.ToArray(),
            CropPx = (int[])[camera.CropX, camera.CropY, camera.CropWidth, camera.CropHeight],
            Parent = place?.Parent.ToString().ToLowerInvariant(),
            TranslationM = place is null ? null : (double[])[place.CameraInParent.Position.X, place.CameraInParent.Position.Y, place.CameraInParent.Position.Z],
            QuaternionXyzw = place is null ? null : Xyzw(place.CameraInParent.Orientation),
            calibration.Date,
        }, JsonNames.SnakeCase);
    }

    private static double[] Xyzw(Rotation rotation) => [rotation.X, rotation.Y, rotation.Z, rotation.W];
}
