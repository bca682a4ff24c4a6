using RobotRL.Control.Contract;
using RobotRL.Model;

namespace RobotRL.Control.Tests;

public sealed class LoopbackContractTests() : LoopbackContract(CommandKind.JointTorque);

public sealed class LoopbackImpedanceContractTests() : LoopbackContract(CommandKind.CartesianImpedance);

public sealed class LoopbackPositionContractTests() : LoopbackContract(CommandKind.JointPosition);

public sealed class LoopbackVelocityContractTests() : LoopbackContract(CommandKind.JointVelocity);

public abstract class LoopbackContract(CommandKind kind) : RobotContract
{
    protected override (IRobot Robot, IPacer Time, TaskDescription Task) Create()
    {
        var robot = new LoopbackRobot(TestArm.Description with { Command = kind }, TestArm.Task.EndEffectorInFlange);
        return (robot, new LockstepPacer(robot), TestArm.Task);
    }
}
