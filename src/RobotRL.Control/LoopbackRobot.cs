using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control;

/// <summary>What <see cref="LoopbackRobot"/> does wrong on request. Everything off is a healthy arm.</summary>
public sealed class LoopbackFaults
{
    /// <summary>Joint whose position reads as not a number; −1 none.</summary>
    public int NonFiniteJoint { get; set; } = -1;

    /// <summary>Values repeat while the stamp goes on.</summary>
    public bool FrozenValues { get; set; }

    /// <summary>The stamp repeats while the values go on.</summary>
    public bool FrozenStamp { get; set; }

    /// <summary>States reach the reader this much too late, ns.</summary>
    public long DelayNs { get; set; }

    /// <summary>So many coming states are lost.</summary>
    public int LostPackets { get; set; }

    /// <summary>Added to the external wrench, in the end-effector frame: N, Nm.</summary>
    public Wrench WrenchSpike { get; set; }

    /// <summary>Moves the clock at the next step by this much, once, ns.</summary>
    public long ClockJumpNs { get; set; }
}

/// <summary>
/// An arm of independent joints, each an inertia with a little viscous friction, under the same kinematics as the real one; gravity and Coriolis
/// terms are taken as compensated. For tests of control and gate, and for trying a configuration without a physics engine.
/// </summary>
public sealed class LoopbackRobot : IRobot, IPlant
{
    private const double FrictionNmS = 0.5;
    private const int Substeps = 2;

    private readonly double[] _inertia;
    private readonly double _dt;
    private SafeCommand _command;
    private RobotState _state, _reported;
    private Stamp _lastRead = new(long.MinValue);
    private bool _hasNew = true;

    /// <param name="description">Kinematics, home posture and control period.</param>
    public LoopbackRobot(RobotDescription description)
    {
        Description = description;
        _dt = description.ControlPeriodNs * 1e-9;
        // Heavy at the base, light at the wrist, as arms are: kg m².
        _inertia = [.. Enumerable.Range(0, description.JointCount).Select(i => 1.2 * Math.Pow(0.62, i))];
        for (var i = 0; i < description.JointCount; i++) _state.Position[i] = description.HomeRad[i];
        _state.GripperWidthM = description.GripperMaxWidthM;
        _reported = _state;
    }

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
        _reported = _state;
        _hasNew = true;
    }

    public bool TryRead(ref RobotState state)
    {
        if (!_hasNew) return false;
        _hasNew = false;
        if (Faults.LostPackets > 0)
        {
            Faults.LostPackets--;
            return false;
        }
        var captured = Faults.FrozenStamp ? _lastRead : Now.Plus(-Faults.DelayNs);
        if (Faults.DelayNs > 0 && captured <= _lastRead) return false; // still under way
        state = _reported;
        state.CaptureTime = _lastRead = captured;
        var wrench = state.ExternalWrenchInEndEffector;
        state.ExternalWrenchInEndEffector = new(wrench.Force + Faults.WrenchSpike.Force, wrench.Torque + Faults.WrenchSpike.Torque);
        if (Faults.NonFiniteJoint >= 0) state.Position[Faults.NonFiniteJoint] = double.NaN;
        return true;
    }

    public void Write(in SafeCommand command)
    {
        if (!command.IsSealed)
        {
            _command = default;
            throw new UnsealedCommandException();
        }
        _command = command;
    }

    public void Step()
    {
        var torque = _command.TorqueNm;
        for (var step = 0; step < Substeps; step++)
            for (var i = 0; i < Description.JointCount; i++)
            {
                var push = torque[i] + DisturbanceNm[i] - FrictionNmS * _state.Velocity[i];
                _state.Velocity[i] = _command.RemovePower ? 0 : _state.Velocity[i] + push / _inertia[i] * (_dt / Substeps);
                _state.Position[i] += _state.Velocity[i] * (_dt / Substeps);
            }
        _state.Effort = torque;
        // Fingers that are pushed go where they are sent, at no more than the speed commanded; a part between them stays between them.
        if (_command.Grip is { IsAsked: true } grip)
        {
            var most = grip.SpeedMS * _dt;
            _state.GripperWidthM = Math.Max(PartWidthM, _state.GripperWidthM + Math.Clamp(grip.WidthM - _state.GripperWidthM, -most, most));
        }
        if (!Faults.FrozenValues) _reported = _state;
        Now = Now.Plus(Description.ControlPeriodNs + Faults.ClockJumpNs);
        Faults.ClockJumpNs = 0;
        _hasNew = true;
    }

    public void Dispose() { }
}
