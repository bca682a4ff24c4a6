using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control;

/// <summary>
/// Cartesian impedance: F = clip(K e + D ẋ_r, ±K c) + K_i Σe − D ẋ and τ = Jᵀ (F + w) + nullspace posture, w being what is asked for beside the spring.
/// The drive, spring and velocity feed-forward
/// together, is clipped as the spring alone would be: the bound K c on what it pushes with holds, and a moving reference is not dragged on by D.
/// </summary>
internal sealed class ImpedanceLaw(RobotDescription robot, double periodS)
{
    private readonly ImpedanceParameters _p = robot.Impedance;
    private const double JointStiffnessNmRad = 100, JointDampingNmS = 15;

    private Vector3D _integralM, _integralRad;

    /// <summary>Errors that the spring acts on, reference minus measured, clipped, in base: m and rad.</summary>
    public Vector3D PositionErrorM { get; private set; }
    public Vector3D OrientationErrorRad { get; private set; }

    /// <summary>
    /// Errors whose half square is what the clipped spring stores per unit of stiffness: as above within the clip c, and beyond it √(2 c |e| − c²), since
    /// the spring gave its full force all the way. What raising stiffness costs.
    /// </summary>
    public Vector3D StoredPositionM { get; private set; }
    public Vector3D StoredOrientationRad { get; private set; }

    /// <summary>What the integral pushes with, base axes: N, Nm. To a robot whose own law has none it is a wrench to exert beside its spring.</summary>
    public Wrench IntegralInBase => new(_p.TranslationIntegralNMS * _integralM, _p.RotationIntegralNmRadS * _integralRad);

    public void Restart() => _integralM = _integralRad = Vector3D.Zero;

    public LimitFlags Compare(in Pose reference, in Pose measured)
    {
        var position = reference.Position - measured.Position;
        var orientation = (reference.Orientation * measured.Orientation.Inverse).ToVector();
        PositionErrorM = position.ClampEach(_p.TranslationClipM);
        OrientationErrorRad = orientation.ClampEach(_p.RotationClipRad);
        StoredPositionM = Stored(position, _p.TranslationClipM);
        StoredOrientationRad = Stored(orientation, _p.RotationClipRad);
        _integralM = (_integralM + PositionErrorM * periodS).ClampEach(_p.IntegralClipMS);
        _integralRad = (_integralRad + OrientationErrorRad * periodS).ClampEach(_p.IntegralClipRadS);
        return PositionErrorM == position && OrientationErrorRad == orientation ? LimitFlags.None : LimitFlags.ErrorClip;
    }

    /// <summary>
    /// Torques that take each joint to its own part of a posture, Nm: for a motion of the joints as such, which a spring at the tool leads badly
    /// where the arm is stretched.
    /// </summary>
    public static JointTorques JointTorque(in JointPositions posture, in JointPositions q, in JointVelocities dq, int joints)
    {
        JointTorques torque = default;
        for (var i = 0; i < joints; i++) torque[i] = JointStiffnessNmRad * (posture[i] - q[i]) - JointDampingNmS * dq[i];
        return torque;
    }

    /// <summary>Adds the joint torques of a wrench beside the spring, Jᵀ w.</summary>
    /// <param name="torque">Nm.</param>
    /// <param name="wrenchInBase">Exerted by the end effector, base axes: N, Nm.</param>
    /// <param name="arm">Where it is.</param>
    public static void AddTo(ref JointTorques torque, in Wrench wrenchInBase, ArmKinematics arm)
    {
        var beside = arm.TorqueOf(wrenchInBase);
        for (var i = 0; i < arm.JointCount; i++) torque[i] += beside[i];
    }

    private static Vector3D Stored(in Vector3D error, double clip)
    {
        return new(One(error.X), One(error.Y), One(error.Z));

        double One(double e) => Math.Abs(e) <= clip ? e : Math.Sqrt(clip * (2 * Math.Abs(e) - clip));
    }

    /// <summary>Joint torques, gravity and Coriolis excluded, Nm, for the errors last compared.</summary>
    /// <param name="velocity">Of the end effector in base: of its reference, and as measured.</param>
    /// <param name="posture">Where the null space pulls to, rad; none for an arm that stops or is held, which is braked and pulled nowhere.</param>
    public JointTorques Torque(
        in (Twist Reference, Twist Measured) velocity, in CartesianStiffness stiffness, ArmKinematics arm, in JointPositions q, in JointVelocities dq,
        in JointPositions? posture)
    {
        var (kt, kr) = (stiffness.TranslationNM, stiffness.RotationNmRad);
        var dt = 2 * stiffness.DampingRatio * Math.Sqrt(kt);
        var dr = 2 * stiffness.DampingRatio * Math.Sqrt(kr);
        var force = (kt * PositionErrorM + dt * velocity.Reference.Linear).ClampEach(kt * _p.TranslationClipM)
            + _p.TranslationIntegralNMS * _integralM - dt * velocity.Measured.Linear;
        var moment = (kr * OrientationErrorRad + dr * velocity.Reference.Angular).ClampEach(kr * _p.RotationClipRad)
            + _p.RotationIntegralNmRadS * _integralRad - dr * velocity.Measured.Angular;

        var torque = arm.TorqueOf(new(force, moment));
        JointTorques pull = default;
        var damping = 2 * Math.Sqrt(_p.NullspaceStiffnessNmRad);
        var spring = posture is null ? 0 : _p.NullspaceStiffnessNmRad;
        var at = posture ?? q;
        for (var i = 0; i < arm.JointCount; i++) pull[i] = spring * (at[i] - q[i]) - damping * dq[i];
        pull = arm.NullspaceOf(pull);
        // A stop brakes every joint as well: a spring as soft as a stopped arm's damps hardly anything.
        var brake = posture is null ? JointDampingNmS : 0;
        for (var i = 0; i < arm.JointCount; i++) torque[i] += pull[i] - brake * dq[i];
        return torque;
    }
}
