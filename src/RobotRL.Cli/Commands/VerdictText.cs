using System.Text;
using RobotRL.Audit;
using RobotRL.Cli.Display;

namespace RobotRL.Cli.Commands;

/// <summary>A verdict for people and for scripts.</summary>
internal static class VerdictText
{
    private const int Most = 50;

    public static string Of(AuditVerdict v)
    {
        var text = new StringBuilder();
        foreach (var finding in v.Findings.Take(Most)) text.AppendLine(Terminal.Cell(finding.ToString()));
        if (v.Findings.Count > Most) text.AppendLine($"and {v.Findings.Count - Most} more");
        foreach (var remark in v.Remarks) text.AppendLine(Terminal.Cell(remark));
        text.Append(v.Holds ? "holds: " : $"DOES NOT HOLD, {v.Findings.Count} findings: ");
        text.Append($"{v.Records} records{(v.PrunedRecords > 0 ? $" and {v.PrunedRecords} removed by retention" : "")}, ");
        text.Append($"{v.FirstUtc:u} to {v.LastUtc:u}, {v.Heads} signed heads, {v.AnchoredHeads} of them anchored");
        foreach (var key in v.Keys) text.Append($"\nsigned with {Terminal.Cell(key)}");
        return text.ToString();
    }

    public static object Json(AuditVerdict v) => new
    {
        v.Holds,
        v.Log,
        v.Records,
        v.PrunedRecords,
        v.LastSequence,
        v.FirstUtc,
        v.LastUtc,
        v.Heads,
        v.AnchoredHeads,
        v.UnsignedRecords,
        v.OpenWriters,
        v.Keys,
        v.Remarks,
        Findings = v.Findings.Select(f => new { Kind = f.Kind.ToString(), f.File, f.Line, f.Sequence, f.Text }),
    };
}
