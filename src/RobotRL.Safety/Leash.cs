using RobotRL.Model;

namespace RobotRL.Safety;

/// <summary>
/// Where a displacement is counted from: the reference, the spring's far end, but no further from the measured pose than the leash. So no displacement
/// keeps the reference, and with it the force that holds against a push; a spring that is stretched further than the leash gives way.
/// Bounded along each axis of base, as the spring's clip is: the leash bounds what outlasts a decision as the clip bounds the force at all.
/// </summary>
/// <param name="TranslationM">Longest offset along each axis of base, m.</param>
/// <param name="RotationRad">Largest component of the rotation vector in base, rad.</param>
public readonly record struct Leash(double TranslationM, double RotationRad)
{
    /// <summary>
    /// Of the clip: the other half is left for what the next displacement adds, so that pressing stays a matter of degree, and leaving a wall a
    /// matter of two decisions.
    /// </summary>
    private const double ShareOfClip = 0.5;

    public static Leash Of(ImpedanceParameters impedance) => new(ShareOfClip * impedance.TranslationClipM, ShareOfClip * impedance.RotationClipRad);

    /// <summary>X_BE to count from. Within the leash it is the reference to the bit, so that what rests stays at rest.</summary>
    public Pose Hold(in Pose reference, in Pose measured)
    {
        var offset = reference.Position - measured.Position;
        var turn = (reference.Orientation * measured.Orientation.Inverse).ToVector();
        var (near, slight) = (offset.ClampEach(TranslationM), turn.ClampEach(RotationRad));
        return new(
            near == offset ? reference.Position : measured.Position + near,
            slight == turn ? reference.Orientation : Rotation.FromVector(slight) * measured.Orientation);
    }
}
