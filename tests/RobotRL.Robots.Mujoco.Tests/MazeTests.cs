using RobotRL.Model;
using RobotRL.Tasks;

namespace RobotRL.Robots.Mujoco.Tests;

public class MazeTests
{
    private static (MujocoRobot Robot, SimulatedTask Task, Hand Hand) Open(ulong seed)
    {
        var description = Panda.Task(TaskKind.Maze);
        var robot = new MujocoRobot(Panda.Describe(TaskKind.Maze), description.ScenePath);
        var task = SimulatedTask.Create(description, robot);
        task.Reset(seed);
        return (robot, task, new Hand(robot, description.EndEffectorInFlange));
    }

    private static TaskTruth Truth(SimulatedTask task)
    {
        TaskTruth truth = default;
        task.ReadTruth(0, ref truth);
        return truth;
    }

    [Fact]
    public void Way_points_lead_through_the_maze_without_touching_a_wall()
    {
        var (robot, task, hand) = Open(3);
        using var _ = robot;
        Assert.InRange(Truth(task).Progress, 0, 0.2);
        var (legs, worst, progress) = (0, 0.0, 0.0);
        for (; legs < 12 && !Truth(task).Success; legs++)
        {
            worst = Math.Max(worst, hand.MoveTo(Truth(task).WayPointInBase, 0, 0.02, 0.1, 100));
            Assert.True(Truth(task).Progress > progress, $"leg {legs}: {Truth(task).Progress} after {progress}");
            progress = Truth(task).Progress;
        }
        Assert.True(Truth(task).Success);
        Assert.InRange(legs, 3, 8);
        Assert.InRange(worst, 0.1, RandomPushes.LargestN + 3); // nothing but the pushes
    }

    [Fact]
    public void Wall_stops_the_peg_and_shows_as_force()
    {
        var (robot, task, hand) = Open(1);
        using var _ = robot;
        var start = Truth(task).EndEffectorInBase.Position;
        var met = hand.MoveTo(start + new Vector3D(0.12, 0, 0), 0, 0.02, 0.05);
        Assert.InRange(Truth(task).EndEffectorInBase.Position.X, 0.525, 0.537); // half a peg before the first wall
        Assert.True(met > 10);
        Assert.False(Truth(task).Success);
    }

    [Fact]
    public void Pushes_follow_from_the_seed_and_stay_within_their_size()
    {
        double[] Forces(ulong seed)
        {
            var pushes = new RandomPushes();
            pushes.Begin(seed, 5_000_000_000);
            var (force, sizes) = (new double[3], new double[20_000]);
            for (var ms = 0; ms < sizes.Length; ms++)
            {
                pushes.Apply(5_000_000_000 + ms * 1_000_000L, force);
                sizes[ms] = Math.Sqrt(force[0] * force[0] + force[1] * force[1]);
            }
            return sizes;
        }
        var first = Forces(7);
        Assert.Equal(first, Forces(7));
        Assert.NotEqual(first, Forces(8));
        Assert.All(first[..2000], f => Assert.Equal(0, f)); // while the arm takes its place
        Assert.InRange(first.Max(), 1, RandomPushes.LargestN);
        Assert.InRange(first.Count(f => f > 0), 1000, 4000); // 150 ms, every one to two seconds
    }
}
