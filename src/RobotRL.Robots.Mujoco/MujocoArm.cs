using RobotRL.Control;
using RobotRL.Model;
using RobotRL.Robots.Mujoco.Binding;
using RobotRL.Safety;
using RobotRL.Tasks;

namespace RobotRL.Robots.Mujoco;

/// <summary>
/// A simulated arm with gripper and wrist force-torque sensor, in a <see cref="MujocoWorld"/>. Like a Franka arm it adds gravity and Coriolis terms to the
/// commanded torques itself, and like a tared sensor it reports the wrench without the weight of the tool; the tool's inertia it does feel. Where its
/// description
/// says that it takes set-points, a <see cref="SimulatedController"/> behind the wire makes torques of them, within the motors' bounds.
/// One thread reads, writes and steps; none of the three allocates.
/// </summary>
/// <remarks>
/// The scene names its parts: joints and motors <c>joint1…n</c>, <c>left_finger</c> and <c>right_finger</c> (joint and position actuator),
/// body <c>hand</c> with sensors <c>wrist_force</c>, <c>wrist_torque</c> at site <c>wrist_ft</c>, sites <c>flange</c> and <c>ee</c>; the names of an arm among
/// several begin with its own and an underscore. A closed brake resists motion with 60 Nms/rad.
/// </remarks>
public sealed class MujocoArm : IRobot, ISceneArm
{
    private const double BrakeNmsRad = 60, StatedWithin = 1e-6;

    // Of its joint servos: the whole torque of a motor at an error of 1/60 rad, and damping by a time constant.
    private const double ServoPerRad = 60, ServoDampingS = 0.03;

    private readonly MujocoWorld _world;
    private readonly MujocoData _data;
    private readonly bool _isAtOrigin;
    private readonly int[] _position, _velocity, _motor;
    private readonly int _leftPosition, _rightPosition, _leftVelocity, _rightVelocity, _leftActuator, _rightActuator;
    private readonly int _wrist, _flange, _endEffector, _force, _torque;
    private readonly double _toolMassKg, _fingerStrokeM, _fingerStiffnessNM;
    private readonly Vector3D _gravity;
    private readonly SimulatedController? _controller;
    private readonly double[] _motorNm;
    private long _readNs = -1;
    private WireCommand _command;

    internal MujocoArm(MujocoWorld world, RobotDescription description, ArmDescription? place)
    {
        (_world, _data, Description) = (world, world.Data, description);
        (Name, BaseInCell, _isAtOrigin) = (place?.Name ?? "", place?.BaseInCell ?? Pose.Identity, place is null);
        var model = world.Model;
        string Part(string name) => MujocoWorld.NameOf(Name, name);
        var joints = Enumerable.Range(1, description.JointCount).Select(i => Part($"joint{i}")).ToArray();
        _position = Array.ConvertAll(joints, model.PositionAddress);
        _velocity = Array.ConvertAll(joints, model.VelocityAddress);
        _motor = Array.ConvertAll(joints, model.Actuator);
        var (left, right) = (Part("left_finger"), Part("right_finger"));
        (_leftPosition, _rightPosition) = (model.PositionAddress(left), model.PositionAddress(right));
        (_leftVelocity, _rightVelocity) = (model.VelocityAddress(left), model.VelocityAddress(right));
        (_leftActuator, _rightActuator) = (model.Actuator(left), model.Actuator(right));
        (Hand, _wrist, _flange, _endEffector) = (model.Body(Part("hand")), model.Site(Part("wrist_ft")), model.Site(Part("flange")), model.Site(Part("ee")));
        (_force, _torque) = (model.SensorAddress(Part("wrist_force")), model.SensorAddress(Part("wrist_torque")));
        _toolMassKg = model.SubtreeMass(Hand);
        (_fingerStrokeM, _fingerStiffnessNM) = (model.ControlRange(_leftActuator).Max, model.ActuatorGain(_leftActuator));
        _gravity = new(model.Gravity[0], model.Gravity[1], model.Gravity[2]);
        _motorNm = Array.ConvertAll(_motor, m => model.ControlRange(m).Max);
        if (description.Command == CommandKind.JointTorque) return;
        world.Stand(this); // where the end effector is, seen from the flange, is known once the scene has been worked out
        double[] stiffness = [.. _motorNm.Select(nm => ServoPerRad * nm)];
        _controller = new(description, EndEffectorInFlange, stiffness, [.. stiffness.Select(k => ServoDampingS * k)]);
    }

    public RobotDescription Description { get; }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public Pose BaseInCell { get; }

    /// <summary>The world that it stands in: cameras draw that, and it is what is stepped.</summary>
    public MujocoWorld World => _world;

