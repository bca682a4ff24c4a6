using RobotRL.Mcap;
using RobotRL.Model;

namespace RobotRL.Episodes;

/// <summary>Reads an episode back: the same values to the bit, and the same sharing of observations between neighbouring steps.</summary>
public static class EpisodeReader
{
    /// <summary>Reads a whole file, or what a torn one has in whole steps.</summary>
    /// <exception cref="InvalidDataException">The file is not an episode, or is damaged.</exception>
    public static Episode Read(string path)
    {
        try
        {
            using var mcap = McapReader.Open(RunFile.OpenRead(path));
            return Read(mcap);
        }
        catch (Exception e) when (e is McapException or InvalidDataException)
        {
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }
    }

    internal static Episode Read(McapReader mcap)
    {
        var assembly = new EpisodeAssembly();
        foreach (var metadata in mcap.Metadata()) assembly.Add(metadata);
        if (assembly.Info is not { } info)
            throw new InvalidDataException($"There is no record '{EpisodeInfo.RecordName}': this is not an episode, or it was cut off before it began.");
        // By count, not by time: a clock that was set back does not shuffle the steps.
        foreach (var message in mcap.Messages().OrderBy(m => m.Sequence)) assembly.Add(message);
        List<EpisodeStep> steps = [];
        while (assembly.Take() is { } step) steps.Add(step);
        return new Episode(info, assembly.Outcome ?? EpisodeOutcome.Interrupted, steps) { StoppedArm = assembly.StoppedArm };
    }
}
