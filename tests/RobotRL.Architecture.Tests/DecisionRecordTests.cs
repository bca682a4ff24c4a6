using System.Globalization;
using System.Text.RegularExpressions;

namespace RobotRL.Architecture.Tests;

/// <summary>The decision records in <c>docs/adr</c>: each has a number of its own, a closed status and lines that fit an editor.</summary>
public sealed partial class DecisionRecordTests
{
    private const int MostCharacters = 160;

    private static readonly string Folder = Path.Combine(Repository.Root, "docs", "adr");

    public static TheoryData<string> Records => [.. Directory.EnumerateFiles(Folder).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];

    [Fact]
    public void No_two_records_share_a_number()
    {
        var numbers = Records.Select(record => NumberOf(record.Data)).ToArray();
        Assert.NotEmpty(numbers);
        Assert.Equal(numbers.Distinct(), numbers);
    }

    [Theory, MemberData(nameof(Records))]
    public void Title_bears_the_number_of_the_file(string record) =>
        Assert.StartsWith($"# {NumberOf(record)}. ", File.ReadLines(Path.Combine(Folder, record)).First(), StringComparison.Ordinal);

    /// <summary>A record that is still open decides nothing, and one that was superseded names the record that holds now.</summary>
    [Theory, MemberData(nameof(Records))]
    public void Status_is_closed(string record)
    {
        var line = Assert.Single(File.ReadLines(Path.Combine(Folder, record)), text => text.StartsWith("Status:", StringComparison.OrdinalIgnoreCase));
        var status = Status().Match(line);
        Assert.True(status.Success, $"{record}: '{line}' is not 'Status: Accepted', 'Status: Rejected' or 'Status: Superseded by [NUMBER](FILE)'");
        if (status.Groups["number"] is not { Success: true, Value: var number }) return;
        var file = status.Groups["file"].Value;
        Assert.True(File.Exists(Path.Combine(Folder, file)), $"{record}: superseded by {file}, which does not exist");
        Assert.Equal(int.Parse(number, CultureInfo.InvariantCulture), NumberOf(file));
        Assert.NotEqual(record, file);
    }

    [Theory, MemberData(nameof(Records))]
    public void Lines_outside_tables_and_code_are_short(string record)
    {
        var isCode = false;
        List<string> tooLong = [];
        foreach (var (i, line) in File.ReadLines(Path.Combine(Folder, record)).Index())
        {
            var isFence = line.TrimStart().StartsWith("```", StringComparison.Ordinal);
            if (isFence) isCode = !isCode;
            if (isFence || isCode || line.StartsWith('|')) continue;
            if (line.Length > MostCharacters) tooLong.Add($"{record}:{i + 1} has {line.Length} characters");
        }
        Assert.Empty(tooLong);
    }

    private static int NumberOf(string record) =>
        FileName().Match(record) is { Success: true } name
            ? int.Parse(name.Groups["number"].Value, CultureInfo.InvariantCulture)
            : throw new InvalidDataException($"docs/adr/{record}: name a record with four digits and its title, such as 0042-a-decision.md");

    [GeneratedRegex(@"^(?<number>\d{4})-[a-z0-9-]+\.md$")]
    private static partial Regex FileName();

    [GeneratedRegex(@"^Status: (Accepted|Rejected|Superseded by \[(?<number>\d+)\]\((?<file>[^)/]+)\))$")]
    private static partial Regex Status();
}
