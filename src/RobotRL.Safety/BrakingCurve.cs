namespace RobotRL.Safety;

/// <summary>
/// How fast one may move toward something at a distance: rate · distance near it, and further out no faster than from where the given
/// deceleration brings the motion onto that line; never above the top speed. Concave and zero at zero: that is what lets a bound which
/// the set-point keeps carry over to a reference that is a low-pass of the set-point.
/// </summary>
internal readonly struct BrakingCurve(double rate, double deceleration, double top)
{
    private readonly double _knee = deceleration / (rate * rate);

    /// <summary>Allowed speed at a distance; 0 at or beyond the face.</summary>
    public double Speed(double distance)
    {
        if (distance <= 0) return 0;
        var speed = distance <= _knee ? rate * distance : Math.Sqrt(deceleration * (2 * distance - _knee));
        return Math.Min(speed, top);
    }

    /// <summary>A speed toward something at a distance, as far as it is allowed. Most are, and cost no root.</summary>
    public double Limit(double speed, double distance)
    {
        if (speed <= 0) return speed;
        if (distance > _knee && speed <= top && speed * speed <= deceleration * (2 * distance - _knee)) return speed;
        return Math.Min(speed, Speed(distance));
    }

    /// <summary>The distance from which on a speed is allowed.</summary>
    public double Distance(double speed) =>
        speed <= rate * _knee ? speed / rate : 0.5 * (speed * speed / deceleration + _knee);
}
