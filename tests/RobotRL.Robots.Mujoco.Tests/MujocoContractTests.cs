using RobotRL.Configuration;
using RobotRL.Control;
using RobotRL.Control.Contract;
using RobotRL.Model;

namespace RobotRL.Robots.Mujoco.Tests;

public sealed class MujocoContractTests : RobotContract
{
    protected override (IRobot Robot, TaskDescription Task) Create()
    {
        var configuration = RunConfiguration.Load(Panda.Configuration("reach"));
        return (new MujocoRobot(configuration.Robot, configuration.Task.ScenePath), configuration.Task);
    }
}
