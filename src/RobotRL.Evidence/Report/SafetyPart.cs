using RobotRL.Audit;
using RobotRL.Configuration;
using RobotRL.Safety;

namespace RobotRL.Evidence.Report;

/// <summary>
/// What the safety layer did: stops one by one, reflexes summed up, curves around both, and each transition of the reflex in a list that is folded away.
/// </summary>
internal sealed class SafetyPart(Html page, IReadOnlyList<AuditEntry> entries, Moments moments, RunConfiguration configuration, int most)
{
    private const int MostRows = 300;

    /// <summary>A reflex from its first record to the one that ends it.</summary>
    private sealed record Reflex(AuditEntry Began, AuditEntry? Ended, string Furthest)
    {
        public double LastedMs => Ended is { SessionNs: { } to } && Began.SessionNs is { } from ? (to - from) * 1e-6 : double.NaN;
    }

    private List<AuditEntry> Of(AuditEvent what) => [.. entries.Where(e => e.Event == what.Name)];

    public void Write()
    {
        page.Section("safety", "What the safety layer did",
            "Stops latch until a named operator clears them. A reflex in shadow mode decides and moves nothing.");
        var (stops, transitions) = (Of(AuditEvent.Stopped), Of(AuditEvent.Reflex));
        var reflexes = Reflexes(transitions);
        Stops(stops);
        var alike = reflexes.GroupBy(r => (r.Began.Reason, r.Began.Text("shadow"), r.Furthest)).OrderByDescending(g => g.Count());
        page.Table(
            [
                "why it began", "mode", "times", "went as far as", "median, ms", "longest, ms", "largest risk", "threshold", "largest margin",
                "largest force, N", "critic",
            ],
            alike.Select(g =>
            {
                var lasted = g.Select(r => r.LastedMs).Where(double.IsFinite).Order().ToList();
                var (median, longest) = lasted.Count > 0 ? (lasted[lasted.Count / 2], lasted[^1]) : (double.NaN, double.NaN);
                return Html.Row(g.Key.Reason, Mode(g.First().Began), g.Count(), g.Key.Furthest, median, longest,
                    g.Max(r => r.Began.Number("risk")), AuditReport.Threshold(g.First().Began, "risk"),
                    g.Max(r => r.Began.Number("margin")), g.Max(r => r.Began.Number("force_n")), g.First().Began.Text("critic_version"));
            }),
            configuration.Safety is null ? "No critic is configured: the deterministic layer stands alone." : "The reflex never acted.");
        Curves(stops, reflexes);
        Transitions(transitions);
    }

    private void Stops(List<AuditEntry> stops)
    {
        page.Table(
            ["time", "stop", "category", "value", "limit", "force, N", "driven by", "policy", "episode", "standstill after, ms", "cleared by"],
            stops.Take(MostRows).Select(s =>
            {
                var later = entries.SkipWhile(e => e.Sequence <= s.Sequence)
                    .Where(e => e.Event == AuditEvent.SessionStarted.Name || Arm(e) == Arm(s))
                    .TakeWhile(e => e.Event != AuditEvent.Stopped.Name && e.Event != AuditEvent.SessionStarted.Name).ToList();
                var stop = Arm(s).Length > 0 ? $"{s.Reason}, {Arm(s)} arm" : s.Reason;
                return Html.Row(s.TimeUtc, stop, s.Text("category"), s.Number("value"), AuditReport.Threshold(s, "limit"), s.Number("force_n"),
                    s.Text("source"), Version(s), s.Text("episode"),
                    later.Find(e => e.Event == AuditEvent.Standstill.Name)?.Number("after_ms") ?? double.NaN,
                    later.Find(e => e.Event == AuditEvent.Reset.Name)?.Text("cleared_by") ?? "nobody");
            }),
            "The robot was never stopped.");
        More(stops.Count, "safety.stopped");
    }

    /// <summary>Whose record it is; empty for an arm without a name.</summary>
    private static string Arm(AuditEntry entry) => entry.Text("arm") is var name && name != "null" ? name : "";

