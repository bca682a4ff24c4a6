using RobotRL.Configuration;
using RobotRL.Control;
using RobotRL.Model;
using RobotRL.Robots.Mujoco.Binding;
using RobotRL.Safety;

namespace RobotRL.Robots.Mujoco.Tests;

/// <summary>Two arms in one simulated world are each the arm that stands alone in another.</summary>
public class TwoArmTests
{
    private static readonly RunConfiguration Cell = RunConfiguration.Load(Panda.Configuration("two-arm-reach"));

    [Fact]
    public void Each_arm_stands_where_the_cell_has_it_and_is_at_home_there()
    {
        using var world = Open();
        Assert.Equal(["left", "right"], world.Arms.Select(a => a.Name));
        using LoopbackRobot robot = new(Cell.Robot);
        var home = new ControlSession(new ControlCycle(robot, new LockstepPacer(robot), Cell.Task.EndEffectorInFlange), Cell.Task).Home;
        foreach (var (arm, described) in world.Arms.Zip(Cell.Task.Arms))
        {
            Assert.InRange((arm.EndEffectorInBase.Position - home.Position).Length, 0, 1e-9);
            Assert.InRange((world.SitePose(world.Site($"{arm.Name}_ee")).Position - described.BaseInCell.Transform(home.Position)).Length, 0, 1e-9);
            arm.RequireEndEffector(Cell.Task.EndEffectorInFlange);
        }
        Assert.All((string[])["left_wrist", "right_wrist", "front"], name => Assert.InRange(world.Model.Camera(name), 0, 2));
    }

    /// <summary>
    /// The same torques, one arm alone and each of two, for a second: the same motion, to rounding, and the same wrench. The second arm's base is turned:
    /// in its own base frame nothing of that is to be seen.
    /// </summary>
    [Fact]
    public void Each_arm_moves_and_feels_as_an_only_arm_does()
    {
        ArmDescription[] arms = [new("left", new(new(0, 0.4, 0), Rotation.Identity)), new("right", new(new(0.2, -0.4, 0), Rotation.AboutZ(1)))];
        using MujocoRobot alone = new(Cell.Robot, Panda.Scene("reach"));
        using MujocoWorld world = new(Cell.Robot, Cell.Task.ScenePath, arms);
        Random random = new(7);
        JointTorques torque = default;
        for (var tick = 0; tick < 1000; tick++)
        {
            if (tick % 100 == 0) for (var i = 0; i < Joints.Max; i++) torque[i] = 4 * random.NextDouble() - 2;
            alone.Command(torque, 0.05);
            foreach (var arm in world.Arms) arm.Command(torque, 0.05);
            alone.Step();
            world.Step();
            if (tick % 100 != 99) continue;
            RobotState expected = default, state = default;
            Assert.True(alone.TryRead(ref expected));
            foreach (var arm in world.Arms)
            {
                Assert.True(arm.TryRead(ref state));
                for (var i = 0; i < Joints.Max; i++)
                {
                    Assert.Equal(expected.Position[i], state.Position[i], 1e-6);
                    Assert.Equal(expected.Velocity[i], state.Velocity[i], 1e-5);
                }
                Assert.InRange((expected.ExternalWrenchInEndEffector.Force - state.ExternalWrenchInEndEffector.Force).Length, 0, 1e-3);
                Assert.Equal(expected.GripperWidthM, state.GripperWidthM, 1e-6);
                Assert.InRange((alone.EndEffectorInBase.Position - arm.EndEffectorInBase.Position).Length, 0, 1e-6);
            }
        }
    }

    [Fact]
    public void A_snapshot_has_both_arms_to_the_bit()
    {
        using var world = Open();
        SimulationSnapshot before = new(world.Model), first = new(world.Model), second = new(world.Model);
        JointTorques torque = default;
        torque[1] = 3;
        world.Capture(before);
        Run();
        world.Capture(first);
        world.Restore(before);
        Run();
        world.Capture(second);
        Assert.True(first.Values[1..].SequenceEqual(second.Values[1..]));

        void Run()
        {
            for (var i = 0; i < 300; i++)
            {
                world.Arms[0].Command(torque, 0.08);
                world.Arms[1].Command(default, 0, removePower: true);
                world.Step();
            }
        }
    }

    [Fact]
    public void A_scene_without_an_arm_is_refused_by_its_own_name()
    {
        var path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.xml");
        File.WriteAllText(path, "<mujoco><worldbody/></mujoco>");
        try
        {
            var error = Assert.Throws<MujocoException>(() => new MujocoWorld(Cell.Robot, path, Cell.Task.Arms));
            Assert.Contains($"{path}: the scene has no body 'link0'", error.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static MujocoWorld Open() => new(Cell.Robot, Cell.Task.ScenePath, Cell.Task.Arms);
}
