using RobotRL.Control;
using RobotRL.Model;
using RobotRL.Robots.Mujoco.Binding;
using RobotRL.Safety;
using RobotRL.Tasks;

namespace RobotRL.Robots.Mujoco;

/// <summary>
/// A simulated arm with gripper and wrist force-torque sensor. Like a Franka arm it adds gravity and Coriolis terms to the commanded torques
/// itself, and like a tared sensor it reports the wrench without the weight of the tool; the tool's inertia it does feel. Where its description says that it
/// takes set-points, a <see cref="SimulatedController"/> behind the wire makes torques of them, within the motors' bounds.
/// One thread reads, writes and steps; none of the three allocates.
/// </summary>
/// <remarks>
/// The scene names its parts: joints and motors <c>joint1…n</c>, <c>left_finger</c> and <c>right_finger</c> (joint and position actuator),
/// body <c>hand</c> with sensors <c>wrist_force</c>, <c>wrist_torque</c> at site <c>wrist_ft</c>, sites <c>flange</c> and <c>ee</c>, keyframe <c>home</c>.
/// The world frame is the base frame. A closed brake resists motion with 60 Nms/rad.
/// </remarks>
public sealed partial class MujocoRobot : IRobot, IPlant, IScene
{
    private const double BrakeNmsRad = 60;

    // Of its joint servos: the whole torque of a motor at an error of 1/60 rad, and damping by a time constant.
    private const double ServoPerRad = 60, ServoDampingS = 0.03;

    private readonly MujocoData _data;
    private readonly int[] _position, _velocity, _motor;
    private readonly int _leftPosition, _rightPosition, _leftVelocity, _rightVelocity, _leftActuator, _rightActuator;
    private readonly int _hand, _wrist, _endEffector, _force, _torque, _home, _substeps;
    private readonly double _toolMassKg, _fingerStrokeM, _fingerStiffnessNM;
    private readonly Vector3D _gravity;
    private readonly double[] _integrated; // qpos as integrated, before MuJoCo normalises quaternions in place, which changes last bits each time
    private long _nowNs, _readNs = -1;
    private int _placements, _pushedBody;
    private Vector3D _pushN;
    private readonly SimulatedController? _controller;
    private readonly double[] _motorNm;
    private SafeCommand _command;

    /// <summary>Loads a scene and stands at home.</summary>
    /// <exception cref="MujocoException">The description is another driver's; the scene is missing, invalid, or does not fit the description.</exception>
    public MujocoRobot(RobotDescription description, string scenePath)
    {
        if (description.Driver != "mujoco")
            throw new MujocoException($"{description.Name}: 'driver: {description.Driver}' has no scene, task or cameras, and this needs them; write driver: mujoco (robotrl control alone runs without a scene)");
        Description = description;
        Model = new MujocoModel(scenePath);
        _data = new MujocoData(Model);
        var joints = Enumerable.Range(1, description.JointCount).Select(i => $"joint{i}").ToArray();
        _position = Array.ConvertAll(joints, Model.PositionAddress);
        _velocity = Array.ConvertAll(joints, Model.VelocityAddress);
        _motor = Array.ConvertAll(joints, Model.Actuator);
        (_leftPosition, _rightPosition) = (Model.PositionAddress("left_finger"), Model.PositionAddress("right_finger"));
        (_leftVelocity, _rightVelocity) = (Model.VelocityAddress("left_finger"), Model.VelocityAddress("right_finger"));
        (_leftActuator, _rightActuator) = (Model.Actuator("left_finger"), Model.Actuator("right_finger"));
        (_hand, _wrist, _endEffector) = (Model.Body("hand"), Model.Site("wrist_ft"), Model.Site("ee"));
        (_force, _torque, _home) = (Model.SensorAddress("wrist_force"), Model.SensorAddress("wrist_torque"), Model.Keyframe("home"));
        _integrated = new double[Model.PositionCount];
        _toolMassKg = Model.SubtreeMass(_hand);
        (_fingerStrokeM, _fingerStiffnessNM) = (Model.ControlRange(_leftActuator).Max, Model.ActuatorGain(_leftActuator));
        _gravity = new(Model.Gravity[0], Model.Gravity[1], Model.Gravity[2]);
        var timestepNs = (long)Math.Round(Model.TimestepS * 1e9);
        _substeps = (int)(description.ControlPeriodNs / timestepNs);
        if (_substeps * timestepNs != description.ControlPeriodNs || _substeps == 0)
            throw new MujocoException($"{scenePath}: timestep {Model.TimestepS} s does not divide the control period of {description.ControlPeriodNs} ns; change option timestep");
        _motorNm = Array.ConvertAll(_motor, m => Model.ControlRange(m).Max);
        ReturnHome();
        if (description.Command == CommandKind.JointTorque) return;
        double[] stiffness = [.. _motorNm.Select(nm => ServoPerRad * nm)];
        _controller = new(description, EndEffectorInFlange, stiffness, [.. stiffness.Select(k => ServoDampingS * k)]);
    }

