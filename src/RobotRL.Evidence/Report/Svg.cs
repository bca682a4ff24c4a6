using System.Globalization;
using System.Text;

namespace RobotRL.Evidence.Report;

/// <summary>A stretch or, where both ends are the same, a moment of a timeline.</summary>
public readonly record struct Span(DateTime From, DateTime To, string Text);

/// <summary>A named row of a timeline.</summary>
internal sealed record Lane(string Name, string Colour, IReadOnlyList<Span> Spans);

/// <summary>A curve over seconds around an event.</summary>
/// <param name="Held">Stretches during which the reflex replaced the target, s.</param>
public sealed record Curve(
    string Name, string Unit, string Colour, IReadOnlyList<(double S, double Value)> Points, double Limit,
    IReadOnlyList<(double From, double To)>? Held = null);

/// <summary>Drawings that are part of the page.</summary>
internal static class Svg
{
    private const int Width = 1028, Left = 118;
    private const double Mark = 1.6;

    /// <summary>What happened when: lanes over one time axis.</summary>
    public static string Timeline(IReadOnlyList<Lane> lanes, DateTime from, DateTime to)
    {
        const int row = 26, top = 6;
        var length = Math.Max(1, (to - from).TotalSeconds);
        double X(DateTime t) => Left + (Width - Left - 8) * Math.Clamp((t - from).TotalSeconds / length, 0, 1);
        var height = top + lanes.Count * row + 28;
        var svg = new StringBuilder($"<svg viewBox=\"0 0 {Width} {height}\" role=\"img\" aria-label=\"timeline\" font-size=\"11\">");
        foreach (var (i, lane) in lanes.Index())
        {
            var y = top + i * row;
            svg.Append($"<text x=\"0\" y=\"{y + 15}\" fill=\"#5d6b7c\">{Html.Encode(lane.Name)}</text>");
            svg.Append($"<rect x=\"{Left}\" y=\"{y + 2}\" width=\"{Width - Left - 8}\" height=\"18\" fill=\"#f3f5f8\"/>");
            foreach (var (a, b, text) in Merged(lane.Spans, X))
            {
                svg.Append($"<rect x=\"{N(a)}\" y=\"{y + 2}\" width=\"{N(Math.Max(Mark, b - a))}\" height=\"18\" fill=\"{lane.Colour}\">");
                svg.Append($"<title>{Html.Encode(text)}</title></rect>");
            }
        }
        for (var i = 0; i <= 6; i++)
        {
            var t = from.AddSeconds(length * i / 6);
            var anchor = i == 0 ? "start" : i == 6 ? "end" : "middle";
            var told = t.ToString(length > 86_400 ? "MM-dd HH:mm" : "HH:mm:ss", CultureInfo.InvariantCulture);
            svg.Append($"<line x1=\"{N(X(t))}\" x2=\"{N(X(t))}\" y1=\"{top}\" y2=\"{height - 22}\" stroke=\"#c4ccd6\" stroke-width=\"0.6\"/>");
            svg.Append($"<text x=\"{N(X(t))}\" y=\"{height - 6}\" text-anchor=\"{anchor}\" fill=\"#5d6b7c\">{told}</text>");
        }
        return svg.Append("</svg>").ToString();
    }

    /// <summary>Marks that would cover one another become one that says how many it stands for: a long run stays a small drawing.</summary>
    private static IEnumerable<(double A, double B, string Text)> Merged(IReadOnlyList<Span> spans, Func<DateTime, double> x)
    {
        (double A, double B, string Text, int Count)? open = null;
        foreach (var span in spans)
        {
            var (a, b) = (x(span.From), x(span.To));
            if (open is { } o && o.B - o.A < Mark && b - a < Mark && a - o.A < Mark) open = o with { Count = o.Count + 1 };
            else
            {
                if (open is { } done) yield return Told(done);
                open = (a, b, span.Text, 1);
            }
        }
        if (open is { } last) yield return Told(last);

        static (double, double, string) Told((double A, double B, string Text, int Count) o) =>
            (o.A, o.B, o.Count == 1 ? o.Text : $"{o.Text}, and {o.Count - 1} more right after");
    }

