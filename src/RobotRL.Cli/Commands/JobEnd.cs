using System.CommandLine;
using System.Globalization;
using RobotRL.Cells;
using RobotRL.Sessions.Processes;
using RobotRL.Sessions.Training;

namespace RobotRL.Cli.Commands;

/// <summary>How a job ends: what was reached, where it is, and the command that goes on. Returns the exit code.</summary>
internal static class JobEnd
{
    public static int Tell(ParseResult parse, TrainingOrder order, TrainingResult result)
    {
        var goal = order.Goal;
        var isWanted = goal.UntilSuccess <= 1;
        var falls = result.Finished && isWanted && result.EndedBy != "success";
        var target = !isWanted ? "" : result.EndedBy == "success" ? $"; the target of {goal.UntilSuccess:P0} is reached"
            : $"; the target of {goal.UntilSuccess:P0} over {goal.SuccessWindow} episodes is not reached";
        var pace = order.Configuration.Robot.IsBehindRos2 ? " --pace realtime" : "";
        Write(parse,
            string.Create(CultureInfo.InvariantCulture, $"{(result.Finished ? "Trained" : "Interrupted, and all is saved")}: {result.EnvSteps} environment " +
                $"steps, ") +
            string.Create(CultureInfo.InvariantCulture, $"{result.LearnerSteps} updates, {result.WallS / 60:F1} minutes; " +
                $"{Success(result)}{target}"),
            result.Run,
            result.Finished && !falls ? $"{CommandLine.Program} eval {order.Folder}{pace}" : result.EndedBy is "env_steps" or "human_steps"
                ? $"{CommandLine.Again}   (raise --env-steps)" : CommandLine.Again);
        CommandLine.Result(parse, result);
        return falls ? ExitCode.DoesNotHold : ExitCode.Done;
    }

    public static int Tell(ParseResult parse, TrainingOrder order, RecordingResult result)
    {
        Write(parse, $"{(result.Finished ? "" : "Interrupted, and all is saved: ")}{result.Successes} of {result.Episodes} demonstrations succeeded, " +
            $"{result.Steps} steps", result.Run,
            result.Finished && result.Successes > 0
                ? $"{CommandLine.Program} train {parse.GetValue<string>("config")} --run {order.Folder}" : CommandLine.Again);
        CommandLine.Result(parse, result);
        return result.Finished && result.Successes == 0 ? ExitCode.DoesNotHold : ExitCode.Done;
    }

    private static string Success(TrainingResult result) => result.EnvSteps == 0 ? "no episode of the policy yet"
        : string.Create(CultureInfo.InvariantCulture, $"success {100 * result.SuccessRate:F0} % without help");

    public static void Write(ParseResult parse, string reached, string where, string next) =>
        CommandLine.Answers(parse).WriteLine($"{reached}\n  in    {where}\n  next  {next}");
}
