using System.CommandLine;
using RobotRL.Audit;
using RobotRL.Cli.Display;
using RobotRL.Configuration;
using RobotRL.Evidence;
using RobotRL.Evidence.Report;
using RobotRL.Learning;
using RobotRL.LeRobot;
using RobotRL.Model;
using RobotRL.Sessions.Auditing;
using RobotRL.Sessions.Processes;
using RobotRL.Sessions.Runs;

namespace RobotRL.Cli.Commands;

/// <summary><c>robotrl audit</c>: the reviewer's tools.</summary>
internal static class AuditCommand
{
    public static Command Create() => new("audit", "Prove what happened: verify, query, report, approve; remove what need not be kept")
    {
        Verify(),
        Query(),
        Report(),
        Approve(),
        Prune(),
    };

    private static Command Verify()
    {
        var (run, places) = (SharedOptions.Run(), new Places());
        return new Command("verify", "Whether the log is what was written; says what is not, and where") { run, places.Anchor, places.Key, places.Unanchored }
            .Does((parse, _) =>
        {
            var verdict = Verify(RunDirectory.Open(parse.GetRequiredValue(run)), places, parse);
            CommandLine.Answers(parse).WriteLine(VerdictText.Of(verdict));
            CommandLine.Result(parse, VerdictText.Json(verdict));
            return verdict.Holds ? ExitCode.Done : ExitCode.DoesNotHold;
        });
    }

    private static Command Query()
    {
        var run = SharedOptions.Run();
        Argument<string> sql =
            new("sql") { Description = "Over the tables events, episodes and steps, such as: SELECT event, count(*) FROM events GROUP BY event" };
        return new Command("query", "Ask the log and the episodes in SQL") { run, sql }.Does((parse, _) =>
        {
            var (directory, text) = (RunDirectory.Open(parse.GetRequiredValue(run)), parse.GetRequiredValue(sql));
            using var query = new AuditQuery(directory,
                withEpisodes: new[] { "episodes", "steps" }.Any(t => text.Contains(t, StringComparison.OrdinalIgnoreCase)));
            var result = query.Run(text);
            if (!parse.GetValue(CommandLine.Json))
                Console.Out.WriteLine(string.Join('\n', result.Rows.Prepend([.. result.Columns])
                    .Select(row => string.Join('\t', row.Select(cell => Terminal.Cell($"{cell}"))))));
            CommandLine.Result(parse, result);
            return ExitCode.Done;
        });
    }

    private static Command Report()
    {
        var (run, places) = (SharedOptions.Run(), new Places());
        var output = new Option<string>("--out") { Description = "The page; a PDF of it goes beside", Required = true }
            .Where(f => Path.GetExtension(f) is ".html", "write a name that ends in .html");
        var most = new Option<int>("--most")
        {
            Description = "Interventions shown with pictures, and stops and reflexes with curves; tables show all",
        }.Or(24).Where(n => n >= 0, "write a number from 0");
        Option<bool> noPdf = new("--no-pdf") { Description = "The page alone" };
        return new Command("report", "One page for a safety reviewer") { run, output, most, noPdf, places.Anchor, places.Key, places.Unanchored }
            .Does((parse, _) =>
        {
            var (directory, page) = (RunDirectory.Open(parse.GetRequiredValue(run)), Path.GetFullPath(parse.GetRequiredValue(output)));
            if (!Directory.Exists(Path.GetDirectoryName(page))) throw new BadInputException($"{page}: the folder is not there");
            var verdict = Verify(directory, places, parse);
            var report = new AuditReport(directory, RunConfiguration.Load(directory.ConfigPath), verdict, parse.GetValue(most));
            RunDirectory.WriteAside(page, report.Write());
            var pdf = Path.ChangeExtension(page, ".pdf");
            var withoutPdf = parse.GetValue(noPdf) ? "" : PdfPrinter.Print(page, pdf);
            var log = verdict.Holds ? "the log holds" : $"THE LOG DOES NOT HOLD, {verdict.Findings.Count} findings";
            var printed = withoutPdf is null ? $"; {pdf}" : withoutPdf.Length > 0 ? $"; {withoutPdf}" : "";
            CommandLine.Answers(parse).WriteLine($"{page}: {log}, {report.Interventions.Count} times that an operator drove{printed}");
            CommandLine.Result(parse, new
            {
                Page = page,
                Pdf = withoutPdf is null ? pdf : null,
                verdict.Holds,
                Findings = verdict.Findings.Count,
                Interventions = report.Interventions.Count
            });
            return verdict.Holds ? ExitCode.Done : ExitCode.DoesNotHold;
        });
    }

