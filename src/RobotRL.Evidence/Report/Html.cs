using System.Globalization;
using System.Net;
using System.Text;
using RobotRL.Configuration;

namespace RobotRL.Evidence.Report;

/// <summary>The page as text, piece by piece. Whatever comes from a log is encoded.</summary>
internal sealed class Html
{
    private readonly StringBuilder _text = new();

    public static string Encode(object? value)
    {
        string text = value switch
        {
            null or double.NaN => "–",
            double d => d.ToString("0.###", CultureInfo.InvariantCulture),
            DateTime t => t.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
            _ => value.ToString() ?? "",
        };
        return WebUtility.HtmlEncode(text);
    }

    public Html Raw(string html)
    {
        _text.AppendLine(html);
        return this;
    }

    public Html Section(string id, string title, string? lead = null) =>
        Raw($"<h2 id=\"{id}\">{Encode(title)}</h2>" + (lead is null ? "" : $"<p class=\"lead\">{Encode(lead)}</p>"));

    /// <summary>The cells of a row.</summary>
    public static IReadOnlyList<object?> Row(params object?[] cells) => cells;

    /// <summary>The beginning of a hash, which names it well enough for a reader.</summary>
    public static string? Short(string? hash) => hash is { Length: > 16 } ? hash[..16] : hash;

    /// <summary>A table; cells are encoded, those of type <see cref="Markup"/> stand as they are.</summary>
    public Html Table(IReadOnlyList<string> heads, IEnumerable<IReadOnlyList<object?>> rows, string? empty = null)
    {
        var body = rows.ToList();
        if (body.Count == 0) return Raw($"<p class=\"none\">{Encode(empty ?? "none")}</p>");
        string Class(int column) => body.Any(row => row[column] is double or int or long) ? " class=\"n\"" : "";
        Raw("<table><thead><tr>" + string.Concat(heads.Select((h, i) => $"<th{Class(i)}>{Encode(h)}</th>")) + "</tr></thead><tbody>");
        string Cell(object? cell, int column) =>
            $"<td{(cell is DateTime ? " class=\"t\"" : Class(column))}>{(cell is Markup m ? m.Text : Encode(cell))}</td>";
        foreach (var row in body) Raw("<tr>" + string.Concat(row.Select(Cell)) + "</tr>");
        return Raw("</tbody></table>");
    }

    /// <summary>Characters so far.</summary>
    public int Length => _text.Length;

    public override string ToString() => _text.ToString();

    /// <summary>The whole page: one file, nothing fetched.</summary>
    public string Page(string title) => $$"""
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{{Encode(title)}}</title>
        <style>
        :root { --ink: #1b2430; --soft: #5d6b7c; --line: #d9dfe6; --paper: #fff; --good: #12734a; --bad: #b3261e;
          --human: #d9822b; --reflex: #7b3fc4; --stop: #c62828; --policy: #2d6cdf; }
        * { box-sizing: border-box } html { font: 14px/1.45 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; color: var(--ink); background: #eef1f4 }
        body { max-width: 1100px; margin: 0 auto; padding: 28px 36px 60px; background: var(--paper) }
        h1 { font-size: 26px; margin: 0 }
        h2 { font-size: 18px; margin: 38px 0 6px; padding-top: 10px; border-top: 2px solid var(--ink) }
        h3 { font-size: 14px; margin: 18px 0 4px }
        p { margin: 4px 0 10px }
        .lead, .none, small { color: var(--soft) }
        code { font: 12px ui-monospace, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere }
        .verdict { margin: 16px 0; padding: 12px 16px; border-left: 6px solid var(--good); background: #edf7f1 }
        .verdict.bad { border-color: var(--bad); background: #fdeeee }
        .verdict b { font-size: 16px }
        .figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(140px, 1fr)); gap: 10px; margin: 16px 0 }
        .figures div { border: 1px solid var(--line); border-radius: 6px; padding: 8px 12px }
        .figures b { display: block; font-size: 22px } .figures span { color: var(--soft); font-size: 12px }
        table { border-collapse: collapse; width: 100%; margin: 6px 0 14px; font-size: 12.5px }
        th { text-align: left; color: var(--soft); font-weight: 600; border-bottom: 1px solid var(--ink); padding: 4px 8px 4px 0; vertical-align: bottom }
        td { border-bottom: 1px solid var(--line); padding: 4px 8px 4px 0; vertical-align: top; overflow-wrap: anywhere }
        .n { text-align: right; padding-right: 16px; font-variant-numeric: tabular-nums; white-space: nowrap }
        .cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(330px, 1fr)); gap: 12px }
        .card { border: 1px solid var(--line); border-radius: 6px; padding: 10px 12px; break-inside: avoid }
        .card h3 { margin: 0 0 2px }
        .shots { display: grid; grid-template-columns: repeat(auto-fit, minmax(64px, 1fr)); gap: 6px; margin-top: 6px }
        figure { margin: 0 }
        figure img { width: 100%; max-width: 140px; height: auto; image-rendering: pixelated; display: block; border: 1px solid var(--line) }
        figcaption { font-size: 11px; color: var(--soft) }
        .t { white-space: nowrap }
        svg { width: 100%; height: auto; display: block } .plot { break-inside: avoid }
        details { margin: 8px 0 } summary { cursor: pointer; color: var(--soft) }
        nav a { color: inherit; margin-right: 14px }
        tr { break-inside: avoid }
        @media print { html { background: #fff; font-size: 11px } body { max-width: none; padding: 0 } nav { display: none }
          h2 { break-after: avoid } @page { size: A4; margin: 14mm } }
        </style></head><body>
        {{_text}}
        </body></html>
        """;
}

/// <summary>Text that is HTML already.</summary>
public sealed record Markup(string Text)
{
    public static Markup Code(string? text) => new(text is null ? "–" : $"<code>{Html.Encode(text)}</code>");
}
