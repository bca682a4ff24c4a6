using RobotRL.Configuration;
using RobotRL.Control;
using RobotRL.Control.Contract;
using RobotRL.Model;

namespace RobotRL.Robots.Mujoco.Tests;

public sealed class MujocoContractTests() : MujocoContract("torque");

public sealed class MujocoImpedanceContractTests() : MujocoContract("cartesian_impedance");

public sealed class MujocoPositionContractTests() : MujocoContract("joint_position");

public sealed class MujocoVelocityContractTests() : MujocoContract("joint_velocity");

public abstract class MujocoContract(string command) : RobotContract
{
    protected override (IRobot Robot, IPacer Time, TaskDescription Task) Create()
    {
        var configuration = RunConfiguration.Load(Panda.Configuration("reach"), [("robot.command", command)]);
        var robot = new MujocoRobot(configuration.Robot, configuration.Task.ScenePath);
        return (robot, new LockstepPacer(robot), configuration.Task);
    }
}
