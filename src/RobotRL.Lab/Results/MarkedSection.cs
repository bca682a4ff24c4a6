using RobotRL.Sessions.Runs;

namespace RobotRL.Lab.Results;

/// <summary>A part of a Markdown file that a command writes: between <c>&lt;!-- name --&gt;</c> and <c>&lt;!-- /name --&gt;</c>.</summary>
internal static class MarkedSection
{
    private static readonly string Results = Path.Combine("docs", "results");

    /// <summary>
    /// Replaces the text between the marks of the page <c>results.md</c> beside a folder <c>docs/results</c>.
    /// A comparison that is kept elsewhere has no such page. A file without the marks stays as it is.
    /// </summary>
    public static void Replace(string folder, string name, string content)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        var path = full + ".md";
        if (!full.EndsWith(Path.DirectorySeparatorChar + Results, StringComparison.Ordinal) || !File.Exists(path)) return;
        var text = File.ReadAllText(path);
        var (open, close) = ($"<!-- {name} -->", $"<!-- /{name} -->");
        var start = text.IndexOf(open, StringComparison.Ordinal);
        var end = start < 0 ? -1 : text.IndexOf(close, start, StringComparison.Ordinal);
        if (end < 0) return;
        RunDirectory.WriteAside(path, $"{text[..(start + open.Length)]}\n{content.Trim()}\n{text[end..]}");
    }
}
