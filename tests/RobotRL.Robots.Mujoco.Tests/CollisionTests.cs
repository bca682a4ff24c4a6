using RobotRL.Configuration;
using RobotRL.Control;
using RobotRL.Model;
using RobotRL.Safety;
using RobotRL.Tasks;

namespace RobotRL.Robots.Mujoco.Tests;

/// <summary>The shipped arm in motion, pushed where no force sensor is.</summary>
public sealed class CollisionTests
{
    private static readonly string[] Tasks = ["reach", "peg-insert", "pick-lift", "maze"];

    private static readonly (string Body, Vector3D ForceN)[] Pushes =
    [
        ("link3", new(90, 0, 0)), ("link4", new(60, 0, 0)), ("link4", new(0, 60, 0)), ("link5", new(0, -60, 0)),
        ("link5", new(0, 0, -60)), ("link5", new(-60, 0, 0)),
        ("link6", new(0, 40, 0)), ("link7", new(0, 0, -40)),
    ];

    public static TheoryData<string, int> Cases
    {
        get
        {
            TheoryData<string, int> all = [];
            foreach (var task in Tasks)
                for (var push = 0; push < Pushes.Length; push++) all.Add(task, push);
            return all;
        }
    }

    /// <summary>
    /// <code>
    /// decisions ─── push that lasts ─── 20 ms at most: JointCollision ─── held, within its limits
    /// </code>
    /// </summary>
    [Theory, MemberData(nameof(Cases))]
    public void Push_away_from_the_wrist_stops_the_moving_arm(string task, int push)
    {
        using var arm = new MovingArm(RunConfiguration.Load(Panda.Configuration(task)));
        var (body, force) = Pushes[push];
        arm.Robot.Push(body, force);
        var ticks = arm.UntilStopped(2000);
        TestContext.Current.TestOutputHelper?.WriteLine($"{ticks} ms, {arm.Session.Latest.Fault}");
        Assert.Equal((FaultCode.JointCollision, StopCategory.Category2), (arm.Session.Latest.Fault.Code, arm.Session.Latest.Fault.Category));
        Assert.InRange(ticks, 1, 20);
        arm.Robot.Push(body, default);
        arm.Session.Advance(3000);
        Assert.Equal(GateState.Held, arm.Session.Latest.Gate);
    }

    [Theory]
    [InlineData("reach", 40)]
    [InlineData("peg-insert", 70)]
    [InlineData("pick-lift", 70)]
    [InlineData("maze", 30)]
    public void Push_on_the_hand_below_its_collision_force_is_no_joint_collision(string task, double forceN)
    {
        using var arm = new MovingArm(RunConfiguration.Load(Panda.Configuration(task)));
        // Up and down again: what the wrist feels, however suddenly, the joints need not explain.
        for (var i = 0; i < 6; i++)
        {
            arm.Robot.Push("hand", new(0, i % 2 * forceN, 0));
            arm.Step(100);
        }
        Assert.NotEqual(FaultCode.JointCollision, arm.Session.Latest.Fault.Code);
        Assert.NotEqual(FaultCode.CollisionForce, arm.Session.Latest.Fault.Code);
    }

    [Theory]
    [InlineData("reach")]
    [InlineData("peg-insert")]
    [InlineData("pick-lift")]
    [InlineData("maze")]
    public void Without_a_force_sensor_a_push_on_the_hand_stops_the_arm_by_its_joints(string task)
    {
        using var arm = new MovingArm(RunConfiguration.Load(Panda.Configuration(task), [("robot.force_sensor", "none")]));
        arm.Robot.Push("hand", new(0, 40, 0));
        var ticks = arm.UntilStopped(2000);
        Assert.Equal(FaultCode.JointCollision, arm.Session.Latest.Fault.Code);
        Assert.InRange(ticks, 1, 20);
        Assert.Equal(Wrench.Zero, arm.Session.Latest.Measured.ExternalWrenchInEndEffector);
    }

    /// <summary>Decision after decision, to and fro along the task's axes.</summary>
    private sealed class MovingArm : IDisposable
    {
        private int _ticks;

        public MovingArm(RunConfiguration configuration)
        {
            Robot = new(configuration.Robot, configuration.Task.ScenePath);
            var scene = SimulatedTask.Create(configuration.Task, Robot);
            Session = new(new ControlCycle(Robot, new LockstepPacer(Robot), configuration.Task.EndEffectorInFlange, 16), configuration.Task);
            scene.Reset(1);
            Assert.True(Session.Rebase());
            var start = Session.Home with { Position = Session.Home.Position + new Vector3D(0, 0, 0.03) };
            Assert.True(Session.MoveTo(start), $"{Session.Latest.Fault}");
            Session.BeginEpisode(Session.Home);
            Step(300);
            Assert.True(Session.Latest.Fault.IsNone, $"{Session.Latest.Fault}");
        }

        public MujocoRobot Robot { get; }
        public ControlSession Session { get; }

        public int UntilStopped(int most)
        {
            var ticks = 0;
            for (; ticks < most && !Session.IsStopped; ticks++) Step(1);
            return ticks;
        }

        public void Step(int ticks)
        {
            for (var i = 0; i < ticks; i++)
            {
                if (_ticks % Session.TicksPerDecision == 0)
                {
                    ArmAction action = default;
                    var sign = _ticks / Session.TicksPerDecision % 4 < 2 ? 1 : -1;
                    (action.Motion[0], action.Motion[1]) = (0.3f * sign, 0.4f * sign);
                    Session.BeginDecision(action, action, ActionSource.Policy);
                }
                _ticks++;
                Session.Advance(1);
            }
        }

        public void Dispose() => Robot.Dispose();
    }
}
