using RobotRL.Model;

namespace RobotRL.Safety;

/// <summary>
/// The cone about the nominal axis and the range of yaw as two half-spaces of angular velocity: tilt grows with the turn about the axis that is
/// square to the nominal and the
/// present z, yaw with the turn about the bisector of the two.
/// </summary>
internal sealed class OrientationBarrier(OrientationLimits limits, double ratePerS)
{
    private const double InsetRad = 0.03;

    private readonly Rotation _fromNominal = limits.Nominal.Inverse;
    private readonly double _sineSquared = Math.Pow(Math.Sin(0.5 * limits.TiltRad), 2) * (1 - 1e-9);
    private readonly double _tangent = Math.Tan(0.5 * Math.Min(limits.YawRad, 3)) * (1 - 1e-9);
    private readonly Vector3D _axis = limits.Nominal.Rotate(new(0, 0, 1));

    /// <summary>How far beyond the bounds an orientation is, rad; 0 within.</summary>
    public double Overrun(in Rotation orientation)
    {
        var (tilt, yaw) = Overruns(orientation);
        return Math.Max(tilt, yaw);
    }

    /// <summary>The same of tilt and yaw, each for itself.</summary>
    public (double TiltRad, double YawRad) Overruns(in Rotation orientation)
    {
        // Half-angles without trigonometry: far inside, as nearly always.
        var (x, y, z, w) = _fromNominal * orientation;
        if (x * x + y * y <= _sineSquared && Math.Abs(z) <= _tangent * Math.Abs(w)) return default;
        var (tilt, yaw) = limits.Of(orientation);
        return (Math.Max(0, tilt - limits.TiltRad), Math.Max(0, Math.Abs(yaw) - limits.YawRad));
    }

    /// <summary>Adds what a set-point's orientation leaves.</summary>
    /// <param name="setPoint">R of the set-point.</param>
    /// <param name="deceleration">Possible about any axis, rad/s².</param>
    /// <param name="fastest">No motion turns faster, rad/s: what is further off does not matter.</param>
    /// <param name="bounds">Taken in.</param>
    public void AddTo(MotionBounds bounds, in Rotation setPoint, double deceleration, double fastest)
    {
        var (tilt, yaw) = limits.Of(setPoint);
        BrakingCurve curve = new(ratePerS, deceleration, double.PositiveInfinity);
        var z = setPoint.Rotate(new(0, 0, 1));
        var room = curve.Speed(limits.TiltRad - tilt - InsetRad);
        if (room < fastest)
        {
            var tilting = Vector3D.Cross(_axis, z);
            var sine = tilting.Length;
            if (sine > 1e-9) bounds.Add(new(default, tilting * (-1 / sine)), room, LimitFlags.Orientation);
        }
        var yawing = Yawing(z);
        var left = curve.Speed(limits.YawRad - yaw - InsetRad);
        var right = curve.Speed(limits.YawRad + yaw - InsetRad);
        var most = fastest * yawing.Length;
        if (left < most) bounds.Add(new(default, -yawing), left, LimitFlags.Orientation);
        if (right < most) bounds.Add(new(default, yawing), right, LimitFlags.Orientation);
    }

    /// <summary>The turn that reduces the tilt, about an axis of base, per rad of it.</summary>
    public Vector3D TiltBack(in Rotation orientation)
    {
        var tilting = Vector3D.Cross(_axis, orientation.Rotate(new(0, 0, 1)));
        // Upside down any way is as short as another.
        if (tilting.Length < 1e-9) tilting = Vector3D.Cross(_axis, Math.Abs(_axis.X) < 0.9 ? new(1, 0, 0) : new(0, 1, 0));
        return tilting * (-1 / tilting.Length);
    }

    /// <summary>How fast a turn in base reduces the yaw, about each axis.</summary>
    public Vector3D YawBack(in Rotation orientation) => Yawing(orientation.Rotate(new(0, 0, 1))) * -Math.Sign(limits.Of(orientation).YawRad);

    private Vector3D Yawing(in Vector3D z) => (z + _axis) * (1 / Math.Max(1e-3, 1 + Vector3D.Dot(z, _axis)));
}
