using System.CommandLine;
using RobotRL.Cli.Evaluation;
using RobotRL.Cli.Runs;
using RobotRL.Cli.Training;
using RobotRL.Configuration;

namespace RobotRL.Cli.Commands;

/// <summary><c>robotrl demo</c>: a robot learns to insert a peg from camera images, corrected by a scripted human, and is then tested alone.</summary>
internal static class DemoCommand
{
    private const string Task = "robot-configs/sim/peg-insert.yaml";

    public static Command Create()
    {
        Option<string> run = new("--run") { Description = "Folder of the run; a second call goes on from it", DefaultValueFactory = _ => "runs/demo" };
        Option<double> minutes = new("--minutes") { Description = "Training time at most", DefaultValueFactory = _ => 14 };
        Option<int> episodes = new("--episodes") { Description = "Test episodes without help", DefaultValueFactory = _ => 50 };
        var seed = SharedOptions.Seed(1);
        return new Command("demo", "Watch a robot learn to insert a peg") { run, minutes, episodes, seed }.Does((parse, cancel) =>
        {
            Console.Error.WriteLine("A simulated arm learns to put a square peg into a hole from two cameras. A scripted human shows it 20 times, then helps when it is stuck.");
            var configuration = RunConfiguration.Load(Task);
            var identity = new RunIdentity(configuration.Hash, RunIdentity.CurrentCodeVersion, parse.GetValue(seed), nameof(OperatorKind.Scripted), false);
            var goal = new TrainingGoal(long.MaxValue, UntilSuccess: 1, SuccessWindow: 20, long.MaxValue, 60 * parse.GetValue(minutes));
            var training = TrainCommand.Run(configuration, parse.GetRequiredValue(run), identity, goal, OperatorKind.Scripted, OperatorInCharge.Driving(OperatorKind.Scripted, null, null), Pace.Lockstep, cancel);
            if (!training.Finished) return ExitCode.Done;

            Console.Error.WriteLine($"Trained for {training.WallS / 60:F1} minutes and {training.EnvSteps} steps of {configuration.Task.DecisionPeriodNs / 1e6:F0} ms. Now {parse.GetValue(episodes)} episodes alone:");
            var result = EvalCommand.Run(RunDirectory.Open(parse.GetRequiredValue(run)), parse.GetValue(episodes), seed: 1_000_001, Pace.Lockstep, cancel);
            Console.Error.WriteLine(EvalCommand.Text(result));
            CommandLine.Result(parse, new { training, evaluation = result });
            return ExitCode.Done;
        });
    }
}
