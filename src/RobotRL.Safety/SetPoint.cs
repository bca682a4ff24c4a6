using System.Runtime.CompilerServices;
using RobotRL.Model;

namespace RobotRL.Safety;

/// <summary>
/// Where a robot that closes its own loop is sent, as seven numbers: joint angles (rad) or joint velocities (rad/s), base to tip, or a pose in base
/// (position in m, then the quaternion x y z w). NaN where nothing was sent.
/// </summary>
[InlineArray(Size)]
public struct SetPoint
{
    /// <summary>A pose and the joints of the longest arm both have as many.</summary>
    public const int Size = 7;

    private double _first;

    /// <summary>Nothing was sent.</summary>
    public static SetPoint None
    {
        get
        {
            SetPoint none = default;
            ((Span<double>)none).Fill(double.NaN);
            return none;
        }
    }

    /// <summary>Whether there is any.</summary>
    public readonly bool IsNone => double.IsNaN(_first);

    /// <summary>Angles or velocities of the joints.</summary>
    public static SetPoint Of(ReadOnlySpan<double> joints)
    {
        SetPoint to = default;
        joints[..Math.Min(joints.Length, Size)].CopyTo(to);
        return to;
    }

    /// <summary>A pose.</summary>
    public static SetPoint Of(in Pose pose)
    {
        var (p, o) = (pose.Position, pose.Orientation);
        return Of([p.X, p.Y, p.Z, o.X, o.Y, o.Z, o.W]);
    }

    /// <summary>The pose that the numbers are.</summary>
    public readonly Pose ToPose() => new(new(this[0], this[1], this[2]), new(this[3], this[4], this[5], this[6]));
}
