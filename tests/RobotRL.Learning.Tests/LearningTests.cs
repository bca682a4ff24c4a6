using RobotRL.Model;
using RobotRL.Policy;
using RobotRL.Replay;

namespace RobotRL.Learning.Tests;

/// <summary>Whole learners on problems whose answer is known.</summary>
public sealed class LearningTests
{
    private static LearnerParameters Small(Func<LearnerParameters, LearnerParameters>? change = null) => Given.Parameters(p =>
    {
        p = p with
        {
            Encoder = EncoderKind.None,
            BatchSize = 64,
            HiddenSizes = [32, 32],
            ProprioceptionLatent = 16,
            LearningRate = 3e-3,
            TargetRate = 0.02,
            Discount = 0.9,
        };
        return change?.Invoke(p) ?? p;
    });

    /// <summary>
    /// A point on a line, x ← x + 0.2 a. Within 0.1 of the origin the reward is 1 and the episode ends; elsewhere it times out.
    /// The best policy drives to the origin.
    /// </summary>
    [Fact]
    public void Soft_actor_critic_learns_to_reach()
    {
        var parameters = Small();
        var shape = Given.Shape(parameters, actions: 1, gripper: false);
        using var learner = new RlpdLearner(shape, parameters, 3);
        var source = new Reach(5);
        for (var i = 0; i < 400; i++) learner.Step(source);

        using var policy = new PolicyNetwork(shape);
        policy.Load(learner.Snapshot());
        var action = new float[1];
        foreach (var start in (float[])[-0.9f, -0.4f, 0.4f, 0.9f])
        {
            var x = start;
            for (var i = 0; i < 8 && Math.Abs(x) > Reach.Goal; i++)
            {
                policy.Act(Reach.Seen(x), deterministic: true, new RandomStream(1), action);
                x = Reach.Move(x, action[0]);
            }
            Assert.True(Math.Abs(x) <= Reach.Goal, $"from {start} the policy ends at {x}");
        }
    }

    /// <summary>With a demonstrator a = −sign-like(x), gripper by the side: the cloned policy acts alike.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Cloning_and_pretraining_copy_the_demonstrator(bool pretrain)
    {
        var parameters = Small();
        var shape = Given.Shape(parameters, actions: 1, gripper: true);
        using ILearner learner = pretrain ? new RlpdLearner(shape, parameters, 3) : new BehaviourCloningLearner(shape, parameters, 3);
        var demonstrations = new Demonstrator(6);
        var last = default(LearnerMetrics);
        for (var i = 0; i < 300; i++) last = pretrain ? learner.Pretrain(demonstrations) : learner.Step(demonstrations);
        Assert.True(last.CloningError < 0.1, $"mean error {last.CloningError}");

        using var policy = new PolicyNetwork(shape);
        policy.Load(learner.Snapshot());
        var action = new float[1];
        foreach (var x in (float[])[-0.8f, -0.3f, 0.3f, 0.8f])
        {
            var gripper = policy.Act(Reach.Seen(x), deterministic: true, new RandomStream(1), action);
            Assert.Equal(Demonstrator.Action(x), action[0], 0.2f);
            Assert.Equal((int)Demonstrator.Gripper(x) + 1, gripper);
        }
    }

    /// <summary>Where changing the gripper earns nothing, the penalty makes staying the best command.</summary>
    [Fact]
    public void The_grasp_penalty_makes_a_useless_change_unattractive()
    {
        var parameters = Small(p => p with { GripperPenalty = -0.2, Discount = 0 });
        var shape = Given.Shape(parameters, actions: 1, gripper: true);
        using var learner = new RlpdLearner(shape, parameters, 3);
        var source = new UselessGripper(8);
        for (var i = 0; i < 150; i++) learner.Step(source);
        using var policy = new PolicyNetwork(shape);
        policy.Load(learner.Snapshot());
        Assert.Equal((int)GripperCommand.Stay + 1, policy.Act(Reach.Seen(0.2f), deterministic: true, new RandomStream(1), new float[1]));
    }

    private class Reach(int seed) : IBatchSource
    {
        public const float Goal = 0.1f;
        protected Random Draw { get; } = new(seed);

        public static float Move(float x, float action) => Math.Clamp(x + 0.2f * action, -1, 1);

        public static Observation Seen(float x)
        {
            var proprioception = new float[StandardSize.Proprioception];
            proprioception[0] = x;
            return new(Stamp.Zero, proprioception, []);
        }

        public virtual void Sample(Batch batch)
        {
            for (var b = 0; b < batch.Size; b++)
            {
                var (x, action) = (2 * Draw.NextSingle() - 1, 1.98f * Draw.NextSingle() - 0.99f);
                var next = Move(x, action);
                batch.Proprioception[b * StandardSize.Proprioception] = x;
                batch.NextProprioception[b * StandardSize.Proprioception] = next;
                batch.Actions[b] = action;
                batch.Rewards[b] = batch.Terminated[b] = Math.Abs(next) <= Goal ? 1 : 0;
            }
        }
    }

    private sealed class Demonstrator(int seed) : Reach(seed)
    {
        public static float Action(float x) => Math.Clamp(-3 * x, -0.9f, 0.9f);
        public static GripperCommand Gripper(float x) => x > 0 ? GripperCommand.Close : GripperCommand.Open;

        public override void Sample(Batch batch)
        {
            base.Sample(batch);
            for (var b = 0; b < batch.Size; b++)
            {
                var x = batch.Proprioception[b * StandardSize.Proprioception];
                batch.Actions[b] = Action(x);
                batch.Gripper[b] = (int)Gripper(x) + 1;
            }
        }
    }

    private sealed class UselessGripper(int seed) : Reach(seed)
    {
        public override void Sample(Batch batch)
        {
            base.Sample(batch);
            for (var b = 0; b < batch.Size; b++)
            {
                batch.Gripper[b] = Draw.Next(3);
                batch.GripperChanged[b] = batch.Gripper[b] == 1 ? 0 : 1;
            }
        }
    }
}
