namespace RobotRL.Safety;

/// <summary>
/// How fast one may move toward something at a distance: rate · distance near it, and further out no faster than from where the given
/// deceleration brings the motion onto that line; never above the top speed. Concave and zero at zero: that is what lets a bound which
/// the set-point keeps carry over to a reference that is a low-pass of the set-point.
/// </summary>
internal readonly record struct BrakingCurve(double Rate, double Deceleration, double Top)
{
    /// <summary>Allowed speed at a distance; 0 at or beyond the face.</summary>
    public double Speed(double distance)
    {
        if (distance <= 0) return 0;
        var knee = Deceleration / (Rate * Rate);
        var speed = distance <= knee ? Rate * distance : Math.Sqrt(Deceleration * (2 * distance - knee));
        return Math.Min(speed, Top);
    }

    /// <summary>The distance from which on a speed is allowed.</summary>
    public double Distance(double speed)
    {
        var knee = Deceleration / (Rate * Rate);
        return speed <= Rate * knee ? speed / Rate : 0.5 * (speed * speed / Deceleration + knee);
    }
}
