using System.CommandLine;
using System.Text.Json;
using RobotRL.Cli.Display;
using RobotRL.Mcap;
using RobotRL.Recording.Messages;
using RobotRL.Sessions.Processes;
using RobotRL.Sessions.Runs;

namespace RobotRL.Cli.Commands;

/// <summary><c>robotrl mcap info|cat</c>: any MCAP file, not only this program's.</summary>
internal static class McapCommand
{
    public static Command Create()
    {
        Argument<string> file = new("file") { Description = "An MCAP file, whole, being written or torn" };
        Option<bool> verify = new("--verify") { Description = "Read everything and hold it against every checksum; exit code 1 when it does not hold" };
        var topics = new Option<string[]>("--topic") { Description = "Only this topic (repeatable)" }.Or([]);
        Option<ulong> from = new("--from") { Description = "Earliest log time, ns" };
        Option<ulong?> until = new("--until") { Description = "Latest log time, ns; the file's end when left out" };
        var limit = new Option<long?>("--limit") { Description = "Messages at most; all when left out" }.Where(n => n > 0, "write a number of messages from 1");
        return new Command("mcap", "Read any MCAP file")
        {
            new Command("info", "Channels, schemas, counts, times") { file, verify }.Does((parse, _) =>
            {
                using var mcap = McapReader.Open(parse.GetRequiredValue(file));
                var summary = McapSummary.Of(mcap);
                CommandLine.Answers(parse).Write(summary.Text());
                var damage = parse.GetValue(verify) ? Damage(mcap) : null;
                if (parse.GetValue(verify)) CommandLine.Answers(parse).WriteLine(damage ?? "every checksum holds");
                CommandLine.Result(parse, summary);
                return damage is null ? ExitCode.Done : ExitCode.DoesNotHold;
            }),
            new Command("cat", "One JSON line a message on stdout") { file, topics, from, until, limit }.Does((parse, cancel) =>
            {
                using var mcap = McapReader.Open(parse.GetRequiredValue(file));
                var wanted = parse.GetRequiredValue(topics);
                if (wanted.FirstOrDefault(t => mcap.Channels.Values.All(c => c.Topic != t)) is { } unknown)
                    throw new BadInputException($"--topic {unknown}: not in the file, which has " +
                        $"{string.Join(", ", mcap.Channels.Values.Select(c => c.Topic).Distinct())}");
                var count = 0L;
                try
                {
                    // Within: closing it writes what is left, which a reader that has gone refuses as well.
                    using var output = Outlet.OpenOutput();
                    var lines = new MessageLines(mcap, output);
                    var (first, last) = (parse.GetValue(from), parse.GetValue(until) ?? ulong.MaxValue);
                    foreach (var message in mcap.Messages(c => wanted.Length == 0 || wanted.Contains(c.Topic), first, last))
                    {
                        if (count == parse.GetValue(limit) || cancel.IsCancellationRequested) break;
                        lines.Write(message);
                        count++;
                    }
                    output.Flush();
                }
                catch (IOException e) when (e.HResult == Outlet.BrokenPipe)
                {
                    return ExitCode.Done; // Whoever reads has seen enough.
                }
                if (mcap.Damage is { } damage) Console.Error.WriteLine($"the file was never completed: {damage}");
                CommandLine.Result(parse, new { Messages = count });
                return ExitCode.Done;
            }),
        };
    }

    private static string? Damage(McapReader mcap)
    {
        try
        {
            mcap.Verify();
            return null;
        }
        catch (McapException e)
        {
            return e.Message;
        }
    }
}
