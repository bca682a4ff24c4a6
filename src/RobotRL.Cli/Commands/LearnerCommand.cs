using System.CommandLine;
using System.Diagnostics;
using RobotRL.Audit;
using RobotRL.Configuration;
using RobotRL.Sessions.Auditing;
using RobotRL.Sessions.Processes;
using RobotRL.Sessions.Runs;
using RobotRL.Sessions.Training;

namespace RobotRL.Cli.Commands;

/// <summary><c>robotrl learner</c>: learns from the episodes that another process records, until it is told to stop.</summary>
internal static class LearnerCommand
{
    public static Command Create()
    {
        var run = SharedOptions.Run();
        var wait = new Option<double>("--wait-seconds") { Description = "How long to wait for the run to be made, and for another learner to end" }
            .Or(60).Where(s => s >= 0, "write a number of seconds");
        Option<bool> supervised = new("--until-stdin-ends") { Description = "Stop when standard input is closed: the end of whoever started it" };
        return new Command("learner", "Learn from what another process records") { run, wait, supervised }.Does((parse, cancel) =>
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            if (parse.GetValue(supervised)) new Thread(() => StopWhenInputEnds(stop)) { IsBackground = true, Name = "stdin" }.Start();
            var patience = TimeSpan.FromSeconds(parse.GetValue(wait));
            var folder = parse.GetRequiredValue(run);
            var directory = Await(() => RunDirectory.Exists(folder) ? RunDirectory.Open(folder) : null, patience, stop.Token) ?? RunDirectory.Open(folder);
            directory.RequireWhole();
            using var learning = Await(() => RunLock.Learning(directory), patience, stop.Token)
                ?? throw new BadInputException($"{directory.Path}: another process learns in this run; end it first");
            var configuration = RunConfiguration.Load(directory.ConfigPath);
            using var metrics = new MetricsLog(directory.Path, "learner");
            var actor = AuditActor.Here("none", "unattended", "learner");
            using var audit = SessionAudit.Open(directory, configuration, actor, new { Supervised = parse.GetValue(supervised) });
            void Log(string line) => Console.Error.WriteLine($"learner: {line}");
            CommandLine.Result(parse, audit.Around(() => new LearnerSession(directory, configuration, audit.Policies, metrics, Log).Run(stop.Token)));
            return ExitCode.Done;
        });
    }

    private static T? Await<T>(Func<T?> find, TimeSpan patience, CancellationToken cancel) where T : class
    {
        for (var waited = Stopwatch.StartNew(); ; cancel.WaitHandle.WaitOne(50))
        {
            if (find() is { } found) return found;
            if (waited.Elapsed > patience || cancel.IsCancellationRequested) return null;
        }
    }

    private static void StopWhenInputEnds(CancellationTokenSource stop)
    {
        while (Console.In.Read() >= 0) { }
        try
        {
            stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It ended by itself.
        }
    }
}