    private void Curves(List<AuditEntry> stops, List<Reflex> reflexes)
    {
        var chosen = AuditReport.Spread([.. stops], most)
            .Select(s => (Entry: s, Text: $"Stop: {s.Reason}", More: $"force {Html.Encode(s.Number("force_n"))} N"))
            .Concat(AuditReport.Spread(reflexes, most).Select(r => (Entry: r.Began, Text: $"Reflex: {r.Began.Reason}", More: Summary(r))))
            .OrderBy(c => c.Entry.Sequence).Select(c => (c.Entry, c.Text, c.More, Picture: Svg.Curves(moments.Around(c.Entry))))
            .Where(c => c.Picture.Length > 0).ToList();
        if (chosen.Count == 0) return;
        var all = stops.Count + reflexes.Count;
        var which = chosen.Count < all ? $"{chosen.Count} of {all} stops and reflexes, spread over the run" : "each stop and reflex";
        page.Raw($"<p class=\"lead\">Force and risk around {which}; violet where the reflex had taken over.</p>");
        page.Raw("<div class=\"cards\" style=\"grid-template-columns: repeat(auto-fill, minmax(470px, 1fr))\">");
        foreach (var (entry, text, more, picture) in chosen)
            page.Raw($"<div class=\"card\"><h3>{Html.Encode(text)}</h3><small>{Html.Encode(entry.TimeUtc)} · "
                + $"episode {Html.Encode(entry.Text("episode"))} · driven by {Html.Encode(entry.Text("source"))}, policy version {Version(entry)}, "
                + $"operator {Html.Encode(entry.Actor.Operator)}<br>{more}</small>{picture}</div>");
        page.Raw("</div>");
    }

    private static string Summary(Reflex r)
    {
        var (from, recovery) = (Html.Encode(r.Began.Text("from")), Html.Encode(r.Began.Text("recovery")));
        var (risk, threshold) = (Html.Encode(r.Began.Number("risk")), Html.Encode(AuditReport.Threshold(r.Began, "risk")));
        return $"{from} → {Html.Encode(r.Furthest)} ({recovery}), {Html.Encode(r.LastedMs)} ms, "
            + $"ended by {Html.Encode(r.Ended?.Reason ?? "nothing on record")}; risk {risk} of {threshold}, "
            + $"force {Html.Encode(r.Began.Number("force_n"))} N{(IsShadow(r.Began) ? "; in shadow" : "")}";
    }

    private static bool IsShadow(AuditEntry e) => e.Text("shadow") == "true";

    private static string Mode(AuditEntry e) => IsShadow(e) ? "shadow" : "on";

    private void Transitions(List<AuditEntry> transitions)
    {
        if (transitions.Count == 0) return;
        var first = transitions.Count > MostRows ? $", the first {MostRows}" : "";
        page.Raw($"<details><summary>Each of the {transitions.Count} transitions of the reflex{first}</summary>");
        page.Table(["time", "reflex", "reason", "recovery", "risk", "threshold", "margin", "critic", "mode", "driven by", "episode"],
            transitions.Take(MostRows).Select(r => Html.Row(r.TimeUtc, $"{r.Text("from")} → {r.Text("to")}", r.Reason, r.Text("recovery"),
                r.Number("risk"), AuditReport.Threshold(r, "risk"), r.Number("margin"), r.Text("critic_version"), Mode(r), r.Text("source"),
                r.Text("episode"))));
        More(transitions.Count, "safety.reflex");
        page.Raw("</details>");
    }

    private void More(int count, string name)
    {
        if (count > MostRows)
            page.Raw($"<p class=\"lead\">{count - MostRows} more: "
                + $"<code>robotrl audit query RUN \"SELECT * FROM events WHERE event = '{name}'\"</code></p>");
    }

    internal static string Version(AuditEntry e) => e.Actor.PolicyVersion < 0 ? "none" : $"{e.Actor.PolicyVersion}";

    private static List<Reflex> Reflexes(List<AuditEntry> transitions)
    {
        List<Reflex> reflexes = [];
        foreach (var process in transitions.GroupBy(t => t.Actor.Pid))
        {
            AuditEntry? began = null;
            var furthest = "";
            foreach (var t in process)
            {
                if (t.Text("from") == "Following") began = t;
                if (began is null) continue;
                if (t.Text("to") != "Following") furthest = t.Text("to");
                else
                {
                    reflexes.Add(new(began, t, furthest));
                    began = null;
                }
            }
            if (began is not null) reflexes.Add(new(began, null, furthest));
        }
        return [.. reflexes.OrderBy(r => r.Began.Sequence)];
    }
}
