using System.Text;
using System.Text.RegularExpressions;

namespace RobotRL.Architecture.Tests;

/// <summary>
/// What a reader of the documentation may count on: a short front page, links that lead somewhere, no page that nothing leads to, lines that fit a screen.
/// </summary>
public sealed partial class DocumentationTests
{
    private const int FrontPageBytes = 6_000, LineLength = 160;
    private const string FrontPage = "README.md", Architecture = "ARCHITECTURE.md", Index = "docs/README.md";

    /// <summary>Below <c>docs</c>; each speaks for itself, is made by a command, or is found from its folder.</summary>
    private static readonly string[] Unlisted = ["docs/results/", "docs/adr/"];

    [Fact]
    public void The_front_page_is_short() => Assert.InRange(new FileInfo(PathOf(FrontPage)).Length, 1, FrontPageBytes);

    [Fact]
    public void Every_link_leads_to_something()
    {
        var dead = Pages([FrontPage, Architecture], SearchOption.AllDirectories)
            .SelectMany(page => LinksOf(page).Where(link => !Leads(link.Target, link.Section)).Select(link => $"{page}: {link.Text}"));
        Assert.Empty(dead);
    }

    [Fact]
    public void Every_page_is_found_from_the_index()
    {
        HashSet<string> found = [Index];
        for (Queue<string> open = new(found); open.TryDequeue(out var page);)
            foreach (var (target, _, _) in LinksOf(page))
                if (IsPage(target) && found.Add(target))
                    open.Enqueue(target);
        var listed = Pages([], SearchOption.AllDirectories).Where(page => !Unlisted.Any(folder => page.StartsWith(folder, StringComparison.Ordinal)));
        Assert.Empty(listed.Except(found));
    }

    [Fact]
    public void Lines_of_prose_fit_a_screen()
    {
        var wide = Pages([FrontPage, Architecture], SearchOption.TopDirectoryOnly)
            .SelectMany(page => Prose(page).Where(line => line.Text.Length > LineLength && !line.Text.StartsWith('|'))
                .Select(line => $"{page}:{line.Number}: {line.Text.Length} characters"));
        Assert.Empty(wide);
    }

    /// <summary>The given pages and those below <c>docs</c>, as paths below the root with slashes.</summary>
    private static IEnumerable<string> Pages(string[] first, SearchOption depth) =>
        [.. first, .. Directory.EnumerateFiles(PathOf("docs"), "*.md", depth).Select(Relative).Order(StringComparer.Ordinal)];

    /// <summary>Relative links and pictures of a page: what they lead to below the root, the section of it, and the link as written.</summary>
    private static IEnumerable<(string Target, string Section, string Text)> LinksOf(string page)
    {
        foreach (var line in Prose(page))
            foreach (Match match in Link().Matches(Spans().Replace(line.Text, "")))
            {
                var parts = match.Groups[1].Value.Split('#', 2);
                if (parts[0].Contains(':', StringComparison.Ordinal)) continue;
                var folder = Path.GetDirectoryName(PathOf(page))!;
                var target = parts[0].Length == 0 ? page : Relative(Path.GetFullPath(Path.Combine(folder, Uri.UnescapeDataString(parts[0]))));
                yield return (target, parts.Length > 1 ? parts[1] : "", match.Value);
            }
    }

    private static bool IsPage(string path) =>
        path.StartsWith("docs/", StringComparison.Ordinal) && path.EndsWith(".md", StringComparison.Ordinal) && File.Exists(PathOf(path));

    private static bool Leads(string target, string section) =>
        (File.Exists(PathOf(target)) || Directory.Exists(PathOf(target)))
        && (section.Length == 0 || Prose(target).Any(line => line.Text.StartsWith('#') && Anchor(line.Text) == section));

    /// <summary>The lines outside blocks of code, with their numbers.</summary>
    private static IEnumerable<(string Text, int Number)> Prose(string page)
    {
        var isCode = false;
        foreach (var (i, line) in File.ReadLines(PathOf(page)).Index())
        {
            var isFence = line.TrimStart().StartsWith("```", StringComparison.Ordinal);
            if (isFence) isCode = !isCode;
            if (!isFence && !isCode) yield return (line, i + 1);
        }
    }

    /// <summary>How the usual hosts name a heading.</summary>
    private static string Anchor(string heading)
    {
        var name = new StringBuilder();
        foreach (var c in heading.TrimStart('#').Trim().ToLowerInvariant())
            if (c == ' ') name.Append('-');
            else if (char.IsLetterOrDigit(c) || c is '-' or '_') name.Append(c);
        return name.ToString();
    }

    private static string PathOf(string page) => Path.Combine(Repository.Root, page);

    private static string Relative(string path) => Path.GetRelativePath(Repository.Root, path).Replace('\\', '/');

    [GeneratedRegex(@"\]\(([^()\s]+)\)")]
    private static partial Regex Link();

    /// <summary>Code within a line, which may look like a link.</summary>
    [GeneratedRegex("`[^`]*`")]
    private static partial Regex Spans();
}
