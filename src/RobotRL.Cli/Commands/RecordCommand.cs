using System.CommandLine;
using RobotRL.Cells;
using RobotRL.Cli.Display;
using RobotRL.Sessions.Runs;
using RobotRL.Sessions.Training;

namespace RobotRL.Cli.Commands;

/// <summary>
/// <c>robotrl record</c>: demonstrations ahead of training, through the same arbiter, gate and recorder. <c>train</c> on the same folder takes them up.
/// </summary>
internal static class RecordCommand
{
    public static Command Create()
    {
        var config = SharedOptions.Config();
        Option<string> run = new("--run") { Description = "Folder of the run: made when new, added to when it holds one", Required = true };
        var episodes = new Option<int?>("--episodes") { Description = "Demonstrations to record now; as many as the configuration asks for by default" }
            .Where(n => n > 0, "write a number of episodes from 1");
        var seed = SharedOptions.Seed(1);
        var teleoperator = SharedOptions.Operator(OperatorKind.Scripted)
            .Where(kind => kind != OperatorKind.None, "somebody must demonstrate; write scripted, live or ros2");
        var (operatorId, operatorRole) = (OperatorOptions.Id(), OperatorOptions.AsWhat());
        var (cell, device, set) = (SharedOptions.Cell(), SharedOptions.Device(), SharedOptions.Set());
        return new Command("record", "Record demonstrations") { config, run, cell, episodes, seed, teleoperator, device, operatorId, operatorRole, set }
            .Does((parse, cancel) =>
        {
            var overrides = SharedOptions.Overrides(parse.GetRequiredValue(set));
            var configuration = SharedOptions.Load(
                parse.GetRequiredValue(config), overrides, parse.GetRequiredValue(run), parse.GetValue(cell), parse.GetValue(device));
            var kind = parse.GetValue(teleoperator);
            TrainingOrder order = new()
            {
                Configuration = configuration,
                Folder = parse.GetRequiredValue(run),
                Identity = new(configuration.Hash, RunIdentity.CurrentCodeVersion, parse.GetValue(seed), kind.ToString(), Deterministic: false),
                Goal = new(0, TrainingGoal.Never, SuccessWindow: 1, HumanSteps: long.MaxValue, WallSeconds: double.PositiveInfinity),
                Operator = kind,
                InCharge = OperatorInCharge.Driving(kind, parse.GetValue(operatorId), parse.GetValue(operatorRole)),
                Pace = kind.IsPerson() || configuration.Robot.IsBehindRos2 ? Pace.Realtime : Pace.Lockstep,
                View = TrainingView.OnTerminal,
            };
            TrainCommand.RequireOperator(kind, parse.GetValue(device));
            var result = TrainingRoot.Record(order, parse.GetValue(episodes) ?? configuration.Operator.Demonstrations, cancel);
            return JobEnd.Tell(parse, order, result);
        });
    }
}
