using RobotRL.Control;
using RobotRL.Mcap;
using RobotRL.Model;

namespace RobotRL.Recording.Events;

/// <summary>An event file read back.</summary>
/// <param name="Info">What was known when it began.</param>
/// <param name="End">How it ended.</param>
/// <param name="Marks">Its events, in order.</param>
/// <param name="FirstTick">Its ticks run from here; 0 for a file that was never finished.</param>
/// <param name="LastTick">To here.</param>
/// <param name="Ticks">How many there are.</param>
/// <param name="Lost">How many should be there as well and are not: the recorder came too late.</param>
public sealed record EventRecording(EventInfo Info, EventEnd End, IReadOnlyList<EventMark> Marks, long FirstTick, long LastTick, long Ticks, long Lost);

public static class EventReader
{
    /// <summary>All but the ticks; of a file that was never finished, what it has.</summary>
    /// <exception cref="InvalidDataException">It is not an event file, or is damaged.</exception>
    public static EventRecording Read(string path) => With(path, (mcap, info) =>
    {
        EventMessages messages = new(info.WallClockOffsetNs);
        EventMark[] marks = [.. Messages(mcap, EventMessages.EventTopic).Select(messages.ReadMark)];
        return mcap.Metadata().FirstOrDefault(m => m.Name == EventInfo.EndRecordName)?.Values is not { } end
            ? new EventRecording(info, EventEnd.Interrupted, marks, 0, 0, 0, 0)
            : new EventRecording(
                info, Enum.Parse<EventEnd>(end["end"]), marks, EventInfo.Number(end["first_tick"]), EventInfo.Number(end["last_tick"]),
                EventInfo.Number(end["ticks"]), EventInfo.Number(end["lost"]));
    });

    /// <summary>The ticks, in order.</summary>
    public static ControlRecord[] ReadTicks(string path) => With(path, (mcap, info) =>
    {
        EventMessages messages = new(info.WallClockOffsetNs);
        return Messages(mcap, EventMessages.TickTopic).Select(messages.ReadTick).ToArray();
    });

    /// <summary>By count, not by time: a clock that was set back is among the events.</summary>
    private static IEnumerable<McapMessage> Messages(McapReader mcap, string topic) => mcap.Messages(c => c.Topic == topic).OrderBy(m => m.Sequence);

    private static T With<T>(string path, Func<McapReader, EventInfo, T> read)
    {
        try
        {
            using var mcap = McapReader.Open(RunFile.OpenRead(path));
            return read(mcap, EventInfo.Parse(mcap.Metadata().FirstOrDefault(m => m.Name == EventInfo.RecordName)
                ?? throw new InvalidDataException($"There is no record '{EventInfo.RecordName}': this is not an event, or it was cut off before it began.")));
        }
        catch (Exception e) when (e is McapException or InvalidDataException)
        {
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }
    }
}
