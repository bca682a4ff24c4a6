using RobotRL.Model;
using RobotRL.Ros2.Nodes;
using RobotRL.Safety;
using RobotRL.Wire.GeometryMsgs;
using Pose = RobotRL.Model.Pose;

namespace RobotRL.Robots.Ros2;

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
        _message.Header.Stamp.Ns = _beside.Header.Stamp.Ns = WallClock.NowNs;
        Put(pose, _message.Pose);
        _pose.TrySend(_message);
        if (_wrench is null) return;
        Put(beside, _beside.Wrench);
        _wrench.TrySend(_beside);
    }
}
