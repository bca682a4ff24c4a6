using System.Text.Json;
using RobotRL.Audit;
using RobotRL.Configuration;
using RobotRL.Episodes;
using RobotRL.Safety;
using RobotRL.Sessions.Runs;

namespace RobotRL.Evidence.Report;

/// <summary>
/// The page that a safety reviewer reads, in the order of the questions: can the log be trusted, who worked with what, who intervened and why,
/// what did the safety layer do, which policy drove and what did it come of, which limits held.
/// </summary>
public sealed class AuditReport
{
    private readonly RunDirectory _run;
    private readonly RunConfiguration _configuration;
    private readonly AuditVerdict _verdict;
    private readonly IReadOnlyList<AuditEntry> _entries;
    private readonly Moments _moments;
    private readonly int _most;
    private readonly Html _page = new();

    /// <param name="run">Whose log.</param>
    /// <param name="verdict">Of the verifier.</param>
    /// <param name="most">How many interventions are shown with pictures, and how many stops and reflexes with curves.</param>
    public AuditReport(RunDirectory run, RunConfiguration configuration, AuditVerdict verdict, int most)
    {
        (_run, _configuration, _verdict, _most) = (run, configuration, verdict, most);
        _entries = [.. AuditReader.Read(run.Audit)];
        _moments = new(run, configuration.Task.Scale, configuration.Robot.Limits.CollisionForceN);
        Interventions = [.. Intervention.Of(_entries)];
    }

    public IReadOnlyList<Intervention> Interventions { get; }

    private IEnumerable<AuditEntry> Of(AuditEvent what) => _entries.Where(e => e.Event == what.Name);

    public string Write()
    {
        var title = $"Audit report: {_configuration.Task.Kind} on {_configuration.Robot.Name}";
        Head(title);
        if (_entries.Count > 0)
        {
            Timeline();
            Sessions();
            Takeovers();
            new SafetyPart(_page, _entries, _moments, _configuration, _most).Write();
            LimitedDecisions();
            new PoliciesPart(_page, _entries).Write();
            Limits();
        }
        Log();
        return _page.Page(title);
    }

    private void Head(string title)
    {
        var path = Html.Encode(_run.Path);
        var (first, last) = (Html.Encode(_verdict.FirstUtc), Html.Encode(_verdict.LastUtc));
        _page.Raw($"<h1>{Html.Encode(title)}</h1>"
            + $"<p class=\"lead\"><code>{path}</code>, {first} to {last} UTC, written {Html.Encode(DateTime.UtcNow)} UTC</p>");
        var verdict = _verdict.Holds ? "The log is what was written." : $"The log is not what was written: {_verdict.Findings.Count} findings.";
        var unsigned = _verdict.UnsignedRecords > 0 ? $"; the newest {_verdict.UnsignedRecords} records are not signed yet" : "";
        _page.Raw($"<div class=\"verdict{(_verdict.Holds ? "" : " bad")}\"><b>{verdict}</b><br>"
            + $"{_verdict.Records} records in one SHA-256 chain, {_verdict.Heads} heads signed with ECDSA P-256, "
            + $"{_verdict.AnchoredHeads} of them anchored outside the run{unsigned}."
            + $"<br>Key: {string.Join(", ", _verdict.Keys.Select(k => $"<code>{k}</code>"))}</div>");
        var takeovers = Interventions.Where(i => i.Reason != "Demonstration").ToList();
        var reflexes = Of(AuditEvent.Reflex).Where(e => e.Text("from") == "Following").ToList();
        var acting = reflexes.Count(e => e.Text("shadow") != "true");
        _page.Raw("<div class=\"figures\">" + string.Concat(new (object Value, string What)[]
        {
            (Of(AuditEvent.SessionStarted).Count(), "sessions"),
            (Of(AuditEvent.EpisodeEnded).Count(), "episodes"),
            (takeovers.Count, "interventions"),
            (Interventions.Count - takeovers.Count, "demonstrations"),
            (Of(AuditEvent.Stopped).Count(), "stops"),
            (acting, reflexes.Count > acting ? $"reflexes, and {reflexes.Count - acting} in shadow" : "reflexes"),
            (Of(AuditEvent.Limited).Count(e => e.Text("altered") == "true"), "decisions altered by a limit"),
            (Of(AuditEvent.LimitChangeRefused).Count(), "refused limit changes"),
        }.Select(f => $"<div><b>{Html.Encode(f.Value)}</b><span>{Html.Encode(f.What)}</span></div>")) + "</div>");
        _page.Raw("<p class=\"lead\">RobotRL is an operational limit layer above the robot's own rated safety functions. "
            + "It is not a safety-rated function, and this page claims no performance level.</p>");
        _page.Raw("<nav><a href=\"#timeline\">Timeline</a><a href=\"#sessions\">Sessions</a><a href=\"#interventions\">Interventions</a>"
            + "<a href=\"#safety\">Stops and reflexes</a><a href=\"#limited\">Limited decisions</a><a href=\"#policies\">Policies</a>"
            + "<a href=\"#limits\">Limits in force</a><a href=\"#log\">The log itself</a></nav>");
    }

