namespace RobotRL.Model;

/// <summary>
/// How far a lens bends straight lines: the plumb-bob model, without unit, in the order in which OpenCV and ROS write it. A point at x, y on the plane one
/// metre ahead, with r² = x² + y², is seen at x (1 + k1 r² + k2 r⁴ + k3 r⁶) + 2 p1 x y + p2 (r² + 2 x²), and at y likewise with p1 and p2 exchanged.
/// </summary>
/// <param name="K1">Radial, of r².</param>
/// <param name="K2">Radial, of r⁴.</param>
/// <param name="P1">Tangential: the sensor is tilted about x.</param>
/// <param name="P2">Tangential: the sensor is tilted about y.</param>
/// <param name="K3">Radial, of r⁶.</param>
public readonly record struct LensDistortion(double K1, double K2, double P1, double P2, double K3)
{
    /// <summary>A lens that bends nothing.</summary>
    public static readonly LensDistortion None;

    public bool IsFinite => double.IsFinite(K1) && double.IsFinite(K2) && double.IsFinite(P1) && double.IsFinite(P2) && double.IsFinite(K3);

    /// <summary>k1, k2, p1, p2, k3.</summary>
    public double[] ToArray() => [K1, K2, P1, P2, K3];
}

/// <summary>
/// How a camera maps directions to pixels. Its optical frame has z forward, x to the right of the image and y down. The middle of the first pixel, top left, is
/// at (0, 0). All of it holds for images of this size only: a crop moves the principal point, and a scaled image scales every length.
/// </summary>
/// <param name="WidthPx">Width of the images, pixels.</param>
/// <param name="HeightPx">Height of the images, pixels.</param>
/// <param name="Fx">Focal length along x, pixels.</param>
/// <param name="Fy">Focal length along y, pixels.</param>
/// <param name="Cx">Principal point along x, pixels.</param>
/// <param name="Cy">Principal point along y, pixels.</param>
/// <param name="Distortion">What the lens bends.</param>
public sealed record CameraIntrinsics(int WidthPx, int HeightPx, double Fx, double Fy, double Cx, double Cy, LensDistortion Distortion);
