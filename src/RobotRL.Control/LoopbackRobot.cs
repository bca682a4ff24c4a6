using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control;

/// <summary>
/// An arm of independent joints, each an inertia with a little viscous friction, under the same kinematics as the real one; gravity and Coriolis
/// terms are taken as compensated. It takes whatever kind of command its description names. For tests of control and gate, and for trying a configuration
/// without a physics engine.
/// </summary>
public sealed class LoopbackRobot : IRobot, IPlant
{
    private const double FrictionNmS = 0.5;
    private const double SensorDigits = 1e-9;
    private const int Substeps = 2;

    private const double ServoRadS = 100;

    private readonly double[] _inertia;
    private readonly SimulatedController _controller;
    private readonly double _dt;
    private SafeCommand _command;
    private RobotState _state;
    private bool _hasNew = true;

    /// <param name="description">Kinematics, home posture and control period. Its masses are those of another arm: this one has its own.</param>
    /// <param name="endEffectorInFlange">X_FE of its own impedance law; needed where the description says that it takes
    /// <see cref="CommandKind.CartesianImpedance"/>.</param>
    public LoopbackRobot(RobotDescription description, Pose? endEffectorInFlange = null)
    {
        var joints = description.JointCount;
        // Heavy at the base, light at the wrist, as arms are: kg m².
        _inertia = [.. Enumerable.Range(0, joints).Select(i => 1.2 * Math.Pow(0.62, i))];
        Description = description with
        {
            Dynamics = description.Dynamics with
            {
                Links = new RigidBody[joints],
                ToolInFlange = RigidBody.None,
                RotorInertiaKgM2 = [.. _inertia],
                ViscousFrictionNmS = [.. Enumerable.Repeat(FrictionNmS, joints)],
            },
        };
        _dt = description.ControlPeriodNs * 1e-9;
        var servo = Math.Min(ServoRadS, 0.2 / _dt);
        _controller = new(description, endEffectorInFlange, [.. _inertia.Select(i => i * servo * servo)], [.. _inertia.Select(i => 2 * i * servo)]);
        for (var i = 0; i < description.JointCount; i++) _state.Position[i] = description.HomeRad[i];
        _state.GripperWidthM = description.GripperMaxWidthM;
    }

    /// <summary>As given, but with this arm's own dynamics.</summary>
    public RobotDescription Description { get; }
    public LoopbackFaults Faults { get; } = new();
    public Stamp Now { get; private set; }

    /// <summary>What presses on the arm, in joint torques, Nm.</summary>
    public JointTorques DisturbanceNm { get; set; }

    /// <summary>Width of what is between the fingers, m; 0 for nothing.</summary>
    public double PartWidthM { get; set; }

    /// <summary>Force of each finger on what is between them, N.</summary>
    public double HoldingForceN => _command.Grip is { IsAsked: true } grip && grip.WidthM < PartWidthM && _state.GripperWidthM <= PartWidthM ? grip.ForceN : 0;

    /// <summary>The command in force.</summary>
    public SafeCommand Command => _command;

    /// <summary>The true state, whatever is reported.</summary>
    public ref readonly RobotState TrueState => ref _state;

    /// <summary>Places the arm, at rest.</summary>
    public void Place(ReadOnlySpan<double> positionRad)
    {
        for (var i = 0; i < Description.JointCount; i++) (_state.Position[i], _state.Velocity[i]) = (positionRad[i], 0);
        _state.Placements++;
        _controller.Restart();
        _hasNew = true;
    }

    public bool TryRead(ref RobotState state)
    {
        if (!_hasNew) return false;
        _hasNew = false;
        return Faults.TryPass(Now, _state, ref state);
    }

    public void Write(in SafeCommand command)
    {
        if (!command.IsSealed)
        {
            _command = default;
            throw new UnsealedCommandException();
        }
        if (command.Kind != Description.Command)
        {
            _command = default;
            throw new ForeignCommandException(Description.Command, command.Kind);
        }
        _command = command;
    }

    public void Step()
    {
        var torque = Description.Command == CommandKind.JointTorque ? _command.TorqueNm
            : _controller.Torque(WireCommand.Of(_command), _state.Position, _state.Velocity);
        for (var step = 0; step < Substeps; step++)
            for (var i = 0; i < Description.JointCount; i++)
            {
                var motor = _command.RemovePower ? 0 : torque[i] + Faults.MotorErrorNm[i];
                var push = motor + DisturbanceNm[i] - FrictionNmS * _state.Velocity[i];
                _state.Velocity[i] = _command.RemovePower ? 0 : _state.Velocity[i] + push / _inertia[i] * (_dt / Substeps);
                _state.Position[i] += _state.Velocity[i] * (_dt / Substeps);
            }
        for (var i = 0; i < Description.JointCount; i++) _state.Effort[i] = torque[i] + (_command.RemovePower ? 0 : Faults.MotorErrorNm[i]);
        // A healthy sensor's last digits move with the arm.
        _state.ExternalWrenchInEndEffector = new(Digits(0), Digits(3));
        // Fingers that are pushed go where they are sent, at no more than the speed commanded; a part between them stays between them.
        if (_command.Grip is { IsAsked: true } grip)
        {
            var most = grip.SpeedMS * _dt;
            _state.GripperWidthM = Math.Max(PartWidthM, _state.GripperWidthM + Math.Clamp(grip.WidthM - _state.GripperWidthM, -most, most));
        }
        Now = Now.Plus(Description.ControlPeriodNs + Faults.ClockJumpNs);
        Faults.ClockJumpNs = 0;
        _hasNew = true;
    }

    public void Dispose() { }

    private Vector3D Digits(int from) => new(Digit(from), Digit(from + 1), Digit(from + 2));

    private double Digit(int i)
    {
        var moving = 0.0;
        for (var joint = 0; joint < Description.JointCount; joint++) moving += (1 + (i + joint) % Joints.Max) * _state.Velocity[joint];
        return SensorDigits * moving;
    }
}
