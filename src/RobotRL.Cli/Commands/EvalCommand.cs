using System.CommandLine;
using RobotRL.Audit;
using RobotRL.Cli.Actor;
using RobotRL.Cli.Auditing;
using RobotRL.Cli.Composition;
using RobotRL.Cli.Evaluation;
using RobotRL.Cli.Runs;
using RobotRL.Cli.Training;
using RobotRL.Configuration;
using RobotRL.Learning;
using RobotRL.Policy;

namespace RobotRL.Cli.Commands;

/// <summary><c>robotrl eval</c>: the deterministic policy of a run's newest checkpoint, without an operator.</summary>
internal static class EvalCommand
{
    public static Command Create()
    {
        var run = SharedOptions.Run();
        var episodes = new Option<int>("--episodes") { Description = "Episodes to evaluate", DefaultValueFactory = _ => 100 }.Where(n => n > 0, "write a number of episodes from 1");
        var seed = SharedOptions.Seed(1_000_001);
        var pace = SharedOptions.Pace();
        var channel = SharedOptions.Channel();
        var (operatorId, operatorRole) = (OperatorInCharge.Id(), OperatorInCharge.AsWhat());
        return new Command("eval", "Evaluate a run's policy without help") { run, episodes, seed, pace, channel, operatorId, operatorRole }.Does((parse, cancel) =>
        {
            var result = Run(RunDirectory.Open(parse.GetRequiredValue(run)), parse.GetValue(episodes), parse.GetValue(seed), parse.GetValue(pace), cancel, parse.GetValue(channel),
                OperatorInCharge.Watching(parse.GetValue(operatorId), parse.GetValue(operatorRole)));
            Console.Error.WriteLine(Text(result));
            CommandLine.Result(parse, result);
            return ExitCode.Done;
        });
    }

    public static EvaluationResult Run(RunDirectory run, int episodes, ulong seed, Pace pace, CancellationToken cancel, string? channel = null, OperatorInCharge? inCharge = null)
    {
        SharedOptions.Require(pace, channel);
        var configuration = RunConfiguration.Load(run.ConfigPath);
        using var rig = new SimulatedRig(configuration, pace, channel, run.Events);
        var (weights, checkpoint) = Weights(run, configuration);
        CommandLine.Remark(configuration);
        var (name, role) = inCharge ?? OperatorInCharge.Watching(null, null);
        using var audit = new AuditTrail(SessionAudit.Open(run, configuration, AuditActor.Here(name, role, "eval"),
            new { Episodes = episodes, Seed = seed, Pace = pace.ToString(), Checkpoint = checkpoint, weights.Version }), configuration, rig.Control, rig.Records);
        return audit.Around(() => DiskFault.Stops(rig, audit, () =>
        {
            using OutstandingStop stop = new(rig.Control, run.OutstandingStop);
            var result = Evaluator.Run(rig, weights, episodes, seed, _ => { }, cancel, audit, stop);
            audit.Policies.Evaluated(checkpoint, weights, result);
            return result;
        }));
    }

    public static string Text(EvaluationResult r) =>
        $"success {r.Successes} of {r.Episodes} ({r.SuccessRate:P0}; 95 % interval {r.WilsonLow:P0} to {r.WilsonHigh:P0}), cycle time {r.CycleTimeS:F1} s, violations {r.Violations}";

    private static (WeightSnapshot Weights, string Checkpoint) Weights(RunDirectory run, RunConfiguration configuration)
    {
        using var learner = Learners.Create(configuration, 0);
        var newest = Checkpoint.ReadNewest(run.Checkpoints, learner, Console.Error.WriteLine) ?? throw new BadInputException($"{run.Path}: the run has no checkpoint yet; train longer");
        return (learner.Snapshot(), Path.GetFileName(newest));
    }
}
