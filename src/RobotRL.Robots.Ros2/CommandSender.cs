using RobotRL.Model;
using RobotRL.Ros2.Nodes;
using RobotRL.Ros2.Transport;
using RobotRL.Safety;
using RobotRL.Wire.GeometryMsgs;
using RobotRL.Wire.RobotrlMsgs;
using RobotRL.Wire.StdMsgs;
using Pose = RobotRL.Model.Pose;

namespace RobotRL.Robots.Ros2;

/// <summary>Sends sealed commands in the way that a robot's controller takes them. On the loop's thread; allocates nothing.</summary>
internal abstract class CommandSender : IDisposable
{
    /// <summary>Commands are of no use once a newer one is there; none is lost on the way to one that listens.</summary>
    protected static Qos Commands => new(Reliability.Reliable, Durability.Volatile, 1);

    /// <summary>Who listens.</summary>
    public abstract int Listeners { get; }

    /// <summary>Sends a command that has a set-point and does not remove power.</summary>
    public abstract void Send(in SafeCommand command);

    /// <summary>Power is to go, or there is nothing to follow. A controller that stops by itself when it hears nothing is told nothing.</summary>
    public virtual void SendStop(in RobotState measured, bool removePower) { }

    public abstract void Dispose();

    public static CommandSender Of(Ros2Node node, RobotDescription robot, Ros2ArmParameters arm, Pose endEffectorInFlange) => arm.Profile switch
    {
        Ros2Profile.TargetPose => new PoseSender(node, robot, arm, endEffectorInFlange),
        Ros2Profile.ImpedanceTarget => new ImpedanceSender(node, robot, arm),
        _ => new JointSender(node, robot, arm),
    };

    protected static void Put(Pose pose, Wire.GeometryMsgs.Pose into)
    {
        (into.Position.X, into.Position.Y, into.Position.Z) = (pose.Position.X, pose.Position.Y, pose.Position.Z);
        var o = pose.Orientation;
        (into.Orientation.X, into.Orientation.Y, into.Orientation.Z, into.Orientation.W) = (o.X, o.Y, o.Z, o.W);
    }

    protected static void Put(in Model.Wrench wrench, Wire.GeometryMsgs.Wrench into)
    {
        Put(wrench.Force, into.Force);
        Put(wrench.Torque, into.Torque);
    }

    protected static void Put(in Vector3D vector, Vector3 into) => (into.X, into.Y, into.Z) = (vector.X, vector.Y, vector.Z);

    protected static long WallNs => (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick;
}

/// <summary>Torques, angles or velocities for a forward controller of ros2_control.</summary>
internal sealed class JointSender : CommandSender
{
    private readonly Publisher<Float64MultiArray> _topic;
    private readonly Float64MultiArray _message = new();
    private readonly int _joints;

    public JointSender(Ros2Node node, RobotDescription robot, Ros2ArmParameters arm)
    {
        _joints = robot.JointCount;
        for (var i = 0; i < _joints; i++) _message.Data.Add(0);
        _topic = node.Publish<Float64MultiArray>(arm.CommandTopic, Commands);
    }

    public override int Listeners => _topic.Writer.ReaderCount;

    public override void Send(in SafeCommand command)
    {
        for (var i = 0; i < _joints; i++)
            _message.Data[i] = command.Kind switch
            {
                CommandKind.JointPosition => command.PositionRad[i],
                CommandKind.JointVelocity => command.VelocityRadS[i],
                _ => command.TorqueNm[i],
            };
        _topic.TrySend(_message);
    }

    public override void Dispose() => _topic.Dispose();
}

/// <summary>
/// Poses for CRISP's Cartesian impedance controller. It holds its last target for ever: a stop sends it to where the arm is measured, once.
/// </summary>
internal sealed class PoseSender : CommandSender
{
    private readonly Publisher<PoseStamped> _pose;
    private readonly Publisher<WrenchStamped>? _wrench;
    private readonly PoseStamped _message = new();
    private readonly WrenchStamped _beside = new();
    private readonly ArmKinematics _arm;
    private bool _isStopped;

    public PoseSender(Ros2Node node, RobotDescription robot, Ros2ArmParameters arm, Pose endEffectorInFlange)
    {
        _arm = new(robot, endEffectorInFlange);
        _message.Header.FrameId = _beside.Header.FrameId = arm.BaseFrame;
        _pose = node.Publish<PoseStamped>(arm.CommandTopic, Commands);
        if (arm.WrenchCommandTopic is { } topic) _wrench = node.Publish<WrenchStamped>(topic, Commands);
    }

    public override int Listeners => _pose.Writer.ReaderCount;

    public override void Send(in SafeCommand command)
    {
        _isStopped = false;
        Send(command.Impedance.PoseInBase, command.Impedance.FeedForwardInBase);
    }

    public override void SendStop(in RobotState measured, bool removePower)
    {
        if (_isStopped || measured.CaptureTime.Ns == 0) return;
        _isStopped = true;
        _arm.Update(measured.Position);
        Send(_arm.EndEffectorInBase, Model.Wrench.Zero);
    }

    public override void Dispose()
    {
        _pose.Dispose();
        _wrench?.Dispose();
    }

    private void Send(in Pose pose, in Model.Wrench beside)
    {
        _message.Header.Stamp.Ns = _beside.Header.Stamp.Ns = WallNs;
        Put(pose, _message.Pose);
        _pose.TrySend(_message);
        if (_wrench is null) return;
        Put(beside, _beside.Wrench);
        _wrench.TrySend(_beside);
    }
}

/// <summary>Pose, stiffness, damping and wrench in one message.</summary>
internal sealed class ImpedanceSender : CommandSender
{
    private const int Axes = 6;

    private readonly Publisher<ImpedanceTarget> _topic;
    private readonly ImpedanceTarget _message = new();
    private readonly int _joints;

    public ImpedanceSender(Ros2Node node, RobotDescription robot, Ros2ArmParameters arm)
    {
        _joints = robot.JointCount;
        for (var i = 0; i < _joints; i++) _message.Posture.Add(0);
        _message.Header.FrameId = arm.BaseFrame;
        _topic = node.Publish<ImpedanceTarget>(arm.CommandTopic, Commands);
    }

    public override int Listeners => _topic.Writer.ReaderCount;

    public override void Send(in SafeCommand command)
    {
        var target = command.Impedance;
        (_message.Stop, _message.RemovePower) = (false, false);
        Put(target.PoseInBase, _message.Pose);
        Put(target.TwistInBase.Linear, _message.Twist.Linear);
        Put(target.TwistInBase.Angular, _message.Twist.Angular);
        Put(target.FeedForwardInBase, _message.FeedForward);
        for (var axis = 0; axis < Axes; axis++)
        {
            var stiffness = axis < 3 ? target.Stiffness.TranslationNM : target.Stiffness.RotationNmRad;
            _message.Stiffness[axis * (Axes + 1)] = stiffness;
            _message.Damping[axis * (Axes + 1)] = 2 * target.Stiffness.DampingRatio * Math.Sqrt(stiffness);
        }
        for (var i = 0; i < _joints; i++) _message.Posture[i] = command.PositionRad[i];
        Send(command.Sequence);
    }

    public override void SendStop(in RobotState measured, bool removePower)
    {
        (_message.Stop, _message.RemovePower) = (true, removePower);
        Send((long)_message.Sequence + 1);
    }

    public override void Dispose() => _topic.Dispose();

    private void Send(long sequence)
    {
        _message.Sequence = (ulong)sequence;
        _message.Header.Stamp.Ns = WallNs;
        _topic.TrySend(_message);
    }
}
