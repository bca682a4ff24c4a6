using RobotRL.Control.Contract;
using RobotRL.Model;

namespace RobotRL.Control.Tests;

public sealed class LoopbackContractTests : RobotContract
{
    protected override (IRobot Robot, TaskDescription Task) Create() => (new LoopbackRobot(TestArm.Description), TestArm.Task);
}