    public RobotDescription Description { get; }
    public MujocoModel Model { get; }

    /// <summary>The simulation itself, for tasks, cameras and tests.</summary>
    public MujocoData Data => _data;

    /// <summary>Virtual time. It only ever goes on: neither a new episode nor a restored snapshot turns it back.</summary>
    public Stamp Now => new(_nowNs);

    /// <summary>X_BE, current.</summary>
    public Pose EndEffectorInBase => _data.SitePose(_endEffector);

    /// <summary>X_FE: where the scene has the end effector, seen from the flange.</summary>
    public Pose EndEffectorInFlange => _data.SitePose(Model.Site("flange")).Inverse * EndEffectorInBase;

    /// <summary>Distance between the fingers, m.</summary>
    public double GripperWidthM => _data.Position[_leftPosition] + _data.Position[_rightPosition];

    /// <inheritdoc/>
    public RandomPushes? Pushes { get; set; }

    /// <summary>What the motors give beyond what they are told, Nm: measured, and it moves the arm while there is power.</summary>
    public JointTorques MotorErrorNm { get; set; }

    /// <summary>Whether brakes are closed: motor power is gone until <see cref="ReturnHome"/> or a command with power.</summary>
    public bool IsBraked { get; internal set; }

    /// <summary>What the environment exerts on the tool, at the end effector and in its frame, tool weight removed: pressing the tool down on a
    /// table gives a force along −z when z points out of the hand.</summary>
    public Wrench ExternalWrenchInEndEffector
    {
        get
        {
            var s = _data.SensorData;
            // The sensor shows what the flange exerts on the tool; at rest that, the tool's weight and the environment add up to nothing.
            Pose wrist = _data.SitePose(_wrist), tip = EndEffectorInBase;
            var weight = _toolMassKg * _gravity;
            var force = -wrist.Orientation.Rotate(new(s[_force], s[_force + 1], s[_force + 2])) - weight;
            var torque = -wrist.Orientation.Rotate(new(s[_torque], s[_torque + 1], s[_torque + 2]))
                - Vector3D.Cross(_data.SubtreeCenterOfMass(_hand) - wrist.Position, weight)
                - Vector3D.Cross(tip.Position - wrist.Position, force);
            return new Wrench(force, torque).Rotated(tip.Orientation.Inverse);
        }
    }

    /// <inheritdoc/>
    /// <remarks>False also once the simulation has diverged, so that the state goes stale and the gate stops.</remarks>
    public bool TryRead(ref RobotState state)
    {
        if (_readNs == _nowNs || _data.HasDiverged) return false;
        _readNs = _nowNs;
        Span<double> q = _data.Position, v = _data.Velocity, tau = _data.Control, applied = _data.AppliedForce;
        state.CaptureTime = Now;
        for (var i = 0; i < _position.Length; i++)
        {
            state.Position[i] = q[_position[i]];
            state.Velocity[i] = v[_velocity[i]];
            state.Effort[i] = tau[_motor[i]] + applied[_velocity[i]];
        }
        state.ExternalWrenchInEndEffector = ExternalWrenchInEndEffector;
        state.GripperWidthM = GripperWidthM;
        state.Placements = _placements;
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
        _command = command;
        Command(command.TorqueNm, command.Grip, command.RemovePower);
    }

    private void Refuse()
    {
        _command = default;
        Command(default, default(Grip), removePower: false);
    }

    /// <summary>Sets torques and finger distance, as firmly as the fingers' drives can, until the next command.</summary>
    internal void Command(in JointTorques torqueNm, double gripperWidthM, bool removePower = false) =>
        Command(torqueNm, new Grip(gripperWidthM, double.MaxValue, double.MaxValue), removePower);

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

