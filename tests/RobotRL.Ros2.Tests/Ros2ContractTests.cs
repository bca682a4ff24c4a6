using RobotRL.Configuration;
using RobotRL.Control;
using RobotRL.Control.Contract;
using RobotRL.Model;
using RobotRL.Robots.Ros2;
using RobotRL.Ros2.Nodes;

namespace RobotRL.Ros2.Tests;

public sealed class Ros2TorqueContractTests() : Ros2Contract("torque", "effort");

public sealed class Ros2PositionContractTests() : Ros2Contract("joint_position", "position");

public sealed class Ros2VelocityContractTests() : Ros2Contract("joint_velocity", "velocity");

public sealed class Ros2ImpedanceContractTests() : Ros2Contract("cartesian_impedance", "impedance_target");

/// <summary>No message takes this robot's power: a stop has its controller hold it where it was measured, and a soft arm creeps there.</summary>
public sealed class Ros2PoseContractTests() : Ros2Contract("cartesian_impedance", "target_pose",
    ("robot.limits.stiffness.translation_min_n_m", "800"), ("robot.limits.stiffness.translation_max_n_m", "800"),
    ("robot.limits.stiffness.rotation_min_nm_rad", "50"), ("robot.limits.stiffness.rotation_max_nm_rad", "50"),
    ("robot.limits.stiffness.damping_ratio_min", "1"), ("robot.limits.stiffness.damping_ratio_max", "1"))
{
    protected override double RestRadS => 0.03;
}

/// <inheritdoc cref="Ros2PoseContractTests"/>
public sealed class Ros2MotionContractTests() : Ros2Contract("cartesian_impedance", "motion_update")
{
    protected override double RestRadS => 0.03;
}

/// <summary>What every robot must do, on an arm in another process behind ROS 2.</summary>
public abstract class Ros2Contract(string command, string profile, params (string Key, string Value)[] beside) : RobotContract, IDisposable
{
    private OtherProcess? _arm;
    private Ros2Node? _node;
    private RealtimePacer? _pacer;

    protected override (IRobot Robot, IPacer Time, TaskDescription Task) Create()
    {
        var domain = Domains.Next();
        (string, string)[] values = [("robot.command", command), ("ros2.arms.0.profile", profile), ("ros2.domain", $"{domain}"), .. beside];
        _arm = OtherProcess.SimNode("reach", domain, [.. values.SelectMany(value => new[] { "--set", $"{value.Item1}={value.Item2}" })]);
        var configuration = Cell.Load("reach", values);
        Cell.Rehearse(configuration);
        _node = Chosen.Open(Cell.Options(configuration, "contract"));
        var robot = new Ros2Robot(_node, configuration.Robot, configuration.Ros2!, 0, configuration.Task.EndEffectorInFlange);
        return (robot, _pacer = new RealtimePacer(configuration.Robot.ControlPeriodNs), configuration.Task);
    }

    void IDisposable.Dispose()
    {
        Dispose();
        _pacer?.Dispose();
        _node?.Dispose();
        _arm?.Dispose();
        GC.SuppressFinalize(this);
    }
}
