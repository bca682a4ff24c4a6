using System.Collections.Immutable;
using System.Globalization;
using RobotRL.Mcap;
using RobotRL.Model;

namespace RobotRL.Episodes;

/// <summary>The facts about an episode that are known when it begins.</summary>
public sealed record EpisodeInfo
{
    /// <summary>Counts the run's episodes, from 0; given by <see cref="EpisodeStore.Begin"/>.</summary>
    public int Index { get; init; }

    public required EpisodeKind Kind { get; init; }

    /// <summary>What the episode's random draws came from.</summary>
    public required ulong Seed { get; init; }

    public required string Task { get; init; }

    /// <summary>Hash of the resolved configuration.</summary>
    public required string ConfigHash { get; init; }

    /// <summary>Names of the cameras, in the order of an observation's images.</summary>
    public required IReadOnlyList<string> Cameras { get; init; }

    /// <summary>Names of the cell's arms; empty for a single one without a name.</summary>
    public IReadOnlyList<string> Arms { get; init; } = [];

    /// <summary>Name of each proprioceptive value; empty in episodes from before they were noted.</summary>
    public IReadOnlyList<string> Observed { get; init; } = [];

    /// <summary>Whether decisions hold a wrench beside the spring.</summary>
    public bool HasWrench { get; init; }

    /// <summary>By camera, for those that were calibrated: lens and place as JSON, such as a reader of images needs them.</summary>
    public IReadOnlyDictionary<string, string> Calibrations { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Nanoseconds since the epoch at the origin of the session's monotonic clock; 0 in virtual time.</summary>
    public required long WallClockOffsetNs { get; init; }

    /// <summary>Why the file holds no traces, so that it cannot be replayed; null where it holds them, or is older than traces are.</summary>
    public string? Untraced { get; init; }

    /// <summary>Who was in charge; empty in episodes that do not say.</summary>
    public string Operator { get; init; } = "";

    /// <summary>As what.</summary>
    public string OperatorRole { get; init; } = "";

    internal const string RecordName = "robotrl.episode";
    private const string UntracedKey = "untraced", ArmsKey = "arms", ObservedKey = "observation", WrenchKey = "wrench", CalibrationPrefix = "calibration.";

    internal McapMetadata ToMetadata()
    {
        var values = ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal, new Dictionary<string, string>
        {
            ["index"] = Index.ToString(CultureInfo.InvariantCulture),
            ["kind"] = Kind.ToString(),
            ["seed"] = Seed.ToString(CultureInfo.InvariantCulture),
            ["task"] = Task,
            ["config_hash"] = ConfigHash,
            ["cameras"] = string.Join(',', Cameras),
            ["wall_clock_offset_ns"] = WallClockOffsetNs.ToString(CultureInfo.InvariantCulture),
            ["operator"] = Operator,
            ["operator_role"] = OperatorRole,
        });
        if (Arms.Count > 0) values = values.Add(ArmsKey, string.Join(',', Arms));
        if (Observed.Count > 0) values = values.Add(ObservedKey, string.Join(',', Observed));
        if (HasWrench) values = values.Add(WrenchKey, "true");
        foreach (var (camera, calibration) in Calibrations) values = values.Add(CalibrationPrefix + camera, calibration);
        return new(RecordName, Untraced is null ? values : values.Add(UntracedKey, Untraced));
    }

    /// <exception cref="InvalidDataException">Something is missing or unreadable.</exception>
    internal static EpisodeInfo Parse(McapMetadata metadata)
    {
        var values = metadata.Values;
        try
        {
            return new EpisodeInfo
            {
                Index = int.Parse(values["index"], CultureInfo.InvariantCulture),
                Kind = Enum.Parse<EpisodeKind>(values["kind"]),
                Seed = ulong.Parse(values["seed"], CultureInfo.InvariantCulture),
                Task = values["task"],
                ConfigHash = values["config_hash"],
                Cameras = values["cameras"].Split(',', StringSplitOptions.RemoveEmptyEntries),
                WallClockOffsetNs = long.Parse(values["wall_clock_offset_ns"], CultureInfo.InvariantCulture),
                Arms = Names(ArmsKey),
                Observed = Names(ObservedKey),
                HasWrench = values.ContainsKey(WrenchKey),
                Calibrations = values.Where(value => value.Key.StartsWith(CalibrationPrefix, StringComparison.Ordinal))
                    .ToImmutableSortedDictionary(value => value.Key[CalibrationPrefix.Length..], value => value.Value, StringComparer.Ordinal),
                Untraced = values.GetValueOrDefault(UntracedKey),
                Operator = values.GetValueOrDefault("operator", ""),
                OperatorRole = values.GetValueOrDefault("operator_role", ""),
            };
        }
        catch (Exception e) when (e is KeyNotFoundException or FormatException or OverflowException or ArgumentException)
        {
            throw new InvalidDataException($"The record '{RecordName}' is not one of this version: {e.Message}", e);
        }

        string[] Names(string key) => values.GetValueOrDefault(key, "").Split(',', StringSplitOptions.RemoveEmptyEntries);
    }
}

/// <summary>One decision's worth of a recorded episode.</summary>
/// <param name="Transition">As it was added; consecutive steps share their observation.</param>
/// <param name="PolicyVersion">Which weights the policy had.</param>
public sealed record EpisodeStep(Transition Transition, long PolicyVersion);

/// <summary>A recorded episode.</summary>
/// <param name="Info">What was known when it began.</param>
/// <param name="Outcome">How it went; <see cref="EpisodeOutcome.Interrupted"/> for one that its writer never finished.</param>
/// <param name="Steps">In order.</param>
public sealed record Episode(EpisodeInfo Info, EpisodeOutcome Outcome, IReadOnlyList<EpisodeStep> Steps)
{
    /// <summary>The arm whose stop ended it; empty where it is every arm's own, there was none, or the episode does not say.</summary>
    public string StoppedArm { get; init; } = "";

    /// <summary>An amendment keeps it from being learned from.</summary>
    public bool Excluded { get; init; }

    public IEnumerable<Transition> Transitions => Steps.Select(s => s.Transition);
}
