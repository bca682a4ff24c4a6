using System.Text.RegularExpressions;

namespace RobotRL.Architecture.Tests;

/// <summary>A run may have come from somebody else: there is one way to open its files, and it follows no link.</summary>
public sealed partial class RunFileRuleTests
{
    /// <summary>Where code opens files of runs. The rest of the command line measures, or writes where the user says.</summary>
    private static readonly string[] Places =
    [
        "Audit", "Learning", "Policy", "Replay", "Episodes", "Critic", "Recording", "Sessions", "Evidence", "Cells", "Cli/Commands",
    ];

    /// <summary>What is opened here is never in a run, or is read where a user's own configuration says; why stands beside it.</summary>
    private static readonly Dictionary<string, string> Others = new()
    {
        ["SigningKey.cs"] = "the account's key",
        ["HeadBook.cs"] = "public keys of the anchor",
        ["Safetensors.cs"] = "reads weights that a configuration names; those of a run lie below a folder that was looked through",
        ["SoftwareIdentity.cs"] = "this program",
        ["Receipts.cs"] = "a file that the user names",
        ["ResultsCommand.cs"] = "a bench's own folder",
        ["PdfPrinter.cs"] = "a browser's profile",
        ["CpuInterrupts.cs"] = "what the system tells",
        ["RemoteLoop.cs"] = "a configuration of its own in the temporary folder",
    };

    [Fact]
    public void Files_of_a_run_are_opened_in_one_way()
    {
        var offenders = Places
            .SelectMany(place => Directory.EnumerateFiles(Path.Combine(Repository.Root, "src", "RobotRL." + place), "*.cs", SearchOption.AllDirectories))
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !Others.ContainsKey(Path.GetFileName(file)))
            .SelectMany(file => File.ReadLines(file).Select((text, i) => (Text: text.Trim(), Where: $"{Path.GetRelativePath(Repository.Root, file)}:{i + 1}")))
            .Where(line => !line.Text.StartsWith("//", StringComparison.Ordinal) && Opens().IsMatch(line.Text))
            .Select(line => $"{line.Where}: {line.Text}");
        Assert.Empty(offenders);
    }

    [GeneratedRegex(@"new FileStream\(|new Stream(Reader|Writer)\((""|path)|(?<!Run)\bFile\.(Open|Create|Append|Read|Write)|new FileInfo\([^)]*\)\.Open")]
    private static partial Regex Opens();
}
