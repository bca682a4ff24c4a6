using RobotRL.Model;
using RobotRL.Ros2.Nodes;
using RobotRL.Safety;
using RobotRL.Wire.StdMsgs;

namespace RobotRL.Robots.Ros2;

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