    private void Timeline()
    {
        var (from, to) = (_entries[0].TimeUtc, _entries[^1].TimeUtc);
        Span At(AuditEntry e, string text) => new(e.TimeUtc, e.TimeUtc, $"{e.TimeUtc:HH:mm:ss} {text}");
        Lane Driven(string name, string colour, bool demonstrations) =>
            new(name, colour, [.. Interventions.Where(i => (i.Reason == "Demonstration") == demonstrations).Select(Takeover)]);
        Span Takeover(Intervention i) => new(i.Began.TimeUtc, i.Ended?.TimeUtc ?? i.Began.TimeUtc,
            $"{i.Began.TimeUtc:HH:mm:ss} {i.Began.Actor.Operator}: {i.Reason}, episode {i.Episode}");
        Span Session(SessionRow s) => new(s.Started.TimeUtc, s.Ended?.TimeUtc ?? to, $"{s.Started.Actor.Process} by {s.Started.Actor.Operator}");
        _page.Section("timeline", "Timeline", "Wall-clock time, UTC. Point at a mark for what it is.").Raw(Svg.Timeline(
        [
            new("Sessions", "#9fb0c3", [.. SessionRow.Of(_entries).Select(Session)]),
            Driven("Demonstrations", "#e8b27a", true),
            Driven("Interventions", "#d9822b", false),
            new("Limits altered", "#8a97a6", [.. Of(AuditEvent.Limited).Where(e => e.Text("altered") == "true").Select(e => At(e, e.Reason ?? ""))]),
            new("Reflexes", "#7b3fc4", [.. Of(AuditEvent.Reflex).Where(e => e.Text("to") != "Following").Select(e => At(e, $"{e.Text("to")}: {e.Reason}"))]),
            new("Stops", "#c62828", [.. Of(AuditEvent.Stopped).Select(e => At(e, e.Reason ?? ""))]),
            new("Policy versions", "#2d6cdf", [.. Of(AuditEvent.PolicyPublished).Select(e => At(e, $"version {e.Text("version")}"))]),
            new("Evaluations", "#12734a", [.. Of(AuditEvent.Evaluated).Select(e => At(e, $"version {e.Text("version")}"))]),
        ], from, to));
    }

    private void Sessions()
    {
        _page.Section("sessions", "Who worked with what", "Every process that opened the log, with the software, configuration and clock it ran with.");
        _page.Table(
            ["started", "ended", "process", "operator", "role", "account", "how it ended", "code", "configuration"],
            SessionRow.Of(_entries).Select(s => Html.Row(
                s.Started.TimeUtc, s.Ended?.TimeUtc, s.Started.Actor.Process, s.Started.Actor.Operator, s.Started.Actor.Role,
                $"{s.Started.Actor.Account}@{s.Started.Actor.Host}", s.Ended?.Reason ?? "not told: still going, or killed",
                Markup.Code(s.Started.Text("code")), Markup.Code(Html.Short(s.Started.Text("config_hash"))))));
    }

    private void Takeovers()
    {
        _page.Section("interventions", "Who intervened, when and why",
            "Demonstrations count as such. Latency is from the operator's act, or from the decision that found it, "
            + "to the first control cycle under the operator's target.");
        _page.Table(
            ["operator", "role", "reason", "times", "steps", "mean duration, s", "latency, ms: median", "largest"],
            Interventions.GroupBy(i => (i.Began.Actor.Operator, i.Began.Actor.Role, i.Reason)).Select(g =>
            {
                var latency = g.Select(i => i.Began.Number("latency_ms")).Order().ToList();
                return Html.Row(g.Key.Operator, g.Key.Role, g.Key.Reason, g.Count(), g.Sum(i => i.Steps), g.Average(i => i.DurationS),
                    latency[latency.Count / 2], latency[^1]);
            }),
            "Nobody drove but the policy.");
        var takeovers = Interventions.Where(i => i.Reason != "Demonstration").ToList();
        var shown = Spread(takeovers, _most);
        if (shown.Count == 0) return;
        var which = shown.Count < takeovers.Count ? $"{shown.Count} interventions, spread over the run" : "Each intervention";
        _page.Raw($"<p class=\"lead\">{which}: what the cameras showed when the operator took over, and when they handed back.</p>"
            + "<div class=\"cards\">");
        foreach (var i in shown)
            _page.Raw($"<div class=\"card\"><h3>{Html.Encode(i.Reason)}, episode {i.Episode}, step {i.Step}</h3>"
                + $"<small>{Html.Encode(i.Began.TimeUtc)} · {Html.Encode(i.Began.Actor.Operator)} · {i.Steps} steps, {Html.Encode(i.DurationS)} s · "
                + $"policy version {SafetyPart.Version(i.Began)} · {Html.Encode(i.Ended?.Reason)}</small>"
                + Shots(_moments.Pictures(i.Episode, i.Step, i.Step + Math.Max(0, i.Steps - 1))) + "</div>");
        _page.Raw("</div>");
    }

