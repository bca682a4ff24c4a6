namespace RobotRL.Model;

/// <summary>A part of the arm as a capsule: everything within a radius of the line between two points.</summary>
/// <param name="Name">For people.</param>
/// <param name="Link">The frame that the points are given in and that the part moves with: 0 the base, i the one behind joint i, one more than there
/// are joints the flange.</param>
/// <param name="From">One end of the line, m.</param>
/// <param name="To">The other end, m.</param>
/// <param name="RadiusM">Radius, m.</param>
public sealed record BodyPart(string Name, int Link, Vector3D From, Vector3D To, double RadiusM);

/// <summary>All that an arm consists of and carries.</summary>
/// <param name="Parts">Links, hand, fingers, cameras, tool.</param>
/// <param name="MayTouch">Pairs of parts, by name, whose distance is not watched, beside those on neighbouring links.</param>
public sealed record RobotBody(IReadOnlyList<BodyPart> Parts, IReadOnlyList<(string First, string Second)> MayTouch)
{
    public static readonly RobotBody None = new([], []);
}

/// <summary>How far the end effector may turn away from a nominal orientation.</summary>
/// <param name="Nominal">R_BE with neither tilt nor yaw.</param>
/// <param name="TiltRad">Largest angle between the end effector's z axis and the nominal one, rad: a cone.</param>
/// <param name="YawRad">Largest turn about the nominal z axis to either side, rad.</param>
public sealed record OrientationLimits(Rotation Nominal, double TiltRad, double YawRad)
{
    /// <summary>Tilt and yaw of an orientation, rad.</summary>
    public (double TiltRad, double YawRad) Of(in Rotation orientation)
    {
        var (x, y, z, w) = Nominal.Inverse * orientation;
        return (2 * Math.Atan2(Math.Sqrt(x * x + y * y), Math.Sqrt(z * z + w * w)), Math.IEEERemainder(2 * Math.Atan2(z, w), 2 * Math.PI));
    }
}
