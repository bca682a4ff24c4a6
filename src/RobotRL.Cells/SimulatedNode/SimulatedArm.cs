using RobotRL.Control;
using RobotRL.Model;
using RobotRL.Robots.Mujoco;
using RobotRL.Robots.Ros2;
using RobotRL.Ros2.Nodes;
using RobotRL.Ros2.Transport;
using RobotRL.Safety;
using RobotRL.Sensing;
using RobotRL.Wire.AicControlInterfaces;
using RobotRL.Wire.GeometryMsgs;
using RobotRL.Wire.RobotrlMsgs;
using RobotRL.Wire.SensorMsgs;
using RobotRL.Wire.StdMsgs;
using RobotRL.Wire.UrDashboardMsgs;
using Grip = RobotRL.Model.Grip;
using Pose = RobotRL.Model.Pose;

namespace RobotRL.Cells.SimulatedNode;

/// <summary>
/// A simulated arm's own side of the wire: it takes commands as its profile does, traps included, and tells its states. Commands come on the transport's
/// thread; the loop's takes the newest of them once a period.
/// </summary>
internal sealed class SimulatedArm : IDisposable
{
    /// <summary>A motor's current for a torque at the joint, A/Nm: a robot that tells currents tells numbers that are no torques.</summary>
    private const double CurrentOfTorque = 10;

    private readonly MujocoArm _arm;
    private readonly Ros2ArmParameters _parameters;
    private readonly ITransport _transport;
    private readonly long _timeoutNs;
    private readonly LatestCell<Told> _commands = new();
    private readonly LatestCell<Grip> _grips = new();
    private readonly Publisher<JointState> _joints;
    private readonly Publisher<WrenchStamped>? _wrench;
    private readonly PlayedController? _controller;
    private readonly List<IDisposable> _topics = [];
    private readonly JointState _jointState = new();
    private readonly WrenchStamped _wrenchTold = new();
    private Told _told;
    private Model.Wrench _beside;
    private Grip _grip;
    private RobotState _state;
    private long _seen, _gripsSeen;

    public SimulatedArm(Ros2Node node, MujocoArm arm, Ros2ArmParameters parameters)
    {
        (_arm, _parameters, _transport) = (arm, parameters, node.Transport);
        // The shipped receive timeout of a UR arm's forward controllers. A controller of poses has none: it holds its last target for ever.
        _timeoutNs = parameters.Profile is Ros2Profile.TargetPose or Ros2Profile.MotionUpdate or Ros2Profile.Position ? long.MaxValue : 40_000_000;
        _told.Command = new() { Kind = arm.Description.Command, RemovePower = true };
        _jointState.Name.AddRange(parameters.JointNames);
        if (parameters.GripperJoint is { } gripper) _jointState.Name.Add(gripper);
        for (var i = 0; i < _jointState.Name.Count; i++)
        {
            _jointState.Position.Add(0);
            _jointState.Velocity.Add(0);
            _jointState.Effort.Add(0);
        }
        _joints = node.Publish<JointState>(parameters.JointStates.Name, Offered(parameters.JointStates));
        if (parameters.Wrench is { } wrench) _wrench = node.Publish<WrenchStamped>(wrench.Topic.Name, Offered(wrench.Topic));
        if (parameters.Controller is { } controller) _controller = new(node, controller, parameters.BaseFrame);
        Listen(node);
        if (parameters.ProgramRunningTopic is { } program) Say<Bool>(node, program, new() { Data = true });
        if (parameters.RobotModeTopic is { } mode) Say<RobotMode>(node, mode, new() { Mode = RobotMode.Running });
        if (parameters.SafetyModeTopic is { } safety) Say<SafetyMode>(node, safety, new() { Mode = SafetyMode.Normal });
    }

    /// <summary>Before the world steps: what was told last is in force, unless that was too long ago.</summary>
    public void Act(long nowNs)
    {
        _commands.TryRead(ref _told, ref _seen);
        _grips.TryRead(ref _grip, ref _gripsSeen);
        var command = _told.Command;
        if (nowNs - _told.ArrivedNs > _timeoutNs) command = new() { Kind = _arm.Description.Command, RemovePower = true };
        command.Grip = _grip;
        if (_parameters.Profile is Ros2Profile.TargetPose or Ros2Profile.MotionUpdate) command.PositionRad = _state.Position;
        _arm.Execute(command);
    }

    /// <summary>After the world has stepped: tells how it stands.</summary>
    public void Tell(long wallNs)
    {
        if (!_arm.TryRead(ref _state)) return;
        var count = _parameters.JointNames.Count;
        for (var i = 0; i < count; i++)
        {
            _jointState.Position[i] = _state.Position[i];
            _jointState.Velocity[i] = _state.Velocity[i];
            _jointState.Effort[i] = _parameters.IsEffortTorque ? _state.Effort[i] : CurrentOfTorque * _state.Effort[i];
        }
        if (_parameters.GripperJoint is not null) _jointState.Position[count] = _state.GripperWidthM;
        _jointState.Header.Stamp.Ns = _wrenchTold.Header.Stamp.Ns = wallNs;
        if (_wrench is not null)
        {
            var (f, t) = (_state.ExternalWrenchInEndEffector.Force, _state.ExternalWrenchInEndEffector.Torque);
            var (force, torque) = (_wrenchTold.Wrench.Force, _wrenchTold.Wrench.Torque);
            (force.X, force.Y, force.Z, torque.X, torque.Y, torque.Z) = (f.X, f.Y, f.Z, t.X, t.Y, t.Z);
            _wrench.TrySend(_wrenchTold);
        }
        _joints.TrySend(_jointState);
        _controller?.Tell(_arm.EndEffectorInBase, wallNs);
    }