    /// <summary>X_BE, current.</summary>
    public Pose EndEffectorInBase => _isAtOrigin ? EndEffectorInCell : BaseInCell.Inverse * EndEffectorInCell;

    /// <summary>X_FE: where the scene has the end effector, seen from the flange.</summary>
    public Pose EndEffectorInFlange => _data.SitePose(_flange).Inverse * EndEffectorInCell;

    /// <summary>Distance between the fingers, m.</summary>
    public double GripperWidthM => _data.Position[_leftPosition] + _data.Position[_rightPosition];

    /// <inheritdoc/>
    public RandomPushes? Pushes { get; set; }

    /// <summary>What the motors give beyond what they are told, Nm: measured, and it moves the arm while there is power.</summary>
    public JointTorques MotorErrorNm { get; set; }

    /// <summary>Whether brakes are closed: motor power is gone until the scene is set up anew or a command comes with power.</summary>
    public bool IsBraked { get; internal set; }

    /// <summary>What the environment exerts on the tool, at the end effector and in its frame, tool weight removed: pressing the tool down on a
    /// table gives a force along −z when z points out of the hand.</summary>
    public Wrench ExternalWrenchInEndEffector
    {
        get
        {
            var s = _data.SensorData;
            // The sensor shows what the flange exerts on the tool; at rest that, the tool's weight and the environment add up to nothing.
            Pose wrist = _data.SitePose(_wrist), tip = EndEffectorInCell;
            var weight = _toolMassKg * _gravity;
            var force = -wrist.Orientation.Rotate(new(s[_force], s[_force + 1], s[_force + 2])) - weight;
            var torque = -wrist.Orientation.Rotate(new(s[_torque], s[_torque + 1], s[_torque + 2]))
                - Vector3D.Cross(_data.SubtreeCenterOfMass(Hand) - wrist.Position, weight)
                - Vector3D.Cross(tip.Position - wrist.Position, force);
            return new Wrench(force, torque).Rotated(tip.Orientation.Inverse);
        }
    }

    /// <inheritdoc/>
    /// <remarks>False also once the simulation has diverged, so that the state goes stale and the gate stops.</remarks>
    public bool TryRead(ref RobotState state)
    {
        var now = _world.Now;
        if (_readNs == now.Ns || _data.HasDiverged) return false;
        _readNs = now.Ns;
        Span<double> q = _data.Position, v = _data.Velocity, tau = _data.Control, applied = _data.AppliedForce;
        state.CaptureTime = now;
        for (var i = 0; i < _position.Length; i++)
        {
            state.Position[i] = q[_position[i]];
            state.Velocity[i] = v[_velocity[i]];
            state.Effort[i] = tau[_motor[i]] + applied[_velocity[i]];
        }
        state.ExternalWrenchInEndEffector = ExternalWrenchInEndEffector;
        state.GripperWidthM = GripperWidthM;
        state.Placements = _world.Placements;
        return true;
    }

    /// <inheritdoc/>
    public void Write(in SafeCommand command)
    {
        if (!command.IsSealed)
        {
            Refuse();
            throw new UnsealedCommandException();
        }
        if (command.Kind != Description.Command)
        {
            Refuse();
            throw new ForeignCommandException(Description.Command, command.Kind);
        }
        Execute(WireCommand.Of(command));
    }

    /// <summary>
    /// As the robot's own controller, at the far end of a wire whose near end has the gate. A program that plays a robot calls this; whoever drives one calls
    /// <see cref="Write"/>.
    /// </summary>
    public void Execute(in WireCommand command)
    {
        _command = command;
        Command(command.TorqueNm, command.Grip, command.RemovePower);
    }

    /// <inheritdoc/>
    public void RequireEndEffector(in Pose inFlange)
    {
        var scene = EndEffectorInFlange;
        var (offM, offRad) = ((scene.Position - inFlange.Position).Length, (scene.Orientation.Inverse * inFlange.Orientation).ToVector().Length);
        if (offM > StatedWithin || offRad > StatedWithin)
            throw new MujocoException($"{_world.Model.Path}: site 'ee' is at {scene.Position}, turned by {scene.Orientation.ToVector()}, seen from the flange, "
                + $"but the task states {inFlange.Position}, {inFlange.Orientation.ToVector()}: make end_effector_in_flange agree");
    }

    /// <summary>Puts the arm elsewhere, at rest, as whoever switched it off might have left it: while nobody commands.</summary>
    public void Place(ReadOnlySpan<double> positionRad)
    {
        for (var i = 0; i < _position.Length; i++) (_data.Position[_position[i]], _data.Velocity[_velocity[i]]) = (positionRad[i], 0);
        _world.Settle();
    }