    /// <summary>Pushes a body of the scene at its centre of mass from now on; no force lets it go.</summary>
    /// <param name="body">Its name in the scene.</param>
    /// <param name="forceN">In the base frame, N.</param>
    /// <exception cref="MujocoException">The scene has no such body.</exception>
    public void Push(string body, in Vector3D forceN)
    {
        _data.AppliedBodyForce.Slice(6 * _pushedBody, 3).Clear();
        (_pushedBody, _pushN) = (Model.Body(body), forceN);
    }

    private static double SetPoint(double wanted, double finger, double ahead) => Math.Clamp(wanted, finger - ahead, finger + ahead);

    /// <inheritdoc/>
    public void Step()
    {
        Pushes?.Apply(_nowNs, _data.AppliedBodyForce.Slice(6 * _hand, 3));
        ApplyPush();
        if (_controller is not null) Drive(_controller);
        for (var i = 0; i < _substeps; i++)
        {
            Compensate();
            // Second half first: whatever follows from position and velocity is current after a step, for reading, judging and drawing.
            _data.Step2();
            _data.Position.CopyTo(_integrated);
            _data.Step1();
        }
        _nowNs += Description.ControlPeriodNs;
    }

    /// <summary>Puts the scene into its keyframe and the arm at the description's home posture, at rest and with power. Tasks then place their objects
    /// and call <see cref="Settle"/>.</summary>
    public void ReturnHome()
    {
        _data.Reset(_home);
        for (var i = 0; i < _position.Length; i++) _data.Position[_position[i]] = Description.HomeRad[i];
        IsBraked = false;
        Settle();
    }

    /// <summary>Puts the arm elsewhere, at rest, as whoever switched it off might have left it: while nobody commands.</summary>
    public void PlaceArm(ReadOnlySpan<double> positionRad)
    {
        for (var i = 0; i < _position.Length; i++) (_data.Position[_position[i]], _data.Velocity[_velocity[i]]) = (positionRad[i], 0);
        Settle();
    }

    /// <summary>Makes everything current after the state was set from outside. The clock ticks, so that the next read is a new state.</summary>
    public void Settle()
    {
        _data.Step1();
        Compensate();
        _data.Position.CopyTo(_integrated);
        _data.Forward();
        // What was commanded was for where the arm stood before.
        _command = default;
        _controller?.Restart();
        _nowNs += Description.ControlPeriodNs;
        _placements++;
    }

    /// <summary>Copies the full state of the simulation.</summary>
    public void Capture(SimulationSnapshot snapshot) => snapshot.Capture(_data, _integrated, IsBraked, _controller?.LedRad);

    /// <summary>Goes back to a captured state: what follows repeats bit for bit under the same commands.</summary>
    public void Restore(SimulationSnapshot snapshot)
    {
        snapshot.Restore(_data, _integrated);
        IsBraked = snapshot.IsBraked;
        if (_controller is not null) _controller.LedRad = snapshot.LedRad;
        _nowNs += Description.ControlPeriodNs;
        _placements++;
    }

    /// <summary>Shows the state of a world that moves elsewhere, at that world's time: for drawing and judging, not for stepping.</summary>
    public void Mirror(SimulationSnapshot snapshot, Stamp time)
    {
        snapshot.Restore(_data, _integrated);
        _nowNs = time.Ns;
    }

    public void Dispose()
    {
        _data.Dispose();
        Model.Dispose();
    }

    private void ApplyPush()
    {
        if (_pushN == Vector3D.Zero) return;
        var force = _data.AppliedBodyForce.Slice(6 * _pushedBody, 3);
        // A task's own pushes are set anew each step; elsewhere this is the only one.
        if (Pushes is null || _pushedBody != _hand) force.Clear();
        for (var axis = 0; axis < 3; axis++) force[axis] += _pushN[axis];
    }

    /// <summary>The controller behind the wire: torques for this period of what was commanded.</summary>
    private void Drive(SimulatedController controller)
    {
        JointPositions q = default;
        JointVelocities dq = default;
        for (var i = 0; i < _position.Length; i++) (q[i], dq[i]) = (_data.Position[_position[i]], _data.Velocity[_velocity[i]]);
        var torque = controller.Torque(_command, q, dq);
        var control = _data.Control;
        for (var i = 0; i < _motor.Length; i++) control[_motor[i]] = IsBraked ? 0 : Math.Clamp(torque[i], -_motorNm[i], _motorNm[i]);
    }

    private void Compensate()
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
}
