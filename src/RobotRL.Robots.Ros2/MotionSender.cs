using RobotRL.Model;
using RobotRL.Ros2.Nodes;
using RobotRL.Safety;
using RobotRL.Wire.AicControlInterfaces;
using Pose = RobotRL.Model.Pose;
using Wrench = RobotRL.Model.Wrench;

namespace RobotRL.Robots.Ros2;

/// <summary>
/// Motion updates for the controller of the AI for Industry Challenge. A stop sends it to where the arm is measured, once, with the stiffness of before.
/// </summary>
internal sealed class MotionSender : CommandSender
{
    private readonly Publisher<MotionUpdate> _topic;
    private readonly MotionUpdate _message = new();
    private readonly ArmKinematics _arm;
    private bool _isStopped = true;

    public MotionSender(Ros2Node node, RobotDescription robot, Ros2ArmParameters arm, Pose endEffectorInFlange)
    {
        _arm = new(robot, endEffectorInFlange);
        _message.Header.FrameId = arm.BaseFrame;
        _message.TrajectoryGenerationMode.Mode = TrajectoryGenerationMode.ModePosition;
        _topic = node.Publish<MotionUpdate>(arm.CommandTopic, Commands);
    }

    public override int Listeners => _topic.Writer.ReaderCount;

    public override void Send(in SafeCommand command)
    {
        _isStopped = false;
        var target = command.Impedance;
        Put(target.Stiffness, _message.TargetStiffness, _message.TargetDamping);
        Send(target.PoseInBase, target.FeedForwardInBase);
    }

    public override void SendStop(in RobotState measured, bool removePower)
    {
        // Before there was a command there is nothing that it could hold by.
        if (_isStopped) return;
        _isStopped = true;
        _arm.Update(measured.Position);
        Send(_arm.EndEffectorInBase, Wrench.Zero);
    }

    public override void Dispose() => _topic.Dispose();

    private void Send(in Pose pose, in Wrench besideInBase)
    {
        _message.Header.Stamp.Ns = WallClock.NowNs;
        Put(pose, _message.Pose);
        Put(besideInBase.Rotated(pose.Orientation.Inverse), _message.FeedforwardWrenchAtTip);
        _topic.TrySend(_message);
    }
}
