using RobotRL.Configuration;
using RobotRL.Control;
using RobotRL.Model;
using RobotRL.Safety;
using RobotRL.Tasks;

namespace RobotRL.Robots.Mujoco.Tests;

/// <summary>Nobody asks for motion: the arm stays, whatever leans on it.</summary>
public class StayTests
{
    private const int TenSeconds = 100;
    private const double PayloadKg = 0.1, Gravity = 9.81;

    [Theory]
    [InlineData("reach")]
    [InlineData("maze")]
    [InlineData("peg-insert")]
    [InlineData("pick-lift")]
    public void Two_newtons_from_any_side_move_an_arm_that_is_asked_for_nothing_by_less_than_a_centimetre(string name)
    {
        foreach (var side in Sides) Assert.True(Drift(name, 2 * side) < 0.01, $"{name}, pushed along {side}: {Drift(name, 2 * side) * 1000:F1} mm");
    }

    [Theory]
    [InlineData("reach")]
    [InlineData("maze")]
    [InlineData("peg-insert")]
    [InlineData("pick-lift")]
    public void Payload_misjudged_by_a_hundred_grams_does_not_sink(string name) => Assert.InRange(Drift(name, new(0, 0, -PayloadKg * Gravity)), 0, 0.01);

    [Fact]
    public void Ten_newtons_do_not_push_the_arm_out_of_its_workspace()
    {
        foreach (var side in Sides) Assert.InRange(Drift("reach", 10 * side), 0, 0.02);
    }

    /// <summary>A trembling policy wanders; under a push it wanders as it would without.</summary>
    [Theory]
    [InlineData("reach")]
    [InlineData("peg-insert")]
    public void Noise_around_zero_makes_no_drift_of_a_push(string name)
    {
        Vector3D alone = Wander(name, Vector3D.Zero), pushed = Wander(name, new(0, -2, 0));
        Assert.InRange((pushed - alone).Length, 0, 0.005);

        static Vector3D Wander(string name, in Vector3D force)
        {
            using var arm = new Arm(name);
            var random = new Random(3);
            arm.Push(force);
            for (var i = 0; i < TenSeconds; i++) arm.Decide(_ => (float)(0.2 * (random.NextDouble() - 0.5)));
            Assert.False(arm.Session.IsStopped, $"{arm.Session.Latest.Fault}");
            return arm.Session.Latest.EndEffector.PoseInBase.Position;
        }
    }

    /// <summary>The peg on the rim, beside the hole.</summary>
    [Fact]
    public void Pressing_winds_nothing_up_and_motion_off_the_surface_leaves_it_at_once()
    {
        using var arm = new Arm("peg-insert");
        var (session, impedance, scale) = (arm.Session, arm.Configuration.Robot.Impedance, arm.Configuration.Task.Actions.TranslationScaleM);
        var goal = arm.Truth.GoalInBase;
        Assert.True(session.MoveTo(new(goal.Position + new Vector3D(0.014, 0, 0.004), session.Home.Orientation)));
        const float pressing = 0.3f;
        for (var i = 0; i < 40; i++)
        {
            arm.Decide(axis => axis == 2 ? pressing : 0);
            var behind = session.Latest.EndEffector.PoseInBase.Position.Z - session.Latest.Reference.PoseInBase.Position.Z;
            Assert.InRange(behind, -scale, Leash.Of(impedance).TranslationM + 1.1 * pressing * scale);
        }
        var force = arm.Truth.ContactForceN;
        Assert.InRange(force, 3, impedance.SpringForceBoundN + 1);
        arm.Decide(axis => axis == 2 ? -1 : 0);
        Assert.InRange(arm.Truth.ContactForceN, 0, 0.7 * force);
        arm.Decide(axis => axis == 2 ? -1 : 0);
        Assert.InRange(arm.Truth.ContactForceN, 0, 1);
    }

    private static Vector3D[] Sides { get; } = [new(1, 0, 0), new(-1, 0, 0), new(0, 1, 0), new(0, -1, 0), new(0, 0, 1), new(0, 0, -1)];

    /// <summary>How far the arm gets within ten seconds, m.</summary>
    private static double Drift(string name, in Vector3D force)
    {
        using var arm = new Arm(name, isTaskPushing: false);
        var (start, furthest) = (arm.Session.Latest.EndEffector.PoseInBase.Position, 0.0);
        arm.Push(force);
        for (var i = 0; i < TenSeconds; i++)
        {
            Assert.Equal(arm.Configuration.Task.Actions.Rest, arm.Decide(_ => 0).Executed);
            Assert.False(arm.Session.IsStopped, $"{name}, {force} N: {arm.Session.Latest.Fault}");
            furthest = Math.Max(furthest, (arm.Session.Latest.EndEffector.PoseInBase.Position - start).Length);
        }
        return furthest;
    }

    /// <summary>A shipped arm on its shipped scene, at rest at home.</summary>
    private sealed class Arm : IDisposable
    {
        private readonly MujocoRobot _robot;
        private readonly SimulatedTask? _scene;

        public Arm(string name, bool isTaskPushing = true)
        {
            Configuration = RunConfiguration.Load(Panda.Configuration(name));
            _robot = new MujocoRobot(Configuration.Robot, Configuration.Task.ScenePath);
            if (isTaskPushing) _scene = SimulatedTask.Create(Configuration.Task, _robot);
            Session = new(new ControlCycle(_robot, new LockstepPacer(_robot), Configuration.Task.EndEffectorInFlange, 100), Configuration.Task);
            _scene?.Reset(1);
            Assert.True(Session.Rebase());
            Assert.True(Session.MoveTo(Session.Home));
            Session.BeginEpisode(Session.Home);
        }

        public RunConfiguration Configuration { get; }
        public ControlSession Session { get; }

        public TaskTruth Truth
        {
            get
            {
                TaskTruth truth = default;
                _scene!.ReadTruth(0, ref truth);
                return truth;
            }
        }

        /// <summary>A lasting force on the hand, base axes, N.</summary>
        public void Push(in Vector3D force)
        {
            for (var axis = 0; axis < 3; axis++) _robot.Data.AppliedBodyForce[6 * _robot.Model.Body("hand") + axis] = force[axis];
        }

        public ArmDecision Decide(Func<int, float> component)
        {
            var action = Configuration.Task.Actions.Rest;
            foreach (var axis in Configuration.Task.Actions.ActiveAxes) action.Motion[axis] = component(axis);
            return Session.Decide(action, action, ActionSource.Policy);
        }

        public void Dispose() => _robot.Dispose();
    }
}
