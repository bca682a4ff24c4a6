using System.CommandLine;
using RobotRL.Lab.Bench;
using RobotRL.Sessions.Processes;
using RobotRL.Sessions.Runs;

namespace RobotRL.Cli.Commands;

/// <summary><c>robotrl bench store-kills</c>: nothing acknowledged is lost, whatever is killed when.</summary>
internal static class StoreKillsCommand
{
    public static Command Create()
    {
        var kills = new Option<int>("--kills") { Description = "How often something is killed" }.Or(500)
            .Where(n => n > 0, "write a number from 1");
        Option<string?> folder = new("--folder") { Description = "Where to train; a temporary folder, which is deleted when all holds, by default" };
        var seed = SharedOptions.Seed(1);
        return new Command("store-kills", "Kill actor, learner or both at random moments of a training, and look what is left (twenty minutes)")
        {
            kills, folder, seed,
        }.Does((parse, cancel) =>
        {
            if (!OperatingSystem.IsLinux()) throw new BadInputException("bench store-kills: it finds the learner's process in /proc; run it on Linux");
            var path = parse.GetValue(folder) ?? Directory.CreateTempSubdirectory("robotrl-kills-").FullName;
            var figures = new StoreKills(path, parse.GetValue(kills), parse.GetValue(seed), line => Console.Error.WriteLine(line)).Run(cancel);
            CommandLine.Answers(parse).WriteLine($"{figures.Kills} kills: {figures.Lost} of {figures.Acknowledged} acknowledged steps lost, " +
                $"{figures.Duplicated} duplicated, {figures.Unreadable} files unreadable; the audit log was verified {figures.AuditAtKills} times at a kill " +
                $"and {figures.AuditAtRestarts} times after a restart, {figures.AuditFailures} times in vain{(figures.Holds ? "" : $"; see {path}")}");
            CommandLine.Result(parse, figures);
            if (figures.Holds && parse.GetValue(folder) is null) Directory.Delete(path, recursive: true);
            return figures.Holds ? ExitCode.Done : ExitCode.DoesNotHold;
        });
    }
}
