using RobotRL.Configuration;
using RobotRL.Critic;
using RobotRL.Lab.Bench;
using RobotRL.Lab.Results;
using RobotRL.Learning;
using RobotRL.Model;
using RobotRL.Policy;
using RobotRL.Replay;
using RobotRL.Safety;
using RobotRL.Sensing;
using RobotRL.Sessions.Runs;

namespace RobotRL.Lab.Ablation;

/// <summary>How much a cell does.</summary>
/// <param name="CriticUpdates">Updates of the critic after each learning episode.</param>
public sealed record AblationSize(
    int Demonstrations, int PretrainSteps, int Episodes, int EvaluationEpisodes, int ShadowEpisodes, int Horizon, int CriticUpdates);

/// <summary>The result of one cell: a task, a protection, a seed.</summary>
/// <param name="Steps">Decisions of the learning episodes.</param>
/// <param name="Violations">Learning episodes that a violation ended.</param>
/// <param name="Stops">Learning episodes that a protective stop ended without a violation.</param>
/// <param name="Flagged">Decisions of the learning episodes in which the critic acted.</param>
/// <param name="FirstInterventions">Shadow episodes in which the critic would have acted.</param>
/// <param name="FalseInterventions">Of these, the ones that no violation followed within the horizon.</param>
/// <param name="ShadowSteps">Decisions of the shadow episodes up to where the critic would have acted.</param>
/// <param name="StepsToSuccess">Mean decisions of the successful evaluation episodes; null where there are none.</param>
public sealed record AblationResult(
    string Task, string Arm, ulong Seed, string Hash, int Episodes, long Steps, int Successes, int Violations, int Stops, long Flagged,
    int FinalEpisodes, int FinalSuccesses, int FinalViolations, double? StepsToSuccess,
    int FirstInterventions, int FalseInterventions, long ShadowSteps, double WallS) : IComparisonCell
{
    /// <summary>Recovery RL's figure: successes in proportion to the harm that was done.</summary>
    public double Ratio => (Successes + 1.0) / (Violations + 1.0);
}

/// <summary>
/// A policy learns online under some protection: RLPD without images, from a few demonstrations that were made under the same protection. The episodes in which
/// the policy drives and explores are counted. Afterwards its deterministic form is judged. Last come episodes in which the critic only watches.
/// Until its first
/// intervention these are the very episodes that it would have acted in, so their ends show what happens without it.
/// </summary>
public sealed class AblationEntry(IBench bench, Func<IBench> shadow, OnlineCritic? critic, AblationSize size, ulong seed)
{
    private SafetyCritic? _newest;

    public AblationResult Run(string task, string arm, string hash, CancellationToken cancel)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var (parameters, actions, layout) = (bench.Learner, bench.Actions, ActionLayout.Of(bench.Actions));
        var shape = new NetworkShape
        {
            Proprioception = BenchShapes.Proprioception,
            Actions = actions.Dimensions,
            GripperChoices = 1,
            ImageShapes = [],
            Encoder = EncoderKind.None,
            EncoderChannels = [],
            ImageLatent = parameters.ImageLatent,
            ProprioceptionLatent = parameters.ProprioceptionLatent,
            HiddenSizes = parameters.HiddenSizes,
        };
        using var buffer = new ReplayBuffer(
            new FrameLayout(BenchShapes.Proprioception, []), layout, parameters.BufferCapacity, parameters.BufferCapacity)
        {
            ReflexPenalty = (float)parameters.ReflexPenalty,
        };
        using var learner = new RlpdLearner(shape, parameters, Seeds.Derive(seed, SeedUse.Learner));
        using var network = new PolicyNetwork(shape);
        var batches = new MixedSource(buffer, parameters.DemonstrationShare, new RandomStream(Seeds.Derive(seed, SeedUse.Sampling)));
        var demonstrations = new MixedSource(buffer, 1, new RandomStream(Seeds.Derive(seed, SeedUse.Demonstrations)));

        Demonstrate(buffer, cancel);
        if (buffer.Count(ReplaySet.Demonstration) > 0)
            for (var i = 0; i < size.PretrainSteps && !cancel.IsCancellationRequested; i++) learner.Pretrain(demonstrations);

        var (steps, successes, violations, stops, flagged, online, due) = (0L, 0, 0, 0, 0L, 0, 0.0);
        for (var episode = 0; episode < size.Episodes && !cancel.IsCancellationRequested; episode++)
        {
            network.Load(learner.Snapshot());
            var noise = new RandomStream(Seeds.Derive(seed, SeedUse.PolicyNoise, (ulong)episode));
            var end = Drive(bench, Seeds.Derive(seed, SeedUse.Online, (ulong)episode),
                o => network.Act(o, deterministic: false, noise, layout)[0], (transition, step) =>
            {
                buffer.Add(EpisodeKind.Online, transition);
                if (step.Flagged) flagged++;
                if (++online < parameters.StartAfter) return;
                for (due += parameters.UpdateToData; due >= 1; due--) learner.Step(batches);
            });
            if (critic is not null)
            {
                critic.Add(bench.Experience());
                bench.Adopt(_newest = critic.Learn(size.CriticUpdates));
            }
            steps += end.Steps;
            if (end.Last.Violated) violations++;
            else if (end.Last.Success) successes++;
            else if (end.Last.Stopped) stops++;
        }

