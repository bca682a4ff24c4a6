using RobotRL.Model;

namespace RobotRL.Safety;

/// <summary>
/// The dynamics of a serial arm, M q̈ + C q̇ + g = τ, without ever forming a matrix: one pass from base to tip and one back give the generalised momentum
/// p = M q̇, its change by posture Cᵀ q̇ = ∂(½ q̇ᵀ M q̇)/∂q, gravity g, and the bias C q̇ + g.
/// In base axes, all moments about the base's origin, so that nothing is turned from link to link. Allocates only when constructed.
/// </summary>
/// <remarks>
/// With h the momentum of everything from link i on, about that link's origin, and v its origin's velocity: p_i = z · h_ang and
/// (Cᵀ q̇)_i = h_ang · (ω × z) + h_lin · (v × z). Whether the tool's inertia is in p is decided by the force sensor: what lies beyond one, it feels.
/// </remarks>
internal sealed class ArmMomentum
{
    private readonly Link[] _links;
    private readonly Vector3D _gravity;
    private readonly Motion[] _motion;

    /// <param name="robot">Kinematics and dynamics.</param>
    /// <param name="includesTool">Whether the tool moves with the last link as far as momentum goes. Its weight and Coriolis terms are always carried.</param>
    public ArmMomentum(RobotDescription robot, bool includesTool)
    {
        var dynamics = robot.Dynamics;
        _gravity = dynamics.GravityMS2;
        _motion = new Motion[robot.JointCount];
        _links = new Link[robot.JointCount];
        for (var i = 0; i < robot.JointCount; i++)
        {
            var body = dynamics.Links[i];
            var carried = i == robot.JointCount - 1 ? body + dynamics.ToolInFlange.In(robot.Flange) : body;
            _links[i] = new(carried, includesTool ? carried : body, dynamics.RotorInertiaKgM2[i]);
        }
    }

    /// <summary>M q̇, Nm s.</summary>
    public JointTorques Momentum;

    /// <summary>Cᵀ q̇, Nm.</summary>
    public JointTorques Change;

    /// <summary>g, what holds the arm up, Nm.</summary>
    public JointTorques Gravity;

    /// <summary>C q̇ + g, what a robot adds to the torques that it is commanded, Nm.</summary>
    public JointTorques Bias;

    /// <summary>Takes the posture that an arm's kinematics are at, and its velocity.</summary>
    public void Update(ArmKinematics arm, in JointVelocities velocity)
    {
        Outward(arm.Frames, velocity);
        Inward(arm.Frames, velocity);
    }

    private void Outward(ReadOnlySpan<ArmKinematics.Frame> frames, in JointVelocities velocity)
    {
        Vector3D omega = default, v = default, alpha = default, a = -_gravity, from = default;
        for (var i = 0; i < _links.Length; i++)
        {
            ref readonly var frame = ref frames[i];
            ref readonly var link = ref _links[i];
            ref var m = ref _motion[i];
            var way = frame.Origin - from;
            from = frame.Origin;
            var turning = Vector3D.Cross(omega, way);
            v += turning;
            a += Vector3D.Cross(alpha, way) + Vector3D.Cross(omega, turning);
            var spin = frame.Z * velocity[i];
            alpha += Vector3D.Cross(omega, spin);
            omega += spin;
            (m.Omega, m.V) = (omega, v);

            var c = frame.Turn(link.Carried.CenterOfMassM);
            var at = frame.Origin + c;
            turning = Vector3D.Cross(omega, c);
            var within = frame.TurnBack(omega);
            var angular = frame.Turn(link.Carried.Inertia * within);
            m.MassMoment = at * link.Carried.MassKg;
            m.Force = (a + Vector3D.Cross(alpha, c) + Vector3D.Cross(omega, turning)) * link.Carried.MassKg;
            m.Moment = frame.Turn(link.Carried.Inertia * frame.TurnBack(alpha)) + Vector3D.Cross(omega, angular) + Vector3D.Cross(at, m.Force);

            if (!link.CarriesMore)
            {
                m.Linear = (v + turning) * link.Carried.MassKg;
                m.Angular = angular + Vector3D.Cross(at, m.Linear);
                continue;
            }
            c = frame.Turn(link.Moving.CenterOfMassM);
            m.Linear = (v + Vector3D.Cross(omega, c)) * link.Moving.MassKg;
            m.Angular = frame.Turn(link.Moving.Inertia * within) + Vector3D.Cross(frame.Origin + c, m.Linear);
        }
    }

    private void Inward(ReadOnlySpan<ArmKinematics.Frame> frames, in JointVelocities velocity)
    {
        Vector3D linear = default, angular = default, force = default, moment = default, massMoment = default;
        var mass = 0.0;
        for (var i = _links.Length - 1; i >= 0; i--)
        {
            ref readonly var m = ref _motion[i];
            linear += m.Linear;
            angular += m.Angular;
            force += m.Force;
            moment += m.Moment;
            massMoment += m.MassMoment;
            mass += _links[i].Carried.MassKg;

            var (z, origin) = (frames[i].Z, frames[i].Origin);
            var about = angular - Vector3D.Cross(origin, linear);
            Momentum[i] = Vector3D.Dot(z, about) + _links[i].RotorInertia * velocity[i];
            Change[i] = Vector3D.Dot(about, Vector3D.Cross(m.Omega, z)) + Vector3D.Dot(linear, Vector3D.Cross(m.V, z));
            Gravity[i] = -Vector3D.Dot(z, Vector3D.Cross(massMoment - origin * mass, _gravity));
            Bias[i] = Vector3D.Dot(z, moment - Vector3D.Cross(origin, force));
        }
    }

    /// <param name="Carried">With the tool, at the last link.</param>
    /// <param name="Moving">Of whose momentum the joints' torques must account.</param>
    private readonly record struct Link(RigidBody Carried, RigidBody Moving, double RotorInertia)
    {
        public readonly bool CarriesMore = Carried != Moving;
    }

    private struct Motion
    {
        public Vector3D Omega, V, Linear, Angular, Force, Moment, MassMoment;
    }
}
