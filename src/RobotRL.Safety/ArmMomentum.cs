using System.Runtime.CompilerServices;
using RobotRL.Model;

namespace RobotRL.Safety;

/// <summary>
/// The dynamics of a serial arm, M q̈ + C q̇ + g = τ, without ever forming a matrix: one pass from base to tip and one back give the generalised momentum
/// p = M q̇, its change by posture Cᵀ q̇ = ∂(½ q̇ᵀ M q̇)/∂q, gravity g, and the bias C q̇ + g.
/// In link frames, each at its Denavit–Hartenberg row. Allocates only when constructed.
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
        // What the links from each on weigh together, and at the tip the tool.
        var outward = 0.0;
        for (var i = robot.JointCount - 1; i >= 0; i--)
        {
            var (row, body) = (robot.Kinematics[i], dynamics.Links[i]);
            var carried = i == robot.JointCount - 1 ? body + dynamics.ToolInFlange.In(robot.Flange) : body;
            outward += carried.MassKg;
            var (sin, cos) = Math.SinCos(row.Alpha);
            _links[i] = new(row.A, row.D, sin, cos, carried, includesTool ? carried : body, outward, dynamics.RotorInertiaKgM2[i]);
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

    /// <summary>Takes a posture and its velocity.</summary>
    public void Update(in JointPositions position, in JointVelocities velocity)
    {
        for (var i = 0; i < _links.Length; i++) (_motion[i].Sin, _motion[i].Cos) = Math.SinCos(position[i]);
        Outward(velocity);
        Inward(velocity);
    }

    /// <summary>The same for the posture that an arm's kinematics are at.</summary>
    public void Update(ArmKinematics arm, in JointVelocities velocity)
    {
        var angles = arm.Angles;
        for (var i = 0; i < angles.Length; i++) (_motion[i].Sin, _motion[i].Cos) = angles[i];
        Outward(velocity);
        Inward(velocity);
    }

    private void Outward(in JointVelocities velocity)
    {
        Vector3D omega = default, v = default, alpha = default, a = -_gravity, down = _gravity;
        for (var i = 0; i < _links.Length; i++)
        {
            ref readonly var link = ref _links[i];
            ref var m = ref _motion[i];
            // Into axes turned by α about x, where the link's origin is at (a, 0, d); then by q about z.
            (omega, v, alpha, a, down) = (link.Tilt(omega), link.Tilt(v), link.Tilt(alpha), link.Tilt(a), link.Tilt(down));
            Vector3D p = new(link.A, 0, link.D);
            var wp = Vector3D.Cross(omega, p);
            v += wp;
            a += Vector3D.Cross(alpha, p) + Vector3D.Cross(omega, wp);
            (omega, v, alpha, a, down) = (m.Turn(omega), m.Turn(v), m.Turn(alpha), m.Turn(a), m.Turn(down));
            var speed = velocity[i];
            alpha += new Vector3D(omega.Y * speed, -omega.X * speed, 0);
            omega += new Vector3D(0, 0, speed);
            (m.Omega, m.V, m.Down) = (omega, v, down);

            var c = link.Moving.CenterOfMassM;
            m.Linear = (v + Vector3D.Cross(omega, c)) * link.Moving.MassKg;
            m.Angular = link.Moving.Inertia * omega + Vector3D.Cross(c, m.Linear);

            c = link.Carried.CenterOfMassM;
            m.Force = (a + Vector3D.Cross(alpha, c) + Vector3D.Cross(omega, Vector3D.Cross(omega, c))) * link.Carried.MassKg;
            m.Moment = link.Carried.Inertia * alpha + Vector3D.Cross(omega, link.Carried.Inertia * omega) + Vector3D.Cross(c, m.Force);
        }
    }

    private void Inward(in JointVelocities velocity)
    {
        Vector3D linear = default, angular = default, force = default, moment = default, massMoment = default;
        for (var i = _links.Length - 1; i >= 0; i--)
        {
            ref readonly var link = ref _links[i];
            ref readonly var m = ref _motion[i];
            linear += m.Linear;
            angular += m.Angular;
            force += m.Force;
            moment += m.Moment;
            massMoment += link.Carried.CenterOfMassM * link.Carried.MassKg;

            Momentum[i] = angular.Z + link.RotorInertia * velocity[i];
            Change[i] = angular.X * m.Omega.Y - angular.Y * m.Omega.X + linear.X * m.V.Y - linear.Y * m.V.X;
            Gravity[i] = massMoment.Y * m.Down.X - massMoment.X * m.Down.Y;
            Bias[i] = moment.Z;

            Vector3D p = new(link.A, 0, link.D);
            (linear, angular, force, moment, massMoment) = (m.Back(linear), m.Back(angular), m.Back(force), m.Back(moment), m.Back(massMoment));
            angular += Vector3D.Cross(p, linear);
            moment += Vector3D.Cross(p, force);
            massMoment += p * link.OutwardMass;
            (linear, angular, force, moment, massMoment) = (link.Back(linear), link.Back(angular), link.Back(force), link.Back(moment), link.Back(massMoment));
        }
    }

    /// <param name="A">Row of the table, likewise <paramref name="D"/> and α's sine and cosine.</param>
    /// <param name="Carried">With the tool, at the last link.</param>
    /// <param name="Moving">Of whose momentum the joints' torques must account.</param>
    /// <param name="OutwardMass">From this link on, kg.</param>
    private readonly record struct Link(double A, double D, double Sin, double Cos, RigidBody Carried, RigidBody Moving, double OutwardMass, double RotorInertia)
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector3D Tilt(in Vector3D v) => new(v.X, Cos * v.Y + Sin * v.Z, Cos * v.Z - Sin * v.Y);
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector3D Back(in Vector3D v) => new(v.X, Cos * v.Y - Sin * v.Z, Cos * v.Z + Sin * v.Y);
    }

    private struct Motion
    {
        public double Sin, Cos;
        public Vector3D Omega, V, Down, Linear, Angular, Force, Moment;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly Vector3D Turn(in Vector3D v) => new(Cos * v.X + Sin * v.Y, Cos * v.Y - Sin * v.X, v.Z);
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly Vector3D Back(in Vector3D v) => new(Cos * v.X - Sin * v.Y, Cos * v.Y + Sin * v.X, v.Z);
    }
}
