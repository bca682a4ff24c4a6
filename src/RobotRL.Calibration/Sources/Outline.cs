using System.Globalization;
using System.Text;

namespace RobotRL.Calibration.Sources;

/// <summary>Lines that all answers share.</summary>
internal static class Outline
{
    private const int MostShown = 8;

    public static void Append(StringBuilder text, IReadOnlyList<Rejection> rejected, IEnumerable<string> missing, string? next)
    {
        foreach (var (image, reason) in rejected.Take(MostShown)) text.AppendLine(CultureInfo.InvariantCulture, $"left out: {image}: {reason}");
        if (rejected.Count > MostShown) text.AppendLine(CultureInfo.InvariantCulture, $"left out: {rejected.Count - MostShown} more");
        foreach (var what in missing) text.AppendLine(CultureInfo.InvariantCulture, $"missing: {what}");
        if (next is not null) text.AppendLine(next);
    }

    public static void AppendVerdict(StringBuilder text, string verdict, IReadOnlyList<string> reasons) =>
        text.AppendLine(reasons.Count == 0 ? verdict : $"{verdict}: {string.Join("; ", reasons)}");
}
