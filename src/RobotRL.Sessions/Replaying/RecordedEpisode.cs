using RobotRL.Episodes;
using RobotRL.Recording.Traces;
using RobotRL.Sessions.Runs;
using RobotRL.Teleop;

namespace RobotRL.Sessions.Replaying;

/// <summary>An episode with the traces of its steps.</summary>
/// <param name="Episode">What was stored.</param>
/// <param name="Traces">Of each step, one for each arm.</param>
public sealed record RecordedEpisode(Episode Episode, IReadOnlyList<IReadOnlyList<DecisionTrace>> Traces)
{
    public int Index => Episode.Info.Index;

    /// <exception cref="InvalidDataException">The file is damaged, or its traces do not fit its steps.</exception>
    /// <returns>Null, with the reason, where the episode was recorded without traces, or with traces of another version.</returns>
    public static RecordedEpisode? Read(string path, out string why)
    {
        var episode = EpisodeReader.Read(path);
        var messages = EpisodeTraces.Read(path, out var format);
        why = episode.Info.Untraced ?? "an earlier version recorded it, or it was imported";
        if (messages.Count == 0 || messages[0].Count == 0) return null;
        if (!TraceMessages.Reads(format?.Definition))
        {
            why = "its ticks hold other values than this version records; replay it with the version that recorded it";
            return null;
        }
        try
        {
            DecisionTrace[][] arms = [.. messages.Select((ofArm, arm) => ReadArm(ofArm, arm, episode.Steps.Count))];
            DecisionTrace[][] traces = [.. Enumerable.Range(0, episode.Steps.Count).Select(step => arms.Select(ofArm => ofArm[step]).ToArray())];
            return new(episode, traces);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }
    }

    /// <summary>What the operator asked of all arms: each arm's trace has its part.</summary>
    public static OperatorCommand CommandOf(IReadOnlyList<DecisionTrace> arms)
    {
        var action = arms[0].Command.Action;
        for (var arm = 1; arm < arms.Count; arm++) action[arm] = arms[arm].Command.Action[arm];
        return arms[0].Command with { Action = action };
    }

    private static DecisionTrace[] ReadArm(IReadOnlyList<ReadOnlyMemory<byte>> messages, int arm, int steps)
    {
        DecisionTrace[] traces = [.. messages.Select(m => TraceMessages.Read(m.Span, arm)).Take(steps)];
        for (var step = 0; step < steps; step++)
            if (step >= traces.Length || traces[step].Step != step) throw new InvalidDataException($"the trace of step {step} is missing");
        if (traces[0].Before is null) throw new InvalidDataException("it does not say where the control loop stood when the episode began");
        if (traces.Any(t => t.Targets.Count != Enumerable.Range(0, t.Rows).Count(row => TickColumns.Inputs(t.Row(row)).Inputs.HasTarget)))
            throw new InvalidDataException("targets and ticks do not fit");
        return traces;
    }

    /// <summary>Path of an episode that was finished.</summary>
    public static string PathOf(RunDirectory run, int index)
    {
        var file = Path.Combine(run.Episodes, $"{index:D6}.mcap");
        if (File.Exists(file)) return file;
        throw new BadInputException(File.Exists(file + ".active")
            ? $"{run.Path}: episode {index} was never finished; if nothing writes to the run any more, robotrl episodes recover settles it"
            : $"{run.Path}: there is no episode {index}; robotrl episodes list shows what there is");
    }
}