    private void LimitedDecisions()
    {
        _page.Section("limited", "Decisions that a limit touched",
            "Every decision during which a limit was active; altered ones were executed otherwise than proposed.");
        var byFlag = Of(AuditEvent.Limited).SelectMany(e => (e.Reason ?? "").Split(", ").Select(flag => (Flag: flag, Entry: e))).GroupBy(f => f.Flag);
        _page.Table(
            ["limit", "decisions", "altered", "of the policy", "of a human", "largest force, N", "first", "last"],
            byFlag.OrderByDescending(g => g.Count()).Select(g => Html.Row(
                g.Key, g.Count(), g.Count(f => f.Entry.Text("altered") == "true"),
                g.Count(f => f.Entry.Text("source") == "Policy"), g.Count(f => f.Entry.Text("source") == "Human"),
                g.Max(f => f.Entry.Number("force_n")), g.First().Entry.TimeUtc, g.Last().Entry.TimeUtc)),
            "No limit was active in any decision.");
        Excursions();
    }

    /// <summary>Where the end effector was beyond the box that it has to keep to, as far as records have a position.</summary>
    private void Excursions()
    {
        var box = _configuration.Robot.Limits.Workspace;
        var placed = _entries.Where(e => e.Input("position_m") is { ValueKind: JsonValueKind.Array }).Select(e =>
        {
            double[] p = [.. e.Input("position_m")!.Value.EnumerateArray().Select(v => v.GetDouble())];
            double[] beyondM = [box.Min.X - p[0], p[0] - box.Max.X, box.Min.Y - p[1], p[1] - box.Max.Y, box.Min.Z - p[2], p[2] - box.Max.Z];
            return (Entry: e, BeyondMm: 1000 * beyondM.Max());
        }).ToList();
        var beyond = placed.Where(p => p.BeyondMm > 0).OrderByDescending(p => p.BeyondMm).ToList();
        var furthest = beyond.Count > 0 ? $", the furthest {Html.Encode(beyond[0].BeyondMm)} mm" : "";
        _page.Raw("<h3>Excursions from the workspace</h3>"
            + $"<p>{beyond.Count} of {placed.Count} records with a position lie outside the workspace{furthest}.</p>");
        if (beyond.Count > 0)
            _page.Table(["time", "beyond, mm", "record", "reason", "driven by", "episode"], beyond.Take(20).Select(p =>
                Html.Row(p.Entry.TimeUtc, p.BeyondMm, p.Entry.Event, p.Entry.Reason, p.Entry.Text("source"), p.Entry.Text("episode"))));
    }

    private void Limits()
    {
        var sessions = Of(AuditEvent.SessionStarted).ToList();
        var changed = sessions.Select(s => s.Thresholds.GetRawText()).Distinct().Count();
        _page.Section("limits", "Which limits held", changed <= 1
            ? "The same in every session. They are part of the configuration, which cannot change while a robot runs."
            : $"{changed} sets over {sessions.Count} sessions; the newest is shown, the others stand in their sessions' records.");
        if (sessions.Count > 0 && sessions[^1].Thresholds is { ValueKind: JsonValueKind.Object } limits)
        {
            _page.Table(["limit", "value"], Flat("", limits)
                .Where(l => !l.Name.StartsWith("joints.", StringComparison.Ordinal)).Select(l => Html.Row(l.Name, l.Value)));
            if (limits.TryGetProperty("joints", out var joints) && joints.ValueKind == JsonValueKind.Array && joints.GetArrayLength() > 0)
                _page.Table(["joint", .. joints[0].EnumerateObject().Select(p => p.Name)], joints.EnumerateArray().Select((j, i) =>
                    Html.Row([i + 1, .. j.EnumerateObject().Select(p => (object?)p.Value.GetDouble())])));
        }
        _page.Table(["time", "refused attempt to change limits", "by"],
            Of(AuditEvent.LimitChangeRefused).Select(e => Html.Row(e.TimeUtc, e.Text("attempts"), e.Actor.Operator)),
            "Nobody tried to change a limit while the robot ran.");
        _page.Table(["time", "critic", "version", "before"],
            Of(AuditEvent.Critic).Select(e => Html.Row(e.TimeUtc, e.Reason, e.Text("version"), e.Text("before"))),
            "No learned critic was in use.");
    }

