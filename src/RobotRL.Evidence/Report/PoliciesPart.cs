using System.Text.Json;
using RobotRL.Audit;

namespace RobotRL.Evidence.Report;

/// <summary>Which policies drove: who approved them, which checkpoints they come from, how they were evaluated, and what each published version did.</summary>
internal sealed class PoliciesPart(Html page, IReadOnlyList<AuditEntry> entries)
{
    private const int MostVersions = 40;

    private List<AuditEntry> Of(AuditEvent what) => [.. entries.Where(e => e.Event == what.Name)];

    public void Write()
    {
        page.Section("policies", "Which policy drove, and what it came of",
            "Lineage: weights ← checkpoint ← recorded episodes, demonstrations and human steps, seed, code, configuration.");
        var approvals = Of(AuditEvent.PolicyApproved);
        var checkpoints = Of(AuditEvent.CheckpointWritten);
        var evaluations = Of(AuditEvent.Evaluated);
        page.Table(["approved", "by", "reason", "checkpoint", "version", "weights, SHA-256", "evaluated then"],
            approvals.Select(Approval), "No policy of this run was approved by anybody.");
        page.Table(
            [
                "checkpoint", "written", "tensors, SHA-256", "goes on from", "episodes", "environment steps", "demonstrations", "human steps", "seed",
                "code", "approved by",
            ],
            checkpoints.Select(c => Kept(c, approvals)), "No checkpoint was written.");
        page.Table(["evaluated", "checkpoint", "version", "weights, SHA-256", "episodes", "success", "95 % interval", "safety stops", "by"],
            evaluations.Select(Evaluation), "No evaluation was recorded.");
        Versions(checkpoints, evaluations);
    }

    private static IReadOnlyList<object?> Approval(AuditEntry a)
    {
        var policy = a.Input("policy") ?? default;
        var result = policy.TryGetProperty("evaluation", out var evaluation) && evaluation.ValueKind == JsonValueKind.Object
            && evaluation.TryGetProperty("result", out var r) ? r : default;
        var evaluated = result.ValueKind == JsonValueKind.Object
            ? $"{Number(result, "successes")} of {Number(result, "episodes")} succeeded"
            : "no evaluation on record";
        return Html.Row(a.TimeUtc, a.Text("approver"), a.Reason, Word(policy, "checkpoint"), Word(policy, "version"),
            Markup.Code(Html.Short(Word(policy, "weights_sha256"))), evaluated);
    }

    private static IReadOnlyList<object?> Kept(AuditEntry c, List<AuditEntry> approvals)
    {
        var tensors = c.Text("tensors_sha256");
        var approvers = approvals.Where(a => Word(a.Input("policy") ?? default, "tensors_sha256") == tensors).Select(a => a.Text("approver")).Distinct();
        return Html.Row(c.Text("checkpoint"), c.TimeUtc, Markup.Code(Html.Short(tensors)), Lineage(c, "checkpoint"), Lineage(c, "episodes"),
            Lineage(c, "env_steps"), Lineage(c, "demonstrations"), Lineage(c, "human_steps"), Lineage(c, "seed"), Markup.Code(Lineage(c, "code_version")),
            string.Join(", ", approvers) is { Length: > 0 } by ? by : "nobody");
    }

    private static IReadOnlyList<object?> Evaluation(AuditEntry v)
    {
        var r = v.Input("result") ?? default;
        return Html.Row(v.TimeUtc, v.Text("checkpoint"), v.Text("version"), Markup.Code(Html.Short(v.Text("sha256"))), Number(r, "episodes"),
            Number(r, "success_rate"), $"{Number(r, "wilson_low"):P1} to {Number(r, "wilson_high"):P1}", Number(r, "violations"),
            $"{v.Actor.Operator}, {v.Actor.Role}");
    }

    private void Versions(List<AuditEntry> checkpoints, List<AuditEntry> evaluations)
    {
        var published = Of(AuditEvent.PolicyPublished);
        var drove = Of(AuditEvent.EpisodeEnded).Where(e => e.Actor.PolicyVersion >= 0).GroupBy(e => e.Actor.PolicyVersion).OrderBy(g => g.Key).ToList();
        page.Raw($"<p>{published.Count} versions were published; {drove.Count} drove at the end of an episode, as listed. "
            + "Which version proposed each single step stands with the step.</p>");
        page.Table(
            [
                "version", "weights, SHA-256", "from", "to", "episodes", "successes", "stops", "learned from: episodes", "environment steps",
                "demonstrations",
            ],
            AuditReport.Spread(drove, MostVersions).Select(g =>
            {
                // What an evaluation acted with was kept as a checkpoint, and need not have been published.
                var of = published.LastOrDefault(p => p.Text("version") == $"{g.Key}")
                    ?? checkpoints.LastOrDefault(c => c.Text("checkpoint") == $"step-{g.Key}");
                var weights = published.Concat(evaluations).LastOrDefault(p => p.Text("version") == $"{g.Key}")?.Text("sha256");
                return Html.Row(g.Key, Markup.Code(Html.Short(weights)), g.First().TimeUtc, g.Last().TimeUtc,
                    g.Count(), g.Count(e => e.Reason == "Success"), g.Count(e => e.Reason == "SafetyStop"),
                    Lineage(of, "episodes"), Lineage(of, "env_steps"), Lineage(of, "demonstrations"));
            }));
    }

    private static string? Lineage(AuditEntry? e, string name) =>
        e?.Input("lineage") is { } lineage && lineage.TryGetProperty(name, out var value) ? value.ToString() : null;

    private static double Number(JsonElement e, string name) => AuditReport.Number(e, name);

    private static string? Word(JsonElement e, string name) =>
        e.ValueKind == JsonValueKind.Object && e.TryGetProperty(name, out var v) ? v.ToString() : null;
}