    /// <summary>Curves one above the other, with their limits and the moment of the event.</summary>
    public static string Curves(IReadOnlyList<Curve> curves)
    {
        const int panel = 104, gap = 14, plot = 470, left = 52;
        var points = curves.SelectMany(c => c.Points).ToList();
        if (points.Count == 0) return "";
        var (from, to) = (points.Min(p => p.S), Math.Max(points.Max(p => p.S), points.Min(p => p.S) + 0.1));
        var height = curves.Count * (panel + gap) + 20;
        var svg = new StringBuilder($"<svg viewBox=\"0 0 {left + plot + 8} {height}\" font-size=\"10\" class=\"plot\">");
        double X(double s) => left + plot * (s - from) / (to - from);
        foreach (var (i, curve) in curves.Index())
        {
            var top = i * (panel + gap) + 12;
            var finite = curve.Points.Where(p => double.IsFinite(p.Value)).ToList();
            var largest = finite.Select(p => p.Value).Append(1e-3).Max();
            // A limit far above all that happened would press the curve flat: it is named, and not drawn.
            var isLimitDrawn = double.IsFinite(curve.Limit) && curve.Limit <= 4 * largest;
            var most = 1.08 * Math.Max(largest, isLimitDrawn ? curve.Limit : 0);
            double Y(double v) => top + panel - panel * Math.Clamp(v / most, 0, 1);
            var unit = curve.Unit.Length > 0 ? $", {Html.Encode(curve.Unit)}" : "";
            svg.Append($"<rect x=\"{left}\" y=\"{top}\" width=\"{plot}\" height=\"{panel}\" fill=\"#f8f9fb\" stroke=\"#d9dfe6\"/>");
            svg.Append($"<text x=\"{left}\" y=\"{top - 3}\" fill=\"#1b2430\">{Html.Encode(curve.Name)}{unit}</text>");
            svg.Append($"<text x=\"{left - 4}\" y=\"{top + 9}\" text-anchor=\"end\" fill=\"#5d6b7c\">{N(most)}</text>");
            svg.Append($"<text x=\"{left - 4}\" y=\"{top + panel}\" text-anchor=\"end\" fill=\"#5d6b7c\">0</text>");
            foreach (var (a, b) in curve.Held ?? [])
                svg.Append($"<rect x=\"{N(X(a))}\" y=\"{top}\" width=\"{N(Math.Max(1, X(b) - X(a)))}\" height=\"{panel}\" fill=\"#7b3fc4\" opacity=\"0.16\"/>");
            var limit = curve.Limit.ToString("0.###", CultureInfo.InvariantCulture);
            if (double.IsFinite(curve.Limit) && !isLimitDrawn)
                svg.Append($"<text x=\"{left + plot - 3}\" y=\"{top + 11}\" text-anchor=\"end\" fill=\"#c62828\">limit {limit}, above the scale</text>");
            if (isLimitDrawn)
            {
                var at = Y(curve.Limit);
                svg.Append($"<line x1=\"{left}\" x2=\"{left + plot}\" y1=\"{N(at)}\" y2=\"{N(at)}\" stroke=\"#c62828\" stroke-dasharray=\"4 3\"/>");
                svg.Append($"<text x=\"{left + plot - 3}\" y=\"{N(at - 3)}\" text-anchor=\"end\" fill=\"#c62828\">limit {limit}</text>");
            }
            var line = string.Join(' ', finite.Select(p => $"{N(X(p.S))},{N(Y(p.Value))}"));
            if (finite.Count > 0) svg.Append($"<polyline fill=\"none\" stroke=\"{curve.Colour}\" stroke-width=\"1.3\" points=\"{line}\"/>");
            else svg.Append($"<text x=\"{left + plot / 2}\" y=\"{top + panel / 2}\" text-anchor=\"middle\" fill=\"#5d6b7c\">not recorded</text>");
            if (from <= 0 && to >= 0) svg.Append($"<line x1=\"{N(X(0))}\" x2=\"{N(X(0))}\" y1=\"{top}\" y2=\"{top + panel}\" stroke=\"#1b2430\"/>");
        }
        foreach (var s in new[] { from, 0, to }.Where(s => s >= from && s <= to).Distinct())
        {
            var anchor = s == from ? "start" : s == to ? "end" : "middle";
            var told = s.ToString("+0.0;−0.0;0", CultureInfo.InvariantCulture);
            svg.Append($"<text x=\"{N(X(s))}\" y=\"{height - 6}\" text-anchor=\"{anchor}\" fill=\"#5d6b7c\">{told} s</text>");
        }
        return svg.Append("</svg>").ToString();
    }

    private static string N(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