        network.Load(learner.Snapshot());
        var (finalSuccesses, finalViolations, finalSteps) = (0, 0, 0L);
        for (var episode = 0; episode < size.EvaluationEpisodes && !cancel.IsCancellationRequested; episode++)
        {
            var end = Drive(bench, Seeds.Derive(seed, SeedUse.Evaluation, (ulong)episode), o => network.Act(o, deterministic: true, learnersNoise, layout)[0]);
            if (end.Last.Violated) finalViolations++;
            if (!end.Last.Success) continue;
            finalSuccesses++;
            finalSteps += end.Steps;
        }
        var (first, wrong, watched) = Watch(network, cancel);
        cancel.ThrowIfCancellationRequested();
        return new(
            Task: task, Arm: arm, Seed: seed, Hash: hash,
            Episodes: size.Episodes, Steps: steps, Successes: successes, Violations: violations, Stops: stops, Flagged: flagged,
            FinalEpisodes: size.EvaluationEpisodes, FinalSuccesses: finalSuccesses, FinalViolations: finalViolations,
            StepsToSuccess: finalSuccesses == 0 ? null : (double)finalSteps / finalSuccesses,
            FirstInterventions: first, FalseInterventions: wrong, ShadowSteps: watched, WallS: clock.Elapsed.TotalSeconds);
    }

    private readonly RandomStream learnersNoise = new(0);

    private void Demonstrate(ReplayBuffer buffer, CancellationToken cancel)
    {
        // An expert that the protection keeps from succeeding demonstrates nothing: there is an end to trying.
        for (var (kept, tried) = (0, 0); kept < size.Demonstrations && tried < 3 * size.Demonstrations && !cancel.IsCancellationRequested; tried++)
        {
            List<Transition> transitions = [];
            var end = Drive(bench, Seeds.Derive(seed, SeedUse.Demonstration, (ulong)tried), _ => bench.Demonstrate(),
                (t, _) => transitions.Add(t with { Action = t.Action with { Source = ActionSource.Human } }));
            if (!end.Last.Success) continue;
            kept++;
            foreach (var transition in transitions) buffer.Add(EpisodeKind.Demonstration, transition);
        }
    }

    /// <summary>Episodes of the exploring policy in which the critic only watches.</summary>
    private (int First, int Wrong, long Watched) Watch(PolicyNetwork network, CancellationToken cancel)
    {
        if (size.ShadowEpisodes == 0) return default;
        using var watched = shadow();
        if (_newest is not null) watched.Adopt(_newest);
        var (first, wrong, total) = (0, 0, 0L);
        for (var episode = 0; episode < size.ShadowEpisodes && !cancel.IsCancellationRequested; episode++)
        {
            var noise = new RandomStream(Seeds.Derive(seed, SeedUse.OperatorNoise, (ulong)episode));
            var (at, since) = (-1, 0);
            var end = Drive(watched, Seeds.Derive(seed, SeedUse.Evaluation, (ulong)(1000 + episode)),
                o => network.Act(o, deterministic: false, noise, ActionLayout.Of(watched.Actions))[0], (_, step) =>
            {
                if (at < 0) total++;
                if (at < 0 && step.Flagged) at = 0;
                if (at >= 0) since++;
            }, until: () => at >= 0 && since > size.Horizon);
            if (at < 0) continue;
            first++;
            if (!end.Last.Violated) wrong++;
        }
        return (first, wrong, total);
    }

    private static (BenchStep Last, int Steps) Drive(
        IBench bench, ulong seed, Func<Observation, ArmAction> policy, Action<Transition, BenchStep>? onStep = null, Func<bool>? until = null)
    {
        var observation = bench.Begin(seed);
        for (var steps = 1; ; steps++)
        {
            var proposed = policy(observation);
            var step = bench.Step(proposed);
            var end = EpisodeEnding.Of(step.Stop).End;
            var terminated = step.Violated || step.Success || end == EpisodeEnd.Terminates;
            var truncated = !terminated && (step.Stopped || steps == bench.MaxSteps);
            var asked = PolicyAction.Of(proposed);
            var action = new ExecutedAction
            {
                Policy = asked,
                Proposed = asked,
                Executed = PolicyAction.Of(step.Executed),
                Source = ActionSource.Policy,
                Limits = step.Flagged ? LimitFlags.Critic : LimitFlags.None,
            };
            onStep?.Invoke(new(observation, action, step.Reward, step.Next, terminated, truncated) { Stop = step.Stop }, step);
            if (step.IsOver || truncated || until?.Invoke() == true) return (step, steps);
            observation = step.Next;
        }
    }
}