    /// <summary>Puts the arm where one is that moves elsewhere, with its velocities, before the world's next step: it is a part of the scene then.</summary>
    public void Follow(in RobotState state)
    {
        for (var i = 0; i < _position.Length; i++) (_data.Position[_position[i]], _data.Velocity[_velocity[i]]) = (state.Position[i], state.Velocity[i]);
        (_data.Position[_leftPosition], _data.Position[_rightPosition]) = (0.5 * state.GripperWidthM, 0.5 * state.GripperWidthM);
        (_data.Velocity[_leftVelocity], _data.Velocity[_rightVelocity]) = (0, 0);
    }

    /// <summary>The world is what is disposed of.</summary>
    public void Dispose() { }

    /// <summary>Where its joints and fingers stand among the simulation's positions and velocities.</summary>
    internal IEnumerable<(int Position, int Velocity)> Coordinates =>
        _position.Zip(_velocity).Append((_leftPosition, _leftVelocity)).Append((_rightPosition, _rightVelocity));

    /// <summary>The body of the hand.</summary>
    internal int Hand { get; }

    /// <summary>Where joints are led to by velocities, rad; null where none are.</summary>
    internal JointPositions? LedRad
    {
        get => _controller?.LedRad;
        set
        {
            if (_controller is not null) _controller.LedRad = value;
        }
    }

    /// <summary>Sets torques and finger distance, as firmly as the fingers' drives can, until the next command.</summary>
    internal void Command(in JointTorques torqueNm, double gripperWidthM, bool removePower = false) =>
        Command(torqueNm, new Grip(gripperWidthM, double.MaxValue, double.MaxValue), removePower);

    /// <summary>At the description's home posture, with power.</summary>
    internal void Home()
    {
        for (var i = 0; i < _position.Length; i++) _data.Position[_position[i]] = Description.HomeRad[i];
        IsBraked = false;
    }

    /// <summary>What was commanded was for where the arm stood before.</summary>
    internal void Forget()
    {
        _command = default;
        _controller?.Restart();
    }

    /// <summary>Before a period: pushes, and the controller behind the wire, whose torques for this period follow from what was commanded.</summary>
    internal void BeginPeriod()
    {
        Pushes?.Apply(_world.Now.Ns, _data.AppliedBodyForce.Slice(6 * Hand, 3));
        if (_controller is null) return;
        JointPositions q = default;
        JointVelocities dq = default;
        for (var i = 0; i < _position.Length; i++) (q[i], dq[i]) = (_data.Position[_position[i]], _data.Velocity[_velocity[i]]);
        var torque = _controller.Torque(_command, q, dq);
        var control = _data.Control;
        for (var i = 0; i < _motor.Length; i++) control[_motor[i]] = IsBraked ? 0 : Math.Clamp(torque[i], -_motorNm[i], _motorNm[i]);
    }

    /// <summary>Before a step: what the arm does about gravity, Coriolis forces and brakes.</summary>
    internal void Compensate()
    {
        var bias = _data.BiasForce;
        Span<double> applied = _data.AppliedForce, velocity = _data.Velocity;
        var brake = IsBraked ? BrakeNmsRad : 0;
        for (var i = 0; i < _velocity.Length; i++)
        {
            var dof = _velocity[i];
            applied[dof] = bias[dof] - brake * velocity[dof] + (IsBraked ? 0 : MotorErrorNm[i]);
        }
        // A finger's drive carries the finger.
        (applied[_leftVelocity], applied[_rightVelocity]) = (bias[_leftVelocity], bias[_rightVelocity]);
    }

    private Pose EndEffectorInCell => _data.SitePose(_endEffector);

    private void Refuse()
    {
        _command = default;
        Command(default, default(Grip), removePower: false);
    }

    /// <summary>
    /// Sets torques and grip until the next command. The drives are springs: their force is bounded by how far ahead of its finger each set-point may be.
    /// </summary>
    private void Command(in JointTorques torqueNm, in Grip grip, bool removePower)
    {
        IsBraked = removePower;
        var control = _data.Control;
        for (var i = 0; i < _motor.Length; i++) control[_motor[i]] = removePower ? 0 : torqueNm[i];
        if (!grip.IsAsked) return;
        var (half, ahead) = (Math.Clamp(0.5 * grip.WidthM, 0, _fingerStrokeM), grip.ForceN / _fingerStiffnessNM);
        control[_leftActuator] = SetPoint(half, _data.Position[_leftPosition], ahead);
        control[_rightActuator] = SetPoint(half, _data.Position[_rightPosition], ahead);
    }

    private static double SetPoint(double wanted, double finger, double ahead) => Math.Clamp(wanted, finger - ahead, finger + ahead);
}
