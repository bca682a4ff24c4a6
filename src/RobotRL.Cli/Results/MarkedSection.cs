using RobotRL.Cli.Runs;

namespace RobotRL.Cli.Results;

/// <summary>A part of a Markdown file that a command writes: between <c>&lt;!-- name --&gt;</c> and <c>&lt;!-- /name --&gt;</c>.</summary>
internal static class MarkedSection
{
    /// <summary>Replaces what stands between the marks; a file without them, or none at all, stays as it is.</summary>
    public static void Replace(string path, string name, string content)
    {
        if (!File.Exists(path)) return;
        var text = File.ReadAllText(path);
        var (open, close) = ($"<!-- {name} -->", $"<!-- /{name} -->");
        var start = text.IndexOf(open, StringComparison.Ordinal);
        var end = start < 0 ? -1 : text.IndexOf(close, start, StringComparison.Ordinal);
        if (end < 0) return;
        RunDirectory.WriteAside(path, $"{text[..(start + open.Length)]}\n{content.Trim()}\n{text[end..]}");
    }
}
