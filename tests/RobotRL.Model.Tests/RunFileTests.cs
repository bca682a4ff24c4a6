using System.Diagnostics;
using System.Text;

namespace RobotRL.Model.Tests;

/// <summary>A run that somebody else made cannot choose what else of ours is read or written.</summary>
public sealed class RunFileTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("robotrl-run-").FullName;
    private readonly string _run, _victim;

    public RunFileTests()
    {
        (_run, _victim) = (Path.Combine(_root, "run"), Path.Combine(_root, "victim"));
        Directory.CreateDirectory(_run);
        File.WriteAllText(_victim, "mine\n");
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private string Own(string name) => Path.Combine(_run, name);

    [Fact]
    public void No_way_of_opening_follows_a_link()
    {
        File.CreateSymbolicLink(Own("metrics.jsonl"), _victim);
        Action<string>[] ways =
        [
            path => RunFile.Append(path, "more\n"u8), path => RunFile.Write(path, "other"),
            path => RunFile.ReadAllBytes(path), path => RunFile.ReadAllText(path),
            path => RunFile.ReadLines(path).ToList(), path => RunFile.Open(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None).Dispose(),
        ];
        foreach (var way in ways)
            Assert.Contains("a link", Assert.Throws<InvalidDataException>(() => way(Own("metrics.jsonl"))).Message, StringComparison.Ordinal);
        Assert.Equal("mine\n", File.ReadAllText(_victim));
    }

    [Fact]
    public void Link_to_nothing_makes_nothing()
    {
        File.CreateSymbolicLink(Own("pruned.jsonl"), Path.Combine(_root, "made"));
        Assert.Throws<InvalidDataException>(() => RunFile.Append(Own("pruned.jsonl"), "x"u8));
        Assert.False(File.Exists(Path.Combine(_root, "made")));
    }

    [Fact]
    public void File_with_a_second_name_is_read_and_not_written()
    {
        if (!OperatingSystem.IsLinux()) Assert.Skip("needs ln");
        Do("ln", _victim, Own("heads.jsonl"));
        Assert.Equal("mine\n", RunFile.ReadAllText(Own("heads.jsonl")));
        foreach (var way in (Action[])[() => RunFile.Append(Own("heads.jsonl"), "x"u8), () => RunFile.Write(Own("heads.jsonl"), "x")])
            Assert.Contains("a second name", Assert.Throws<InvalidDataException>(way).Message, StringComparison.Ordinal);
        Assert.Equal("mine\n", File.ReadAllText(_victim));
    }

    [Fact]
    public void Pipe_is_refused_rather_than_waited_for()
    {
        if (!OperatingSystem.IsLinux()) Assert.Skip("needs mkfifo");
        Do("mkfifo", Own("config.yaml"));
        var refused = Assert.Throws<InvalidDataException>(() => RunFile.ReadAllBytes(Own("config.yaml")));
        Assert.Contains("neither a file nor a folder", refused.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidDataException>(() => RunFile.RefuseLinks(_run));
    }

    [Theory]
    [InlineData("episodes")]
    [InlineData("weights/versions/deep")]
    public void Link_anywhere_below_a_run_is_found_and_one_that_leads_to_it_is_not_minded(string name)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Own(name))!);
        File.WriteAllText(Own("run.json"), "{}");
        Directory.CreateSymbolicLink(Path.Combine(_root, "shortcut"), _run);
        RunFile.RefuseLinks(Path.Combine(_root, "shortcut"));
        Directory.CreateSymbolicLink(Own(name), _root);
        Assert.StartsWith(Own(name) + ": a link", Assert.Throws<InvalidDataException>(() => RunFile.RefuseLinks(_run)).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidDataException>(() => RunFile.RefuseLinks(Path.Combine(_root, "shortcut")));
    }

    [Fact]
    public async Task File_that_is_replaced_again_and_again_is_read_whole()
    {
        using CancellationTokenSource done = new();
        var path = Own("policy.json");
        RunFile.Write(path, "version 0 of the weights");
        var writer = Task.Run(() =>
        {
            for (var i = 1; !done.IsCancellationRequested; i++)
            {
                RunFile.Write(path + ".tmp", $"version {i} of the weights");
                File.Move(path + ".tmp", path, overwrite: true);
            }
        });
        for (var i = 0; i < 2000; i++) Assert.Matches("^version [0-9]+ of the weights$", Encoding.UTF8.GetString(RunFile.ReadAllBytes(path)));
        await done.CancelAsync();
        await writer;
    }

    private static void Do(string program, params string[] words)
    {
        using var process = Process.Start(program, words);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
