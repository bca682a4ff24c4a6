using RobotRL.Model;

namespace RobotRL.Lab.Pictures;

/// <summary>A point of a picture, pixels; the middle of the first pixel, top left, is at (0, 0).</summary>
public readonly record struct PicturePoint(double X, double Y);

/// <summary>Where a camera without distortion sees lines of the world.</summary>
/// <param name="lens">Of it; its distortion has been taken out of the picture.</param>
/// <param name="cameraInBase">X_BC of its optical frame.</param>
public sealed class CameraProjection(CameraIntrinsics lens, Pose cameraInBase)
{
    /// <summary>What is nearer to the camera than this, m, is not drawn: it would be infinitely large.</summary>
    private const double NearM = 0.01;

    private readonly Pose _baseInCamera = cameraInBase.Inverse;

    /// <summary>The part of a line that lies before the camera; null where none does.</summary>
    /// <param name="from">In base, m.</param>
    /// <param name="to">In base, m.</param>
    public (PicturePoint From, PicturePoint To)? Line(in Vector3D from, in Vector3D to)
    {
        var (a, b) = (_baseInCamera.Transform(from), _baseInCamera.Transform(to));
        if (a.Z < NearM && b.Z < NearM) return null;
        if (a.Z < NearM) a = Cut(a, b);
        else if (b.Z < NearM) b = Cut(b, a);
        return (Point(a), Point(b));
    }

    /// <summary>The edges of a box along the base's axes.</summary>
    public IEnumerable<(PicturePoint From, PicturePoint To)> Edges(Box box)
    {
        var corners = Enumerable.Range(0, 8).Select(i =>
            new Vector3D((i & 1) == 0 ? box.Min.X : box.Max.X, (i & 2) == 0 ? box.Min.Y : box.Max.Y, (i & 4) == 0 ? box.Min.Z : box.Max.Z)).ToArray();
        foreach (var axis in (int[])[1, 2, 4])
            for (var i = 0; i < corners.Length; i++)
                if ((i & axis) == 0 && Line(corners[i], corners[i | axis]) is { } edge) yield return edge;
    }

    private static Vector3D Cut(in Vector3D behind, in Vector3D before) => behind + (before - behind) * ((NearM - behind.Z) / (before.Z - behind.Z));

    private PicturePoint Point(in Vector3D p) => new(lens.Fx * p.X / p.Z + lens.Cx, lens.Fy * p.Y / p.Z + lens.Cy);
}
