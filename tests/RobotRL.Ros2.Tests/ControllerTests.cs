using RobotRL.Configuration;
using RobotRL.Model;
using RobotRL.Robots.Ros2;
using RobotRL.Ros2.Nodes;
using RobotRL.Ros2.Rcl;
using RobotRL.Ros2.Transport;
using RobotRL.Wire.RclInterfaces;

namespace RobotRL.Ros2.Tests;

/// <summary>What is set and checked at a robot's own controller before the first command.</summary>
public sealed class ControllerTests
{
    private const string Key = "ros2.arms.0.controller.";

    private static readonly (string, string)[] Spring =
    [
        ("robot.command", "cartesian_impedance"), ("ros2.arms.0.profile", "target_pose"),
        ("robot.limits.stiffness.translation_min_n_m", "800"), ("robot.limits.stiffness.translation_max_n_m", "800"),
        ("robot.limits.stiffness.rotation_min_nm_rad", "50"), ("robot.limits.stiffness.rotation_max_nm_rad", "50"),
        ("robot.limits.stiffness.damping_ratio_min", "1"), ("robot.limits.stiffness.damping_ratio_max", "1"),
    ];

    private static readonly (string, string)[] Pose =
        [.. Spring, (Key + "pose.topic", "/current_pose"), (Key + "pose.reliability", "best_effort")];

    private readonly int _domain = Domains.Next();

    [Fact]
    public void Controller_whose_pose_is_ours_is_followed()
    {
        using var arm = Arm(Pose);
        Open(Cell.Load("reach", [.. Pose, Domain]));
    }

    [Fact]
    public void Controller_that_has_another_end_effector_is_refused_with_the_distance()
    {
        using var arm = Arm(Pose);
        var configuration = Cell.Load("reach", [.. Pose, Domain]);
        var x = configuration.Task.EndEffectorInFlange;
        var longer = configuration.Task with { EndEffectorInFlange = x with { Position = x.Position + new Vector3D(0, 0, 0.0121) } };
        var patience = configuration.Ros2! with { PatienceNs = 5_000_000_000 };
        var refusal = Assert.Throws<TransportException>(() => Open(configuration with { Task = longer, Ros2 = patience }));
        Assert.Contains("/current_pose", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("12.1 mm", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Services_without_a_ROS_2_that_carries_them_are_refused_when_the_file_is_read()
    {
        var refusal = Assert.Throws<ConfigurationException>(() => Cell.Load("reach", [.. Spring, (Key + "node", "/impedance")]));
        Assert.Contains("ros2.backend", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Currents_are_not_taken_for_torques()
    {
        (string, string)[] currents =
            [("ros2.arms.0.effort", "current"), ("robot.limits.joint_collision_nm", "[1000, 1000, 1000, 1000, 1000, 1000, 1000]")];
        var blind = Assert.Throws<ConfigurationException>(() => Cell.Load("reach", [currents[0]]));
        Assert.Contains("joint_collision_nm", blind.Message, StringComparison.Ordinal);
        using var arm = Arm(currents);
        var configuration = Cell.Load("reach", [.. currents, Domain]);
        using Rig rig = new(configuration);
        rig.Session.Advance(500);
        Assert.True(rig.Session.Latest.Gate == GateStates.Running, $"{rig.Fault}");
        Assert.Equal(0, rig.Session.Latest.Measured.Effort[1]);
    }

    [Fact]
    public void Gains_are_set_read_back_and_refused_where_nobody_takes_them()
    {
        Assert.SkipWhen(RclLibrary.Missing is not null, "Needs a sourced ROS 2.");
        (string, string)[] gains =
        [
            .. Pose, ("ros2.backend", "rcl"), (Key + "node", "/impedance"), (Key + "tare", "/zero_ftsensor"),
            (Key + "parameters", "[{name: nullspace.damping, value: 2}]"),
        ];
        using var arm = Arm(gains);
        var configuration = Cell.Load("reach", [.. gains, Domain]);
        Open(configuration);
        using (var asks = Ros2Node.Open(Options(configuration)))
        {
            using var get = asks.Ask<GetParametersRequest, GetParametersResponse>("/impedance/get_parameters");
            GetParametersRequest which = new();
            which.Names.AddRange(["task.k_pos_z", "task.k_rot_y", "task.d_pos_x", "nullspace.damping"]);
            for (var i = 0; i < 1000 && !get.IsServed; i++) Thread.Sleep(10);
            var values = get.Ask(which, TimeSpan.FromSeconds(10)).Values;
            Assert.Equal([800, 50, 2 * Math.Sqrt(800), 2], values.Select(value => value.DoubleValue));
        }
        var unknown = configuration.Ros2!.Arms[0].Controller! with { Parameters = [("task.k_pos_w", 1)] };
        Assert.Contains("task.k_pos_w", Refusal(configuration, unknown), StringComparison.Ordinal);
        Assert.Contains("/nobody/set_parameters", Refusal(configuration, unknown with { Node = "/nobody" }), StringComparison.Ordinal);
    }

    [Fact]
    public void Gains_that_somebody_else_changes_stop_the_robot()
    {
        Assert.SkipWhen(RclLibrary.Missing is not null || Chosen.Backend == Ros2Backend.Cyclone, "Needs a sourced ROS 2, and ROBOTRL_TEST_BACKEND=rcl.");
        (string, string)[] gains = [.. Pose, ("ros2.backend", "rcl"), (Key + "node", "/impedance")];
        using var arm = Arm(gains);
        using Rig rig = new(Cell.Load("reach", [.. gains, Domain]));
        using var other = Chosen.Node("/somebody", _domain);
        using var set = other.Ask<SetParametersRequest, SetParametersResponse>("/impedance/set_parameters");
        rig.Until(() => set.IsServed);
        SetParametersRequest softer = new();
        softer.Parameters.Add(new() { Name = "task.k_pos_x" });
        (softer.Parameters[0].Value.Type, softer.Parameters[0].Value.DoubleValue) = (ParameterValue.Double, 300);
        new Thread(() => set.Ask(softer, TimeSpan.FromSeconds(10))).Start();
        rig.UntilStopped();
        Assert.Equal(FaultCode.RobotNotReady, rig.Fault.Code);
    }

    private (string, string) Domain => ("ros2.domain", $"{_domain}");

    private OtherProcess Arm((string Key, string Value)[] values) =>
        OtherProcess.SimNode("reach", _domain, [.. values.SelectMany(value => new[] { "--set", $"{value.Key}={value.Value}" })]);

    private static TransportOptions Options(RunConfiguration configuration)
    {
        var asked = configuration.Ros2!.Backend;
        return Cell.Options(configuration, "control") with { Backend = asked == Ros2Backend.Cyclone ? Chosen.Backend : asked };
    }

    private static void Open(RunConfiguration configuration)
    {
        using var node = Ros2Node.Open(Options(configuration));
        using Ros2Robot robot = new(node, configuration.Robot, configuration.Ros2!, 0, configuration.Task.EndEffectorInFlange);
    }

    private static string Refusal(RunConfiguration configuration, Ros2Controller controller)
    {
        var ros2 = configuration.Ros2! with { PatienceNs = 2_000_000_000, Arms = [configuration.Ros2!.Arms[0] with { Controller = controller }] };
        return Assert.Throws<TransportException>(() => Open(configuration with { Ros2 = ros2 })).Message;
    }
}
