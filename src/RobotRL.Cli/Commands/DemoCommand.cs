using System.CommandLine;
using RobotRL.Cells;
using RobotRL.Cli.Display;
using RobotRL.Configuration;
using RobotRL.Sessions.Processes;
using RobotRL.Sessions.Runs;

namespace RobotRL.Cli.Commands;

/// <summary><c>robotrl demo</c>: a robot learns to insert a peg from camera images, corrected by a scripted human, and is then tested alone.</summary>
internal static class DemoCommand
{
    private const string Task = "robot-configs/sim/peg-insert.yaml";

    /// <summary>Share of the test episodes that must succeed.</summary>
    private const double Passing = 0.9;

    public static Command Create()
    {
        var run = new Option<string>("--run") { Description = "Folder of the run; a second call goes on from it" }.Or("runs/demo");
        var minutes = new Option<double>("--minutes") { Description = "Training time at most" }.Or(14)
            .Where(m => m > 0, "write a number above 0");
        var episodes = new Option<int>("--episodes") { Description = "Test episodes without help" }.Or(50).AtLeast(1);
        var seed = SharedOptions.Seed(1);
        return new Command("demo", "Watch a robot learn to insert a peg") { run, minutes, episodes, seed }.Does((parse, cancel) =>
        {
            Console.Error.WriteLine("A simulated arm learns to put a square peg into a hole from two cameras. "
                + "A scripted human shows it 20 times, then helps when it is stuck.");
            var configuration = RunConfiguration.Load(Task);
            TrainingOrder order = new()
            {
                Configuration = configuration,
                Folder = parse.GetRequiredValue(run),
                Identity = new(configuration.Hash, RunIdentity.CurrentCodeVersion, parse.GetValue(seed), nameof(OperatorKind.Scripted), false),
                Goal = new(long.MaxValue, UntilSuccess: 1, SuccessWindow: 20, long.MaxValue, 60 * parse.GetValue(minutes)),
                Operator = OperatorKind.Scripted,
                InCharge = OperatorInCharge.Driving(OperatorKind.Scripted, null, null),
                View = TrainingView.OnTerminal,
            };
            var training = TrainingRoot.Train(order, cancel);
            if (!training.Finished) return JobEnd.Tell(parse, order, training);

            Console.Error.WriteLine(
                $"Trained for {training.WallS / 60:F1} minutes and {training.EnvSteps} steps of {configuration.Task.DecisionPeriodNs / 1e6:F0} ms. " +
                $"Now {parse.GetValue(episodes)} episodes alone:");
            var result = EvaluationRoot.Run(RunDirectory.Open(parse.GetRequiredValue(run)), new(parse.GetValue(episodes), Seed: 1_000_001), cancel);
            var passes = result.SuccessRate >= Passing;
            JobEnd.Write(parse, $"{EvalCommand.Text(result)}{(passes ? "" : $"; the demo asks for {Passing:P0}")}", training.Run,
                passes ? $"{CommandLine.Program} plot {order.Folder} --out curves.png" : CommandLine.Again);
            CommandLine.Result(parse, new { training, evaluation = result });
            return passes || cancel.IsCancellationRequested ? ExitCode.Done : ExitCode.DoesNotHold;
        });
    }
}
