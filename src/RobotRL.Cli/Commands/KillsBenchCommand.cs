using System.CommandLine;
using RobotRL.Lab.Faults;
using RobotRL.Sessions.Processes;
using RobotRL.Sessions.Runs;

namespace RobotRL.Cli.Commands;

/// <summary><c>robotrl bench kills</c>.</summary>
internal static class KillsBenchCommand
{
    public static Command Create()
    {
        var kills = new Option<int>("--kills") { Description = "How often each of the two is killed" }.Or(100)
            .Where(n => n > 0, "write a number from 1");
        return new Command("kills", "Kill the actor, then the learner, in mid-motion, and see whether the arm holds (a few seconds a kill)") { kills }
            .Does((parse, cancel) =>
        {
            if (!OperatingSystem.IsLinux()) throw new BadInputException("bench kills: it needs processes that can be killed at once; run it on Linux");
            var figures = KillsBench.Run(parse.GetValue(kills), line => Console.Error.WriteLine(line), cancel);
            CommandLine.Answers(parse).WriteLine($"{figures.Kills} kills of the actor: held within the envelope {figures.HeldWithinEnvelope}, " +
                $"moved on after a reset alone {figures.ResetAlone}; stop after {figures.StopP50Ms:F0} ms (most {figures.StopMaxMs:F0}); " +
                $"{figures.Kills} kills of the learner: went on {figures.LearnerWentOn}");
            CommandLine.Result(parse, figures);
            return figures.Holds ? ExitCode.Done : ExitCode.DoesNotHold;
        });
    }
}
