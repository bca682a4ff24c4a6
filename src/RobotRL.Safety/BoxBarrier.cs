using RobotRL.Model;

namespace RobotRL.Safety;

/// <summary>
/// The workspace box and the keep-out boxes as a discrete barrier, ḣ ≥ −γ h on every face, in closed form. A keep-out box bounds motion by
/// one of its faces at a time: the one that all of the motion's stages are beyond.
/// </summary>
internal sealed class BoxBarrier(Box workspace, Box[] keepOut, double ratePerS, double insetM)
{
    private readonly int[] _face = new int[keepOut.Length];

    /// <summary>Signed speed bounds along one axis of base.</summary>
    internal readonly record struct Bounds(Vector3D Min, Vector3D Max)
    {
        public Vector3D Clamp(in Vector3D v) =>
            new(Math.Min(Math.Max(v.X, Min.X), Max.X), Math.Min(Math.Max(v.Y, Min.Y), Max.Y), Math.Min(Math.Max(v.Z, Min.Z), Max.Z));
    }

    /// <summary>
    /// Chooses the face of each keep-out box anew. The current one stays unless another has all three points beyond it and more room.
    /// </summary>
    public void Select(in Vector3D reference, in Vector3D ahead, in Vector3D setPoint)
    {
        for (var box = 0; box < keepOut.Length; box++)
        {
            var best = Room(box, _face[box], reference, ahead, setPoint);
            for (var face = 0; face < 6; face++)
            {
                var room = Room(box, face, reference, ahead, setPoint);
                if (room > best) (best, _face[box]) = (room, face);
            }
        }
    }

    /// <summary>Chooses the face of each keep-out box for a reference that stands at a point, whatever was chosen before.</summary>
    public void Place(in Vector3D point)
    {
        Array.Clear(_face);
        Select(point, point, point);
    }

    /// <summary>Speeds which the set-point may have, given the deceleration that is possible along each axis, m/s².</summary>
    public Bounds BoundsAt(in Vector3D setPoint, in Vector3D deceleration, out Bounds workspaceOnly)
    {
        var (x, y, z) = (Curve(deceleration.X), Curve(deceleration.Y), Curve(deceleration.Z));
        var low = setPoint - workspace.Min;
        var high = workspace.Max - setPoint;
        workspaceOnly = new(
            new(-x.Speed(low.X - insetM), -y.Speed(low.Y - insetM), -z.Speed(low.Z - insetM)),
            new(x.Speed(high.X - insetM), y.Speed(high.Y - insetM), z.Speed(high.Z - insetM)));
        var bounds = workspaceOnly;
        for (var box = 0; box < keepOut.Length; box++)
        {
            var face = _face[box];
            var speed = (face >> 1 == 0 ? x : face >> 1 == 1 ? y : z).Speed(Distance(box, face, setPoint));
            bounds = (face & 1) == 0
                ? bounds with { Max = WithAxis(bounds.Max, face >> 1, Math.Min(Axis(bounds.Max, face >> 1), speed)) }
                : bounds with { Min = WithAxis(bounds.Min, face >> 1, Math.Max(Axis(bounds.Min, face >> 1), -speed)) };
        }
        return bounds;
    }

    private BrakingCurve Curve(double deceleration) => new(ratePerS, deceleration, double.PositiveInfinity);

    /// <summary>The point of the workspace, a little inside its faces, that is nearest to a point.</summary>
    public Vector3D Inside(in Vector3D p) => new(
        Math.Clamp(p.X, workspace.Min.X + insetM, workspace.Max.X - insetM), Math.Clamp(p.Y, workspace.Min.Y + insetM, workspace.Max.Y - insetM),
        Math.Clamp(p.Z, workspace.Min.Z + insetM, workspace.Max.Z - insetM));

    /// <summary>How far outside the workspace, or inside a keep-out box, a point lies, m; 0 when it lies well.</summary>
    public double Overrun(in Vector3D p)
    {
        var over = 0.0;
        for (var axis = 0; axis < 3; axis++)
        {
            over = Math.Max(over, Axis(workspace.Min, axis) - Axis(p, axis));
            over = Math.Max(over, Axis(p, axis) - Axis(workspace.Max, axis));
        }
        foreach (var box in keepOut)
        {
            var depth = double.MaxValue;
            for (var axis = 0; axis < 3; axis++)
                depth = Math.Min(depth, Math.Min(Axis(p, axis) - Axis(box.Min, axis), Axis(box.Max, axis) - Axis(p, axis)));
            over = Math.Max(over, depth);
        }
        return over;
    }

    private double Room(int box, int face, in Vector3D a, in Vector3D b, in Vector3D c) =>
        Math.Min(Distance(box, face, a), Math.Min(Distance(box, face, b), Distance(box, face, c)));

    /// <summary>Distance in front of a face, inset included. Even faces are the low side of an axis, odd ones the high side.</summary>
    private double Distance(int box, int face, in Vector3D p) => (face & 1) == 0
        ? Axis(keepOut[box].Min, face >> 1) - Axis(p, face >> 1) - insetM
        : Axis(p, face >> 1) - Axis(keepOut[box].Max, face >> 1) - insetM;

    private static double Axis(in Vector3D v, int axis) => axis == 0 ? v.X : axis == 1 ? v.Y : v.Z;

    private static Vector3D WithAxis(in Vector3D v, int axis, double value) =>
        axis == 0 ? v with { X = value } : axis == 1 ? v with { Y = value } : v with { Z = value };
}
