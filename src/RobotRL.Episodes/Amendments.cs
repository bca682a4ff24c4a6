using System.Text.Json;
using System.Text.Json.Serialization;
using RobotRL.Model;

namespace RobotRL.Episodes;

/// <summary>A later correction of an episode. Values that are null stay as they were recorded, or as an earlier amendment left them.</summary>
/// <param name="Episode">Number of the episode.</param>
/// <param name="Outcome">How it went after all; the last step's reward and end follow from it.</param>
/// <param name="Excluded">Whether it is kept from being learned from.</param>
/// <param name="Author">Who says so.</param>
/// <param name="Reason">Why.</param>
/// <param name="TimeUtc">When.</param>
public sealed record Amendment(int Episode, EpisodeOutcome? Outcome, bool? Excluded, string Author, string Reason, DateTime TimeUtc);

/// <summary>
/// Corrections of labels, beside the episodes in <c>amendments.jsonl</c>: a line each, only ever added, so that what was recorded and what was said
/// of it later both stay. They count when a buffer is rebuilt.
/// </summary>
public sealed class Amendments
{
    private const string File = "amendments.jsonl";
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter() },
    };

    private readonly ILookup<int, Amendment> _byEpisode;

    private Amendments(IReadOnlyList<Amendment> all) => (All, _byEpisode) = (all, all.ToLookup(a => a.Episode));

    /// <summary>In the order in which they were made.</summary>
    public IReadOnlyList<Amendment> All { get; }

    /// <exception cref="InvalidDataException">A line is no amendment; the message names it.</exception>
    public static Amendments Read(string directory)
    {
        var path = Path.Combine(directory, File);
        if (!System.IO.File.Exists(path)) return new([]);
        List<Amendment> all = [];
        var text = RunFile.ReadAllText(path);
        // Without its end of line the last one was cut short by a kill: it was never acknowledged.
        var lines = text[..(text.LastIndexOf('\n') + 1)].Split('\n')[..^1];
        for (var i = 0; i < lines.Length; i++)
            try
            {
                all.Add(JsonSerializer.Deserialize<Amendment>(lines[i], Json) ?? throw new JsonException("empty"));
            }
            catch (JsonException e)
            {
                throw new InvalidDataException($"{path}:{i + 1}: not an amendment ({e.Message}); restore the line", e);
            }
        return new(all);
    }

    /// <summary>Adds one and forces it to the disk.</summary>
    public static void Append(string directory, Amendment amendment)
    {
        using var file = RunFile.Open(Path.Combine(directory, File), FileMode.OpenOrCreate, FileAccess.ReadWrite);
        var end = file.Length;
        for (; end > 0; end--)
        {
            file.Position = end - 1;
            if (file.ReadByte() == '\n') break;
        }
        file.SetLength(end);
        file.Position = end;
        file.Write([.. JsonSerializer.SerializeToUtf8Bytes(amendment, Json), (byte)'\n']);
        file.Flush(flushToDisk: true);
    }

    /// <summary>The episode with all its amendments.</summary>
    public Episode Apply(Episode episode)
    {
        foreach (var amendment in _byEpisode[episode.Info.Index])
        {
            if (amendment.Excluded is { } excluded) episode = episode with { Excluded = excluded };
            if (amendment.Outcome is { } outcome && episode.Steps is [.., var last])
                episode = episode with
                {
                    Outcome = outcome,
                    Steps = [.. episode.Steps.SkipLast(1), last with { Transition = Ended(last.Transition, outcome) }],
                };
        }
        return episode;
    }

    private static Transition Ended(Transition last, EpisodeOutcome outcome)
    {
        // A stop whose cause the recording does not tell ends the task, as it did for whoever recorded it.
        var stops = outcome == EpisodeOutcome.SafetyStop;
        var terminates = stops && EpisodeEnding.Of(last.Stop).End is EpisodeEnd.Terminates or EpisodeEnd.GoesOn;
        return last with
        {
            Reward = outcome == EpisodeOutcome.Success ? 1 : 0,
            Terminated = outcome is EpisodeOutcome.Success or EpisodeOutcome.Failed || terminates,
            Truncated = outcome == EpisodeOutcome.TimedOut || (stops && !terminates),
        };
    }
}
