using System.Text.Json;
using System.Text.RegularExpressions;
using RobotRL.Cli.Commands;
using RobotRL.Model;
using RobotRL.Sessions.Processes;
using RobotRL.Sessions.Replaying;

namespace RobotRL.Cli.Tests;

/// <summary>The evidence that a run leaves, through the commands that a reviewer has.</summary>
public sealed class AuditTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Training_and_evaluation_leave_a_log_that_holds_answers_queries_and_makes_a_report()
    {
        var run = _folder["run"];
        Done(Training.Small(run, 120, "--deterministic"));
        Done("eval", run, "--episodes", "2", "--json");

        var verdict = Done("audit", "verify", run, "--json");
        Assert.True(verdict.GetProperty("holds").GetBoolean());
        Assert.Equal((0, 0), (verdict.GetProperty("unsigned_records").GetInt32(), verdict.GetProperty("open_writers").GetInt32()));
        Assert.Equal(verdict.GetProperty("heads").GetInt32(), verdict.GetProperty("anchored_heads").GetInt32());

        Assert.Equal("""[["eval","unattended"],["train","simulated-operator"]]""",
            Query("SELECT process, role FROM events WHERE event = 'session.started' ORDER BY process"));
        // Who drove is told twice, by the log and by the episodes: the two agree.
        Assert.Equal(Query("SELECT count(*) FROM steps WHERE source = 'Human'"),
            Query("SELECT sum((inputs->>'steps')::INT) FROM events WHERE event = 'takeover.ended'"));
        Assert.Equal(Query("SELECT count(*) FROM steps WHERE limits <> 'None'"),
            Query("SELECT count(*) FROM events WHERE event = 'safety.limited' AND process = 'train'"));
        Assert.Equal("[[1]]", Query("SELECT count(*) FROM events WHERE event = 'policy.evaluated' AND (inputs->'result'->>'episodes')::INT = 2"));
        Assert.Equal("[[0]]", Query("SELECT count(*) FROM events WHERE event = 'session.started' AND (thresholds->'workspace') IS NULL"));
        Assert.Equal(2, RobotrlProcess.Run("audit", "query", run, "SELECT * FROM read_text('/etc/hostname')").ExitCode);

        var page = _folder["report.html"];
        Assert.True(Done("audit", "report", run, "--out", page, "--no-pdf", "--json").GetProperty("holds").GetBoolean());
        var html = File.ReadAllText(page);
        foreach (var part in new[] { "The log is what was written.", "simulated-operator", "Demonstration", "Which limits held", "collision_force_n" })
            Assert.Contains(part, html, StringComparison.Ordinal);
        Assert.DoesNotMatch("""(src|href)="(?!data:|#)""", html); // nothing is fetched

        string Query(string sql) => Done("audit", "query", run, sql, "--json").GetProperty("rows").GetRawText();
    }

    [Fact]
    public void Killed_training_leaves_a_log_that_holds_again_once_it_goes_on()
    {
        var run = _folder["run"];
        using (var process = RobotrlProcess.Start(Training.Small(run, 100_000)))
        {
            process.Await(() => Count(run, "safety.limited") + Count(run, "takeover.ended") >= 10);
            process.Kill();
        }
        Done(Training.Small(run, 100_000, "--wall-seconds", "2"));
        var verdict = Done("audit", "verify", run, "--json");
        Assert.True(verdict.GetProperty("holds").GetBoolean());
        Assert.Equal(1, Count(run, "log.writer_lost"));
        Assert.Equal((2, 1), (Count(run, "session.started"), Count(run, "session.ended")));
    }

    [Fact]
    public void Changed_log_does_not_hold_and_the_place_is_named()
    {
        var run = _folder["run"];
        Done("record", Training.Reach, "--run", run, "--episodes", "1", "--json");
        var day = Directory.GetFiles(Path.Combine(run, "audit"), "*.jsonl").Single(f => !f.EndsWith("heads.jsonl", StringComparison.Ordinal));
        var lines = File.ReadAllLines(day);
        lines[3] = Regex.Replace(lines[3], "\"process\":\"record\"", "\"process\":\"rekord\"");
        File.WriteAllLines(day, lines);
        var result = RobotrlProcess.Run("audit", "verify", run, "--json");
        Assert.Equal(1, result.ExitCode);
        var finding = Assert.Single(result.Json.GetProperty("findings").EnumerateArray());
        Assert.Equal(("Changed", Path.GetFileName(day), 4),
            (finding.GetProperty("kind").GetString(), finding.GetProperty("file").GetString(), finding.GetProperty("line").GetInt32()));
        Assert.Equal(1, RobotrlProcess.Run("audit", "verify", run, "--unanchored").ExitCode);
        // And nobody builds upon it without noticing: the end is what was written, the middle is not, and that stays visible.
        Assert.Contains($"{Path.GetFileName(day)}:4: changed", result.Error, StringComparison.Ordinal);
    }

    /// <summary>A log that is whole vouches for its own run and for no other, though configuration and seed be the same.</summary>
    [Fact]
    public void Log_of_another_run_does_not_hold_and_what_differs_is_named()
    {
        foreach (var (name, seed) in new[] { ("run", "1"), ("same", "1"), ("other", "2") })
            Done("record", Training.Reach, "--run", _folder[name], "--episodes", "1", "--seed", seed, "--json");
        var (run, description) = (_folder["run"], Path.Combine(_folder["run"], "run.json"));
        var own = File.ReadAllText(description);
        Copy(Path.Combine(run, "audit"), _folder["kept"]);
        Done("audit", "verify", run, "--json");
        foreach (var other in new[] { "same", "other" })
        {
            Copy(Path.Combine(_folder[other], "audit"), Path.Combine(run, "audit"));
            Assert.Contains("of a run with identity", Difference(), StringComparison.Ordinal);
        }
        // With the run's description taken over and mended, the rest still tells.
        File.WriteAllText(description, File.ReadAllText(Path.Combine(_folder["other"], "run.json"))
            .Replace("\"seed\": 2", "\"seed\": 1", StringComparison.Ordinal));
        Assert.Contains("seed 2, and run.json says 1", Difference(), StringComparison.Ordinal);
        File.WriteAllText(description, own);
        Copy(_folder["kept"], Path.Combine(run, "audit"));
        Done("audit", "verify", run, "--json");
        File.AppendAllText(Path.Combine(run, "config.yaml"), "# changed\n");
        Assert.Contains("config.yaml of SHA-256", Difference(), StringComparison.Ordinal);

        string Difference()
        {
            var result = RobotrlProcess.Run("audit", "verify", run, "--json");
            Assert.Equal(1, result.ExitCode);
            return Assert.Single(result.Json.GetProperty("findings").EnumerateArray()).GetProperty("text").GetString()!;
        }
    }

    private static void Copy(string from, string to)
    {
        if (Directory.Exists(to)) Directory.Delete(to, recursive: true);
        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    [Fact]
    public void Log_that_cannot_be_written_stops_the_run_before_anything_moves()
    {
        var run = _folder["run"];
        var result = RobotrlProcess.Run(new Dictionary<string, string> { ["ROBOTRL_AUDIT_ANCHOR"] = "/dev/null/nowhere" }, Training.Small(run, 50));
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("audit: the anchor /dev/null/nowhere cannot be written", result.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(Path.Combine(run, "episodes")));
    }

    [Fact]
    public void Operator_and_approver_stand_in_the_log_the_episodes_and_the_report()
    {
        var run = _folder["run"];
        Done(Training.Small(run, 60, "--operator-id", "Ada L."));
        Assert.Equal(2, RobotrlProcess.Run("audit", "approve", run, "--policy", "0123456789", "--by", "B. Meier", "--reason", "none").ExitCode);
        Done("eval", run, "--episodes", "1", "--operator-id", "Grace H.", "--json");
        var approved = Done("audit", "approve", run, "--policy", "latest", "--by", "B. Meier", "--reason", "for <cell> 3", "--json");
        Assert.Equal(1, approved.GetProperty("evaluation").GetProperty("result").GetProperty("episodes").GetInt32());
        Assert.Equal(3, approved.GetProperty("lineage").GetProperty("demonstrations").GetInt32());
        // The same policy by its hash.
        Done("audit", "approve", run, "--policy", approved.GetProperty("weights_sha256").GetString()![..12], "--by", "C", "--reason", "again", "--json");

        Assert.Equal("""[["Ada L.","simulated-operator"]]""", Query("SELECT DISTINCT operator, role FROM episodes"));
        Assert.Equal("""[["Ada L.","simulated-operator"]]""", Query("SELECT DISTINCT operator, role FROM events WHERE event LIKE 'takeover.%'"));
        Assert.Equal("""[["Grace H.","supervisor"]]""", Query("SELECT operator, role FROM events WHERE event = 'policy.evaluated'"));
        Assert.Equal("""[["B. Meier","approver","for \u003Ccell\u003E 3"],["C","approver","again"]]""",
            Query("SELECT operator, role, reason FROM events WHERE event = 'policy.approved' ORDER BY sequence"));
        Assert.True(Done("audit", "verify", run, "--json").GetProperty("holds").GetBoolean());
        Done("audit", "report", run, "--out", _folder["report.html"], "--no-pdf", "--json");
        var html = File.ReadAllText(_folder["report.html"]);
        foreach (var part in new[] { "B. Meier, C", "for &lt;cell&gt; 3", "Grace H.", "Ada L." }) Assert.Contains(part, html, StringComparison.Ordinal);

        string Query(string sql) => Done("audit", "query", run, sql, "--json").GetProperty("rows").GetRawText();
    }

    [Fact]
    public void Damaged_or_changed_checkpoint_is_not_approved()
    {
        var run = _folder["run"];
        Done(Training.Small(run, 60));
        var checkpoint = Directory.GetDirectories(Path.Combine(run, "checkpoints"), "step-*")
            .MaxBy(d => long.Parse(Path.GetFileName(d)[5..], System.Globalization.CultureInfo.InvariantCulture))!;
        var tensors = Path.Combine(checkpoint, "tensors.safetensors");
        var bytes = File.ReadAllBytes(tensors);
        bytes[^1] ^= 1;
        File.WriteAllBytes(tensors, bytes);
        Refused("the content is not what SHA256SUMS was written for");
        // Sums that were mended too: the log tells.
        var sums = Directory.GetFiles(checkpoint).Where(f => Path.GetFileName(f) != "SHA256SUMS").Order(StringComparer.Ordinal)
            .Select(f => $"{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(f)))}  {Path.GetFileName(f)}\n");
        File.WriteAllText(Path.Combine(checkpoint, "SHA256SUMS"), string.Concat(sums));
        Refused("and the log tells of");
        Directory.Move(checkpoint, _folder["gone"]);
        Refused("nothing is approved");
        Assert.Equal(0, Count(run, "policy.approved"));

        void Refused(string why)
        {
            var result = RobotrlProcess.Run("audit", "approve", run, "--policy", "latest", "--by", "B. Meier", "--reason", "none");
            Assert.Equal(2, result.ExitCode);
            Assert.Contains(why, result.Error, StringComparison.Ordinal);
        }
    }

    /// <summary>A received log cannot command the terminal of whoever looks at it, nor forge a line of what is said.</summary>
    [Fact]
    public void Control_characters_of_a_log_are_spelled_out()
    {
        var run = _folder["run"];
        Done("record", Training.Reach, "--run", run, "--episodes", "1", "--json");
        var day = Directory.GetFiles(Path.Combine(run, "audit"), "2*.jsonl").Single();
        var lines = File.ReadAllLines(day);
        lines[2] = Saying(lines[2], "\\u001b[2J\\u009b1m\\u202ea\\nholds: b");
        lines[3] = Saying(Regex.Replace(lines[3], "\"event\":\"[^\"]*\"", "\"event\":\"log.broken\""), "c\\nholds: all\\u001b[8m");
        File.WriteAllLines(day, lines);
        string[][] commands = [["audit", "query", run, "SELECT reason FROM events"], ["audit", "verify", run]];
        foreach (var command in commands)
        {
            var result = RobotrlProcess.Run(command);
            var said = string.Join('\n', result.Output) + '\n' + result.Error;
            Assert.DoesNotContain(said, c => (char.IsControl(c) && c is not ('\n' or '\t' or '\r')) || c == '\u202e');
            Assert.DoesNotContain("\nholds:", said, StringComparison.Ordinal);
            Assert.Contains("\\u001b[", said, StringComparison.Ordinal);
        }

        static string Saying(string line, string reason) => Regex.Replace(line, "(,\"reason\":\"[^\"]*\")?(,\"inputs\":|,\"previous\":)",
            m => m.Groups[2].Value == ",\"inputs\":" || !line.Contains(",\"inputs\":", StringComparison.Ordinal)
                ? $",\"reason\":\"{reason}\"{m.Groups[2].Value}"
                : m.Value);
    }

    [Fact]
    public void Expired_recordings_go_by_their_class_and_the_log_says_so()
    {
        RunOnDisk run = new(_folder["run"]);
        Done(Training.Small(run.Path, 100, "--operator", "none"));
        var alone = run.Episodes.Where(e => e.Info.Kind == EpisodeKind.Online && !e.Transitions.Any(t => t.IsIntervention))
            .Select(e => $"episodes/{e.Info.Index:D6}.mcap").ToArray();
        Assert.NotEmpty(alone);
        // Older than a year and younger than five: interventions stay.
        foreach (var file in run.EpisodeFiles) File.SetLastWriteTimeUtc(run.At("episodes", file), DateTime.UtcNow.AddDays(-400));
        var before = run.EpisodeFiles.Count;

        Assert.Equal(alone, Files(Done("audit", "prune", run.Path, "--dry-run", "--json")));
        Assert.Equal(before, run.EpisodeFiles.Count);
        Assert.Equal(alone, Files(Done("audit", "prune", run.Path, "--json")));
        Assert.Equal(before - alone.Length, run.EpisodeFiles.Count);
        Assert.Empty(Files(Done("audit", "prune", run.Path, "--json")));

        Assert.True(Done("audit", "verify", run.Path, "--json").GetProperty("holds").GetBoolean());
        Assert.Equal($"[[{alone.Length},64]]", Done("audit", "query", run.Path,
            "SELECT (inputs->>'count')::INT, length(inputs->'files'->0->>'sha256') FROM events WHERE event = 'retention.files_pruned'", "--json")
                .GetProperty("rows").GetRawText());
        Done("eval", run.Path, "--episodes", "1", "--json");
        var resumed = RobotrlProcess.Run(Training.Small(run.Path, 200, "--operator", "none"));
        Assert.Equal(2, resumed.ExitCode);
        Assert.Contains($"retention removed {alone.Length} of its episodes", Assert.Single(resumed.ErrorLines), StringComparison.Ordinal);

        static string[] Files(JsonElement result) => [.. result.GetProperty("files").EnumerateArray().Select(f => f.GetProperty("file").GetString()!)];
    }

    private static int Count(string run, string name) => !Directory.Exists(Path.Combine(run, "audit")) ? 0
        : Directory.GetFiles(Path.Combine(run, "audit"), "2*.jsonl")
            .Sum(f => Lines(f).Count(l => l.Contains($"\"event\":\"{name}\"", StringComparison.Ordinal)));

    private static string[] Lines(string path)
    {
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        return reader.ReadToEnd().Split('\n');
    }

    private static JsonElement Done(params string[] words)
    {
        var result = RobotrlProcess.Run(words);
        Assert.True(result.ExitCode == 0, result.Error);
        return result.Json;
    }
}
