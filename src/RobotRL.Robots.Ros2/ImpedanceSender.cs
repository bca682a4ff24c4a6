using RobotRL.Model;
using RobotRL.Ros2.Nodes;
using RobotRL.Safety;
using RobotRL.Wire.RobotrlMsgs;

namespace RobotRL.Robots.Ros2;

/// <summary>Pose, stiffness, damping and wrench in one message.</summary>
internal sealed class ImpedanceSender : CommandSender
{
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
        Put(target.Stiffness, _message.Stiffness, _message.Damping);
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
        _message.Header.Stamp.Ns = WallClock.NowNs;
        _topic.TrySend(_message);
    }
}
