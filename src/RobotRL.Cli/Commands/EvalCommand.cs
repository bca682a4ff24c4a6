using System.CommandLine;
using RobotRL.Cells;
using RobotRL.Sessions.Evaluation;
using RobotRL.Sessions.Processes;
using RobotRL.Sessions.Runs;

namespace RobotRL.Cli.Commands;

/// <summary><c>robotrl eval</c>: the deterministic policy of a run's newest checkpoint, without an operator.</summary>
internal static class EvalCommand
{
    public static Command Create()
    {
        var run = SharedOptions.Run();
        var episodes = new Option<int>("--episodes") { Description = "Episodes to evaluate" }.Or(100)
            .Where(n => n > 0, "write a number of episodes from 1");
        Option<double> atLeast = new Option<double>("--at-least") { Description = "Exit code 1 when a smaller share of the episodes succeeds, such as 0.95" }
            .Where(share => share is >= 0 and <= 1, "write a share from 0 to 1");
        var seed = SharedOptions.Seed(1_000_001);
        var pace = SharedOptions.Pace();
        var (channel, cell, set) = (SharedOptions.Channel(), SharedOptions.Cell(), SharedOptions.Set());
        var (operatorId, operatorRole) = (OperatorOptions.Id(), OperatorOptions.AsWhat());
        return new Command("eval", "Evaluate a run's policy without help") { run, episodes, atLeast, seed, cell, pace, channel, operatorId, operatorRole, set }
            .Does((parse, cancel) =>
        {
            SharedOptions.Require(parse.GetValue(pace), parse.GetValue(channel));
            var result = EvaluationRoot.Run(RunDirectory.Open(parse.GetRequiredValue(run)), new(parse.GetValue(episodes), parse.GetValue(seed))
            {
                Pace = parse.GetValue(pace),
                Cell = SharedOptions.CellFile(parse.GetValue(cell)),
                Overrides = SharedOptions.Overrides(parse.GetRequiredValue(set)),
                Channel = parse.GetValue(channel),
                InCharge = OperatorInCharge.Watching(parse.GetValue(operatorId), parse.GetValue(operatorRole)),
            }, cancel);
            var (least, holds) = (parse.GetValue(atLeast), result.SuccessRate >= parse.GetValue(atLeast));
            CommandLine.Answers(parse).WriteLine($"{Text(result)}{(holds ? "" : $"; --at-least asks for {least:P0}")}");
            CommandLine.Result(parse, result);
            return holds ? ExitCode.Done : ExitCode.DoesNotHold;
        });
    }

    public static string Text(EvaluationResult r) =>
        $"success {r.Successes} of {r.Episodes} ({r.SuccessRate:P0}; 95 % interval {r.WilsonLow:P0} to {r.WilsonHigh:P0}), " +
        $"cycle time {r.CycleTimeS:F1} s, violations {r.Violations}";
}
