using RobotRL.Model;

namespace RobotRL.Safety;

/// <summary>
/// Half-spaces of end-effector motion, each with rest inside: what a motion does along a gradient is at least −room. A motion outside is led along
/// the bounds, and where
/// bounds leave no way along them, slowed as a whole.
/// </summary>
internal sealed class MotionBounds(int capacity)
{
    /// <summary>A turn by 1 rad weighs as much as a way of so many metres when a motion is led along a bound.</summary>
    private const double ArmM = 0.2;
    private const double PerTurn = 1 / (ArmM * ArmM);
    private const int Rounds = 3;

    private readonly (Twist Gradient, Twist Turned, double Size, double Room, LimitFlags Flag)[] _bounds =
        new (Twist, Twist, double, double, LimitFlags)[capacity];
    private int _count;

    public bool IsEmpty => _count == 0;

    public void Clear() => _count = 0;

    public void Add(in Twist gradient, double room, LimitFlags flag)
    {
        if (_count == _bounds.Length) return; // sized for all that there can be
        var turned = gradient with { Angular = gradient.Angular * PerTurn };
        _bounds[_count++] = (gradient, turned, Along(gradient, turned), Math.Max(0, room), flag);
    }

    /// <summary>The motion that is left; the flags say which bounds changed it.</summary>
    public Twist Apply(in Twist motion, ref LimitFlags flags)
    {
        var s = motion;
        for (var round = 0; round < Rounds; round++)
        {
            var isInside = true;
            for (var i = 0; i < _count; i++)
            {
                ref readonly var bound = ref _bounds[i];
                var beyond = -bound.Room - Along(bound.Gradient, s);
                if (beyond <= 0) continue;
                isInside = false;
                flags |= bound.Flag;
                if (bound.Size > 1e-9) s += bound.Turned * (beyond / bound.Size);
            }
            if (isInside) return s;
        }
        return Slowed(s, ref flags);
    }

    /// <summary>The motion slowed as a whole until it is inside.</summary>
    public Twist Slowed(in Twist motion, ref LimitFlags flags)
    {
        var share = 1.0;
        for (var i = 0; i < _count; i++)
        {
            var toward = -Along(_bounds[i].Gradient, motion);
            if (toward <= _bounds[i].Room) continue;
            share = Math.Min(share, _bounds[i].Room / toward);
            flags |= _bounds[i].Flag;
        }
        return share < 1 ? motion * share : motion;
    }

    private static double Along(in Twist gradient, in Twist motion) =>
        Vector3D.Dot(gradient.Linear, motion.Linear) + Vector3D.Dot(gradient.Angular, motion.Angular);
}