    public void Dispose()
    {
        foreach (var topic in _topics) topic.Dispose();
        _controller?.Dispose();
        _joints.Dispose();
        _wrench?.Dispose();
    }

    private static Qos Offered(Ros2Topic topic) => new(topic.IsReliable ? Reliability.Reliable : Reliability.BestEffort, Durability.Volatile, 10);

    private void Listen(Ros2Node node)
    {
        Qos qos = new(Reliability.Reliable, Durability.Volatile, 1);
        var topic = _parameters.CommandTopic;
        _topics.Add(_parameters.Profile switch
        {
            Ros2Profile.TargetPose => node.Subscribe<PoseStamped>(topic, qos, Take),
            Ros2Profile.MotionUpdate => node.Subscribe<MotionUpdate>(topic, qos, Take),
            Ros2Profile.ImpedanceTarget => node.Subscribe<ImpedanceTarget>(topic, qos, Take),
            _ => node.Subscribe<Float64MultiArray>(topic, qos, Take),
        });
        if (_parameters.WrenchCommandTopic is { } wrench) _topics.Add(node.Subscribe<WrenchStamped>(wrench, qos, Take));
        if (_parameters.GripperCommandTopic is { } gripper) _topics.Add(node.Subscribe<Float64MultiArray>(gripper, Qos.Default, TakeGrip));
    }

    private void Say<T>(Ros2Node node, string topic, T message) where T : Wire.IMessage
    {
        var said = node.Publish<T>(topic, Qos.Latched);
        said.TrySend(message);
        _topics.Add(said);
    }

    private void Take(Float64MultiArray told, Arrival arrival)
    {
        if (told.Data.Count < _parameters.JointNames.Count) return;
        WireCommand command = new() { Kind = _arm.Description.Command, HasSetPoint = true };
        for (var i = 0; i < _parameters.JointNames.Count; i++)
            switch (_parameters.Profile)
            {
                case Ros2Profile.Position: command.PositionRad[i] = told.Data[i]; break;
                case Ros2Profile.Velocity: command.VelocityRadS[i] = told.Data[i]; break;
                default: command.TorqueNm[i] = told.Data[i]; break;
            }
        Publish(command);
    }

    private void Take(PoseStamped told, Arrival arrival)
    {
        // The controller that is played here ignores all poses once two send them.
        if (_transport.Ends().Count(end => end.IsWriter && !end.IsOwn && end.Topic == _parameters.CommandTopic) > 1) return;
        // The null space is left where it is: Act puts the posture in.
        Publish(new() { Kind = CommandKind.CartesianImpedance, HasSetPoint = true, Impedance = new(PoseOf(told.Pose), default, Own, _beside) });
    }

    private void Take(WrenchStamped told, Arrival arrival) => _beside = WrenchOf(told.Wrench);

    private void Take(MotionUpdate told, Arrival arrival)
    {
        if (told.TrajectoryGenerationMode.Mode != TrajectoryGenerationMode.ModePosition) return;
        var pose = PoseOf(told.Pose);
        var beside = WrenchOf(told.FeedforwardWrenchAtTip).Rotated(pose.Orientation);
        var spring = SpringOf(told.TargetStiffness, told.TargetDamping);
        Publish(new() { Kind = CommandKind.CartesianImpedance, HasSetPoint = true, Impedance = new(pose, default, spring, beside) });
    }

    private static CartesianStiffness SpringOf(double[] stiffness, double[] damping)
    {
        const int rotation = 21;
        var (k, d) = (stiffness[0], damping[0]);
        return new(k, stiffness[rotation], k > 0 ? d / (2 * Math.Sqrt(k)) : 1);
    }

    private void Take(ImpedanceTarget told, Arrival arrival)
    {
        var stiffness = SpringOf(told.Stiffness, told.Damping);
        WireCommand command = new() { Kind = CommandKind.CartesianImpedance, HasSetPoint = !told.Stop, RemovePower = told.RemovePower };
        command.Impedance = new(PoseOf(told.Pose), new(VectorOf(told.Twist.Linear), VectorOf(told.Twist.Angular)), stiffness, WrenchOf(told.FeedForward));
        for (var i = 0; i < Math.Min(told.Posture.Count, Joints.Max); i++) command.PositionRad[i] = told.Posture[i];
        Publish(command);
    }

    private void TakeGrip(Float64MultiArray told, Arrival arrival)
    {
        if (told.Data.Count >= 3) _grips.Publish(new(told.Data[0], told.Data[1], told.Data[2]));
    }

    private void Publish(in WireCommand command) => _commands.Publish(new Told { Command = command, ArrivedNs = SessionClock.MachineNs });

    private CartesianStiffness Own => _controller?.Spring ?? CartesianStiffness.Of(_arm.Description.Impedance);

    private static Vector3D VectorOf(Vector3 v) => new(v.X, v.Y, v.Z);

    private static Model.Wrench WrenchOf(Wire.GeometryMsgs.Wrench wrench) => new(VectorOf(wrench.Force), VectorOf(wrench.Torque));

    private static Pose PoseOf(Wire.GeometryMsgs.Pose pose) =>
        new(new(pose.Position.X, pose.Position.Y, pose.Position.Z),
            new Rotation(pose.Orientation.X, pose.Orientation.Y, pose.Orientation.Z, pose.Orientation.W).Normalized);

    /// <summary>A command and when it came.</summary>
    private struct Told
    {
        public WireCommand Command;
        public long ArrivedNs;
    }
}