    private static Command Approve()
    {
        var (run, by) = (SharedOptions.Run(), OperatorOptions.By());
        Option<string> policy =
            new("--policy") { Description = "Which: digits of a SHA-256 that the log knows it by, or latest for the newest checkpoint", Required = true };
        var reason = new Option<string>("--reason") { Description = "Why", Required = true }
            .Where(text => !string.IsNullOrWhiteSpace(text) && !text.Any(char.IsControl), "write why, in one line");
        return new Command("approve", "Record who approves a policy, and why, with what it came of and how it did") { run, policy, by, reason }
            .Does((parse, _) =>
        {
            var directory = RunDirectory.Open(parse.GetRequiredValue(run));
            var approved = PolicyApproval.Record(directory, parse.GetRequiredValue(policy), parse.GetRequiredValue(by), parse.GetRequiredValue(reason));
            if (!approved.IsChecked) Console.Error.WriteLine("No files of it are in the run any more: what is approved is what the log tells of it");
            CommandLine.Answers(parse).WriteLine($"{approved.Checkpoint ?? $"version {approved.Version}"} is approved by " +
                $"{parse.GetRequiredValue(by)}{(approved.Evaluation is null ? "; no evaluation of it is on record" : "")}");
            CommandLine.Result(parse, approved);
            return ExitCode.Done;
        });
    }

    private static Command Prune()
    {
        var run = SharedOptions.Run();
        Option<bool> dry = new("--dry-run") { Description = "Say what would go, and remove nothing" };
        return new Command("prune", "Remove records, episodes and event files that have been kept as long as the configuration says, and record that")
        {
            run, dry,
        }.Does((parse, _) =>
        {
            var directory = RunDirectory.Open(parse.GetRequiredValue(run));
            var (audit, isDry) = (Configured(directory), parse.GetValue(dry));
            RetentionSpans spans = new(audit.InterventionsDays, audit.SafetyDays, audit.OtherDays);
            if (!Directory.Exists(directory.Audit)) throw new BadInputException($"{directory.Path}: no audit log here");
            var files = FileRetention.Expired(directory, spans, DateTime.UtcNow);
            // Records may go while others write the log; recordings not from under whoever trains on them.
            using var alone = isDry || files.Count == 0 ? null : RunLock.Recording(directory);
            var actor = AuditActor.Here(Environment.UserName, "reviewer", "audit prune");
            if (!isDry && files.Count > 0) FileRetention.Remove(directory, files, spans, actor);
            var (records, ranges) = isDry
                ? new(AuditRetention.CountExpired(directory.Audit, spans), [])
                : AuditRetention.Prune(directory.Audit, spans, new(actor, AuditPlace.KeyPath, AuditPlace.Anchor, SoftwareIdentity.Current));
            foreach (var file in files)
                CommandLine.Answers(parse).WriteLine(
                    $"{file.File}  {file.Class.ToString().ToLowerInvariant()}, written {file.WrittenUtc:yyyy-MM-dd}, {file.Bytes} bytes");
            CommandLine.Answers(parse).WriteLine(records == 0 && files.Count == 0
                ? $"nothing has expired: interventions are kept {spans.InterventionsDays} days, safety decisions {spans.SafetyDays}, " +
                    $"everything else {spans.OtherDays}"
                : $"{records} records and {files.Count} recordings ({files.Sum(f => f.Bytes) / 1_000_000.0:F1} MB) " +
                    $"{(isDry ? "would go; nothing was removed" : "removed, and their removal recorded")}");
            CommandLine.Result(parse, new { DryRun = isDry, Records = records, Ranges = ranges, Files = files });
            return ExitCode.Done;
        });
    }

    private static AuditVerdict Verify(RunDirectory run, Places places, ParseResult parse) => LogOfRun.Hold(AuditVerifier.Verify(run.Audit,
        parse.GetValue(places.Unanchored) ? null : parse.GetValue(places.Anchor) ?? AuditPlace.Folder
            ?? throw new BadInputException($"{run.Path}: its heads are anchored by a command; " +
                "fetch them into a file and name it with --anchor, or check without with --unanchored"),
        parse.GetValue(places.Key), AuditPlace.OwnPublicKey), run);

    /// <summary>How long a run's evidence is kept; a configuration that no longer loads does not keep a reviewer out.</summary>
    private static AuditParameters Configured(RunDirectory run)
    {
        try
        {
            return RunConfiguration.Load(run.ConfigPath).Audit;
        }
        catch (ConfigurationException e)
        {
            Console.Error.WriteLine($"{run.ConfigPath} does not load here ({e.Errors[0]}): the standard times are used");
            return AuditParameters.Standard;
        }
    }

    /// <summary>Where a verifier finds the heads and keys that it trusts.</summary>
    private sealed class Places
    {
        public Option<string?> Anchor { get; } =
            new("--anchor") { Description = "Folder or file that holds the log's signed heads; where this account keeps them by default" };
        public Option<string?> Key { get; } =
            new("--key") { Description = "Public key (PEM) that must have signed; those at the anchor and this account's own by default" };
        public Option<bool> Unanchored { get; } =
            new("--unanchored") { Description = "Trust the heads beside the log: shows neither a cut tail nor a log written anew" };
    }
}
