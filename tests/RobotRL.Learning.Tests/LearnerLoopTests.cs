using RobotRL.Model;
using RobotRL.Policy;
using RobotRL.Replay;

namespace RobotRL.Learning.Tests;

public sealed class LearnerLoopTests
{
    private static readonly LearnerParameters Parameters = Given.Parameters(p => p with
    {
        Encoder = EncoderKind.None,
        StartAfter = 2,
        PublishEvery = 3,
        CheckpointEvery = 5,
        PretrainSteps = 4,
        UpdateToData = 1,
        UpdateToDataSlack = 2,
    });

    /// <summary>
    /// Pretraining takes 4 steps, then each due takes one. Publications come at versions 0, 3, 4 (end of pretraining), 6, 9, 12;
    /// checkpoints at learner steps 5 and 10.
    /// </summary>
    [Fact]
    public void In_lockstep_everything_happens_at_its_interval()
    {
        using var learner = Given.Learner(Parameters);
        var (governor, exchange) = (new UtdGovernor(Parameters), new WeightExchange());
        var (versions, checkpoints) = (new List<long>(), new List<long>());
        var loop = new LearnerLoop(learner, new NoiseBatches(1), new NoiseBatches(2), Parameters, governor, exchange)
        {
            Reported = r => versions.Add(r.Metrics.Step),
            CheckpointDue = l => checkpoints.Add(l.Steps),
        };
        Assert.Equal(0, exchange.Latest!.Version);
        loop.Pretrain();
        Assert.Equal(4, exchange.Latest!.Version);
        var done = 0;
        for (var i = 0; i < 12; i++)
        {
            governor.EnvironmentStepped();
            done += loop.CatchUp();
        }
        Assert.Equal(10, done);
        Assert.Equal([3, 4, 6, 9, 12], versions);
        Assert.Equal([5, 10], checkpoints);
        Assert.Equal(12, exchange.Latest!.Version);
        loop.Pretrain();
        Assert.Equal(4, learner.PretrainedSteps);
    }

    [Fact]
    public void On_a_thread_it_learns_until_the_run_completes()
    {
        using var learner = Given.Learner(Parameters);
        var (governor, exchange) = (new UtdGovernor(Parameters), new WeightExchange());
        var loop = new LearnerLoop(learner, new NoiseBatches(1), new NoiseBatches(2), Parameters, governor, exchange);
        var thread = new Thread(() => loop.Run(default));
        thread.Start();
        for (var i = 0; i < 40; i++)
        {
            governor.WaitForLearner(default);
            governor.EnvironmentStepped();
        }
        governor.Complete();
        thread.Join();
        Assert.InRange(learner.Steps, 36, 40);
        Assert.Equal(governor.LearnerSteps, learner.Steps);
    }

    [Fact]
    public void A_failure_while_learning_reaches_the_actor()
    {
        using var learner = Given.Learner(Parameters);
        var governor = new UtdGovernor(Parameters);
        var loop = new LearnerLoop(learner, new Failing(), new NoiseBatches(2), Parameters, governor, new WeightExchange());
        for (var i = 0; i < 4; i++) governor.EnvironmentStepped();
        Assert.Throws<IOException>(() => loop.Run(default));
        Assert.IsType<IOException>(Assert.Throws<InvalidOperationException>(() => governor.WaitForLearner(default)).InnerException);
    }

    [Fact]
    public void Weights_that_are_not_finite_are_never_published()
    {
        using var learner = Given.Learner(Parameters);
        var exchange = new WeightExchange();
        var loop = new LearnerLoop(learner, new Diverging(), new NoiseBatches(2), Parameters, new UtdGovernor(Parameters), exchange);
        Assert.Contains("diverged",
            Assert.Throws<LearningDivergedException>(() => { for (var i = 0; i < 3; i++) loop.StepOnce(); }).Message, StringComparison.Ordinal);
        Assert.All(exchange.Latest!.Actor, v => Assert.True(float.IsFinite(v)));
    }

    /// <summary>Each published set is constant in all its parts; a reader that saw two versions in one would find two constants.</summary>
    [Fact]
    public void Publication_is_atomic()
    {
        var exchange = new WeightExchange();
        using var stop = new CancellationTokenSource();
        var writer = new Thread(() =>
        {
            for (var version = 0L; !stop.IsCancellationRequested; version++)
            {
                float[] Part() { var part = new float[64]; Array.Fill(part, version); return part; }
                exchange.Publish(new(version, Part(), Part(), Part()));
            }
        });
        writer.Start();
        var last = -1L;
        for (var i = 0; i < 20_000; i++)
        {
            if (exchange.Latest is not { } seen) continue;
            Assert.True(seen.Version >= last);
            last = seen.Version;
            foreach (var part in (float[][])[seen.Encoder, seen.Actor, seen.Grasp]) Assert.DoesNotContain(part, v => v != (float)seen.Version);
        }
        stop.Cancel();
        writer.Join();
    }

    private sealed class Failing : IBatchSource
    {
        public void Sample(Batch batch) => throw new IOException("the buffer's disk is gone");
    }

    private sealed class Diverging : IBatchSource
    {
        public void Sample(Batch batch) => Array.Fill(batch.Proprioception, float.NaN);
    }
}
