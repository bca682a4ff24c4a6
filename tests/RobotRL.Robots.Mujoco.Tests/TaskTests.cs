using RobotRL.Model;
using RobotRL.Robots.Mujoco.Binding;
using RobotRL.Tasks;

namespace RobotRL.Robots.Mujoco.Tests;

public class TaskTests
{
    public static TheoryData<TaskKind> Kinds => [TaskKind.Reach, TaskKind.PegInsert, TaskKind.PickLift];

    private static (MujocoRobot Robot, SimulatedTask Task, Hand Hand) Open(TaskKind kind)
    {
        var description = Panda.Task(kind);
        var robot = new MujocoRobot(Panda.Describe(kind), description.ScenePath);
        return (robot, SimulatedTask.Create(description, robot), new Hand(robot, description.EndEffectorInFlange));
    }

    private static TaskTruth Truth(SimulatedTask task)
    {
        TaskTruth truth = default;
        task.ReadTruth(0, ref truth);
        return truth;
    }

    /// <summary>What a plain expert does: straight lines to where the truth says.</summary>
    private static void Solve(TaskKind kind, Hand hand, in Pose goal)
    {
        static Vector3D Above(double m) => new(0, 0, m);
        var yaw = (goal.Orientation * new Rotation(-1, 0, 0, 0)).ToVector().Z;
        switch (kind)
        {
            case TaskKind.Reach:
                hand.MoveTo(goal.Position, 0, 0.02, 0.2);
                break;
            case TaskKind.PegInsert:
                hand.MoveTo(goal.Position + Above(0.01), yaw, 0.02);
                hand.MoveTo(goal.Position - Above(0.024), yaw, 0.02, 0.03);
                break;
            default:
                hand.MoveTo(goal.Position + Above(0.06), 0, 0.08, 0.2);
                hand.MoveTo(goal.Position, 0, 0.08);
                hand.MoveTo(goal.Position, 0, 0);
                hand.MoveTo(goal.Position + Above(0.13), 0, 0, 0.2);
                break;
        }
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Task_is_not_solved_at_the_start_and_can_be_solved(TaskKind kind)
    {
        var (robot, task, hand) = Open(kind);
        using var _ = robot;
        for (ulong seed = 0; seed < 6; seed++)
        {
            task.Reset(seed);
            var start = Truth(task);
            Assert.False(start.Success);
            Assert.InRange(start.Progress, 0, 0.9);
            Solve(kind, hand, start.GoalInBase);
            var end = Truth(task);
            Assert.True(end.Success, $"seed {seed}: progress {end.Progress}, end effector {end.EndEffectorInBase.Position}, goal {start.GoalInBase.Position}");
            Assert.Equal(1, end.Progress);
            Assert.Equal(kind == TaskKind.PickLift, end.ObjectGrasped);
        }
    }

    [Fact]
    public void Peg_beside_the_hole_stays_out_of_it()
    {
        var (robot, task, hand) = Open(TaskKind.PegInsert);
        using var _ = robot;
        task.Reset(1);
        var mouth = Truth(task).GoalInBase.Position;
        hand.MoveTo(mouth + new Vector3D(0.008, 0, 0.01), 0, 0.02);
        hand.MoveTo(mouth + new Vector3D(0.008, 0, -0.01), 0, 0.02, 0.03);
        var truth = Truth(task);
        Assert.False(truth.Success);
        Assert.InRange(truth.EndEffectorInBase.Position.Z, mouth.Z - 0.001, mouth.Z + 0.002);
        Assert.InRange(truth.ContactForceN, 3, 30);
    }

    [Fact]
    public void Chamfer_guides_a_peg_that_is_off_by_less_than_itself()
    {
        var (robot, task, hand) = Open(TaskKind.PegInsert);
        using var _ = robot;
        task.Reset(1);
        var goal = Truth(task).GoalInBase;
        var yaw = (goal.Orientation * new Rotation(-1, 0, 0, 0)).ToVector().Z;
        var off = goal.Orientation.Rotate(new(0.001, 0, 0)); // beyond the clearance of 0.5 mm, within the chamfer
        hand.MoveTo(goal.Position + off + new Vector3D(0, 0, 0.01), yaw, 0.02, dwell: 1000);
        hand.MoveTo(goal.Position + off - new Vector3D(0, 0, 0.024), yaw, 0.02, 0.02);
        Assert.True(Truth(task).Success);
    }

    [Fact]
    public void Grasp_holds_through_shaking()
    {
        var (robot, task, hand) = Open(TaskKind.PickLift);
        using var _ = robot;
        task.Reset(3);
        Solve(TaskKind.PickLift, hand, Truth(task).GoalInBase);
        var top = Truth(task).EndEffectorInBase.Position;
        for (var i = 0; i < 4; i++) hand.MoveTo(top + new Vector3D(0.03 * (i % 2), 0.03 * (i / 2 % 2), 0), 0, 0, 0.5, 50);
        Assert.True(Truth(task).Success);
        hand.MoveTo(top, 0, 0.08, dwell: 500);
        Assert.False(Truth(task).ObjectGrasped);
        Assert.False(Truth(task).Success);
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Seeds_cover_the_stated_range_and_stay_in_it(TaskKind kind)
    {
        var (robot, task, _) = Open(kind);
        using var owned = robot;
        var goals = new List<Pose>();
        for (ulong seed = 0; seed < 400; seed++)
        {
            task.Reset(seed);
            goals.Add(Truth(task).GoalInBase);
        }
        void Covers(Func<Pose, double> coordinate, double center, double half)
        {
            var values = goals.Select(coordinate).ToArray();
            Assert.InRange(values.Min(), center - half, center - 0.95 * half);
            Assert.InRange(values.Max(), center + 0.95 * half, center + half);
        }
        var side = kind == TaskKind.PegInsert ? 0.02 : 0.1;
        Covers(g => g.Position.X, 0.5, side);
        Covers(g => g.Position.Y, 0, side);
        if (kind == TaskKind.Reach) Covers(g => g.Position.Z, 0.2, side);
        if (kind == TaskKind.PegInsert) Covers(g => (g.Orientation * new Rotation(-1, 0, 0, 0)).ToVector().Z, 0, 10 * Math.PI / 180);
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Same_seed_and_commands_repeat_bit_for_bit(TaskKind kind)
    {
        var (robot, task, hand) = Open(kind);
        using var _ = robot;
        double[] Rollout(ulong seed)
        {
            task.Reset(seed);
            Solve(kind, hand, Truth(task).GoalInBase);
            var end = new SimulationSnapshot(robot.Model);
            robot.Capture(end);
            return end.Values.ToArray();
        }
        var first = Rollout(7);
        Assert.NotEqual(first, Rollout(8));
        Assert.Equal(first, Rollout(7));
    }

    [Theory]
    [InlineData(TaskKind.PegInsert, 5)]
    [InlineData(TaskKind.PickLift, 5)]
    [InlineData(TaskKind.PickLift, 6)]
    [InlineData(TaskKind.PickLift, 7)]
    public void Restored_snapshot_goes_on_bit_for_bit_in_the_midst_of_contact(TaskKind kind, ulong seed)
    {
        var (robot, task, hand) = Open(kind);
        using var _ = robot;
        task.Reset(seed);
        var goal = Truth(task).GoalInBase;
        SimulationSnapshot branch = new(robot.Model), end = new(robot.Model);
        if (kind == TaskKind.PickLift) Solve(kind, hand, goal);
        else hand.MoveTo(goal.Position + new Vector3D(0.008, 0, -0.008), 0.1, 0.02); // presses on the rim
        Assert.True(robot.Data.ContactCount > 0);
        robot.Capture(branch);
        double[] Continue()
        {
            JointTorques torque = default;
            for (var k = 0; k < 200; k++)
            {
                for (var i = 0; i < Joints.Max; i++) torque[i] = 2 * Math.Sin(0.05 * k + i);
                robot.Command(torque, 0);
                robot.Step();
            }
            robot.Capture(end);
            return end.Values.ToArray();
        }
        var first = Continue();
        robot.Restore(branch);
        Assert.Equal(first, Continue());
        // And in data of another owner, as a drawing thread has it.
        using var other = new MujocoData(robot.Model);
        branch.Restore(other);
        robot.Restore(branch);
        Assert.Equal(robot.Data.Position.ToArray(), other.Position.ToArray());
        Assert.Equal(robot.EndEffectorInBase, other.SitePose(robot.Model.Site("ee")));
    }

    [Fact]
    public void End_effector_that_the_task_states_otherwise_is_refused()
    {
        var description = Panda.Task(TaskKind.Reach) with { EndEffectorInFlange = Panda.Tool(TaskKind.PegInsert) };
        using var robot = new MujocoRobot(Panda.Description, description.ScenePath);
        Assert.Contains("end_effector_in_flange", Assert.Throws<MujocoException>(() => SimulatedTask.Create(description, robot)).Message);
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Wildest_torques_leave_the_simulation_finite(TaskKind kind)
    {
        var (robot, task, _) = Open(kind);
        using var owned = robot;
        var random = new Random(11);
        JointTorques torque = default;
        for (ulong episode = 0; episode < 4; episode++)
        {
            task.Reset(episode);
            for (var step = 0; step < 3000; step++)
            {
                if (step % 50 == 0) for (var i = 0; i < Joints.Max; i++) torque[i] = (2 * random.NextDouble() - 1) * (i < 4 ? 87 : 12);
                robot.Command(torque, random.NextDouble() * 0.08);
                robot.Step();
            }
            RobotState state = default;
            Assert.True(robot.TryRead(ref state));
            Assert.True(((ReadOnlySpan<double>)state.Position).ToArray().Max(Math.Abs) < 4.5, "a joint went far through its stop");
        }
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Cycle_and_truth_allocate_nothing(TaskKind kind)
    {
        var (robot, task, hand) = Open(kind);
        using var _ = robot;
        task.Reset(2);
        var snapshot = new SimulationSnapshot(robot.Model);
        RobotState state = default;
        TaskTruth truth = default;
        JointTorques torque = default;
        void Cycle(int count)
        {
            for (var i = 0; i < count; i++)
            {
                robot.TryRead(ref state);
                torque[3] = Math.Sin(0.01 * i);
                robot.Command(torque, 0.03);
                robot.Step();
                task.ReadTruth(0, ref truth);
                robot.Capture(snapshot);
            }
        }
        Assert.Equal(0, Control.Contract.Allocation.Least(() => Cycle(2_000)));
    }
}