    private void Log()
    {
        _page.Section("log", "The log itself", "What was done to it, and what a verifier found.");
        _page.Table(["where", "finding"],
            _verdict.Findings.Select(f => Html.Row($"{f.File}{(f.Line > 0 ? $":{f.Line}" : "")}", $"{f.Kind}: {f.Text}")),
            "Verification found nothing wrong.");
        foreach (var remark in _verdict.Remarks) _page.Raw($"<p>{Html.Encode(remark)}</p>");
        AuditEvent[] own =
        [
            AuditEvent.LogCreated, AuditEvent.LogRecovered, AuditEvent.WriterLost, AuditEvent.AnchorFailed, AuditEvent.RetentionPruned, AuditEvent.FilesPruned,
        ];
        _page.Table(["time", "event", "reason", "details"],
            _entries.Where(e => own.Any(o => o.Name == e.Event)).Select(e => Html.Row(e.TimeUtc, e.Event, e.Reason, Details(e))));
        var clocks = Of(AuditEvent.Clock).ToList();
        var opened = Of(AuditEvent.LogOpened).ToList();
        var kept = opened.Select(o => o.Text("clock_synchronized")).Concat(clocks.Select(c => c.Text("synchronized"))).ToList();
        var largest = clocks.Select(c => Math.Abs(c.Number("stepped_ms"))).DefaultIfEmpty(double.NaN).Max();
        _page.Raw($"<p>Wall clock: looked at {kept.Count} times, kept right by the system {kept.Count(k => k == "true")} times; "
            + $"largest step against the monotonic clock {Html.Encode(largest)} ms.</p>");
        _page.Raw($"<p>Retention: interventions and versions {_configuration.Audit.InterventionsDays} days, "
            + $"safety decisions {_configuration.Audit.SafetyDays}, other events {_configuration.Audit.OtherDays}. "
            + "Verify this page against the log with <code>robotrl audit verify</code>.</p>");
        _page.Raw($"<p>This page is about {_page.Length / 1000} kB and fetches nothing. At most {_most} interventions have pictures "
            + $"and {_most} stops and {_most} reflexes have curves (<code>--most</code>).</p>");
    }

    /// <summary>What a record of the log's own tells beside its reason.</summary>
    private static object Details(AuditEntry e) => e.Event == AuditEvent.FilesPruned.Name
        ? $"{e.Text("count")} recordings, {e.Text("bytes")} bytes; names and hashes stand in record {e.Sequence}"
        : Markup.Code(e.Inputs.ValueKind == JsonValueKind.Object ? e.Inputs.GetRawText() : null);

    private static string Shots(IReadOnlyList<(string Caption, string Uri)> pictures) => pictures.Count == 0
        ? ""
        : "<div class=\"shots\">" + string.Concat(pictures.Select(p =>
            $"<figure><img src=\"{p.Uri}\" alt=\"{Html.Encode(p.Caption)}\"><figcaption>{Html.Encode(p.Caption)}</figcaption></figure>")) + "</div>";

    /// <summary>So many at most, evenly spread over all.</summary>
    internal static List<T> Spread<T>(List<T> all, int most) => all.Count <= most
        ? all
        : [.. Enumerable.Range(0, most).Select(i => all[(int)((long)i * (all.Count - 1) / Math.Max(1, most - 1))])];

    internal static double Threshold(AuditEntry e, string name) => Number(e.Thresholds, name);

    /// <summary>A member's number; NaN where there is none.</summary>
    internal static double Number(JsonElement e, string name) =>
        e.ValueKind == JsonValueKind.Object && e.TryGetProperty(name, out var v) && v.ValueKind == JsonValueKind.Number ? v.GetDouble() : double.NaN;

    private static IEnumerable<(string Name, string Value)> Flat(string name, JsonElement e) => e.ValueKind switch
    {
        JsonValueKind.Object => e.EnumerateObject().SelectMany(p => Flat(name.Length == 0 ? p.Name : $"{name}.{p.Name}", p.Value)),
        JsonValueKind.Array when e.EnumerateArray().Any(i => i.ValueKind is JsonValueKind.Object or JsonValueKind.Array) =>
            e.EnumerateArray().SelectMany((item, i) => Flat($"{name}.{i + 1}", item)),
        _ => [(name, e.GetRawText())],
    };
}
