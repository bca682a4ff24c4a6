using RobotRL.Model;
using RobotRL.Policy;
using RobotRL.Sessions.Acting;
using RobotRL.Sessions.Auditing;
using RobotRL.Sessions.Runs;
using RobotRL.Teleop;

namespace RobotRL.Sessions.Evaluation;

/// <summary>How a policy did on its own: the object that <c>eval --json</c> prints.</summary>
/// <param name="CycleTimeS">Mean robot time of the successful episodes, s; 0 where there are none.</param>
/// <param name="Violations">Episodes that a safety stop ended.</param>
/// <param name="Reflexes">Times that the critic's reflex interrupted the policy.</param>
/// <param name="ShadowReflexes">Times that it would have, in shadow mode.</param>
/// <param name="ContactSteps">Decisions during which the gate's contact reaction was active.</param>
public sealed record EvaluationResult(
    int Episodes, int Successes, double SuccessRate, double WilsonLow, double WilsonHigh, double CycleTimeS, int Violations, int Reflexes, int ShadowReflexes,
    int ContactSteps, long PolicyVersion, ulong Seed);

/// <summary>Who looks on.</summary>
/// <param name="OnEpisode">Told of each finished episode.</param>
/// <param name="Audit">Records what happens; null for nobody.</param>
/// <param name="Stop">A stop that outlasts the session; null for none of before.</param>
public sealed record EvaluationWatch(Action<EpisodeSummary> OnEpisode, AuditTrail? Audit = null, OutstandingStop? Stop = null);

/// <summary>Runs a deterministic policy without an operator on episodes of its own seeds.</summary>
public static class Evaluator
{
    public static EvaluationResult Run(ICell cell, WeightSnapshot weights, int episodes, ulong seed, EvaluationWatch watch, CancellationToken cancel)
    {
        var (audit, stop) = (watch.Audit, watch.Stop);
        var task = cell.Configuration.Task;
        using var network = new PolicyNetwork(NetworkShape.Of(task, cell.Configuration.Learner), Learners.Device);
        network.Load(weights);
        var policy = new LearnedPolicy(network, task.ActionLayout, new RandomStream(seed), deterministic: true);
        using var runner = new EpisodeRunner(cell, new AbsentOperator(), audit: audit, stop: stop);
        var isShadow = cell.Configuration.Safety?.Mode == CriticMode.Shadow;
        var (done, successes, violations, reflexes, contacts, cycleTime) = (0, 0, 0, 0, 0, 0.0);
        while (done < episodes)
        {
            audit?.BeginEpisode(done, EpisodeKind.Evaluation);
            var summary = runner.Run(EpisodeKind.Evaluation, Seeds.Derive(seed, SeedUse.Evaluation, (ulong)done), policy,
                transition => contacts += (transition.Action.Limits & LimitFlags.ContactForce) != 0 ? 1 : 0, cancel);
            if (summary.Outcome == EpisodeOutcome.Interrupted) break;
            done++;
            reflexes += summary.Reflexes;
            if (summary.Outcome == EpisodeOutcome.SafetyStop) violations++;
            if (summary.Outcome == EpisodeOutcome.Success)
            {
                successes++;
                cycleTime += summary.CycleTimeS;
            }
            watch.OnEpisode(summary);
        }
        var wilson = WilsonInterval.Of(successes, done);
        return new(done, successes, done == 0 ? 0 : (double)successes / done, wilson.Low, wilson.High, successes == 0 ? 0 : cycleTime / successes, violations,
            isShadow ? 0 : reflexes, isShadow ? reflexes : 0, contacts, weights.Version, seed);
    }
}
