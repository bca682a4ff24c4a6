using RobotRL.Model;

namespace RobotRL.Safety;

/// <summary>
/// Holds the grip that was asked for last, within its limits, whatever becomes of the arm: a stop, a reset and a reference that starts anew change nothing.
/// The width that is sealed moves at the speed asked for, from where the fingers are. Until somebody asks, nothing is sealed, and the gripper stays as it was
/// found.
/// </summary>
internal sealed class GripLimiter(double maxWidthM, GripParameters limits, double periodS)
{
    /// <summary>A request beyond so many times a limit is no request that somebody means.</summary>
    private const double Absurd = 10;

    private Grip _wanted;
    private LimitFlags _cut;

    /// <summary>In force: the width moves toward the wanted one.</summary>
    public Grip Current { get; private set; }

    /// <summary>Whether somebody can mean it. What is meant and beyond a limit is cut.</summary>
    public bool Admits(in Grip asked) =>
        Math.Abs(asked.WidthM) <= Absurd * maxWidthM &&
        asked.ForceN >= 0 && asked.ForceN <= Absurd * limits.ForceN && asked.SpeedMS >= 0 && asked.SpeedMS <= Absurd * limits.SpeedMS;

    public void Ask(in Grip asked)
    {
        if (!asked.IsAsked) return;
        _wanted = new(Math.Clamp(asked.WidthM, 0, maxWidthM), Math.Min(asked.ForceN, limits.ForceN), Math.Min(asked.SpeedMS, limits.SpeedMS));
        _cut = _wanted == asked ? LimitFlags.None : LimitFlags.Grip;
    }

    /// <summary>What was asked for last.</summary>
    public Grip Asked => _wanted;

    /// <summary>A stop: the fingers stay where they were sent so far, and press as they did.</summary>
    public void Freeze()
    {
        if (Current.IsAsked) _wanted = _wanted with { WidthM = Current.WidthM };
    }

    /// <summary>Goes on from what was in force and asked for.</summary>
    public void Resume(in Grip current, in Grip asked)
    {
        Ask(asked);
        Current = current;
    }

    /// <summary>One period toward the wanted width. The flag says that less was granted than was asked for.</summary>
    /// <param name="measuredM">Distance between the fingers, m.</param>
    public LimitFlags Step(double measuredM)
    {
        if (!_wanted.IsAsked) return LimitFlags.None;
        var fingers = Math.Clamp(measuredM, 0, maxWidthM);
        var (from, to, most) = (Current.IsAsked ? Current.WidthM : fingers, _wanted.WidthM, _wanted.SpeedMS * periodS);
        // Fingers that a part keeps from where they were sent begin where they are, and that is no motion.
        var width = to > from ? Math.Min(to, Math.Max(from, fingers) + most) : to < from ? Math.Max(to, Math.Min(from, fingers) - most) : to;
        Current = _wanted with { WidthM = width };
        return _cut;
    }
}
