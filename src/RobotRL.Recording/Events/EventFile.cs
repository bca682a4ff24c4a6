using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using RobotRL.Control;
using RobotRL.Mcap;
using RobotRL.Model;

namespace RobotRL.Recording.Events;

/// <summary>How the recording of an event ended.</summary>
public enum EventEnd : byte
{
    /// <summary>Its writer was killed: what is there is whole, and more may have been to come.</summary>
    Interrupted,

    /// <summary>With the window after its last event.</summary>
    Window,

    /// <summary>With the session, before the window was over.</summary>
    Session,

    /// <summary>It grew to the largest length of a file: the next file goes on with the next tick.</summary>
    Continued,
}

/// <summary>What is known of an event file when it begins.</summary>
/// <param name="ConfigHash">Hash of the resolved configuration.</param>
/// <param name="ControlPeriodNs">Time of a tick, ns.</param>
/// <param name="WallClockOffsetNs">Nanoseconds since the epoch at the origin of the session's monotonic clock; 0 in virtual time.</param>
/// <param name="Follows">The file whose last tick comes right before this one's first; −1 for none.</param>
public sealed record EventInfo(string ConfigHash, long ControlPeriodNs, long WallClockOffsetNs, int Follows = -1)
{
    /// <summary>Whose loop it was; empty for an arm without a name.</summary>
    public string Arm { get; init; } = "";

    public const string RecordName = "robotrl.event", EndRecordName = "robotrl.event_end";

    internal McapMetadata ToMetadata()
    {
        var values = ImmutableSortedDictionary<string, string>.Empty.Add("config_hash", ConfigHash).Add("control_period_ns", Text(ControlPeriodNs))
            .Add("wall_clock_offset_ns", Text(WallClockOffsetNs)).Add("follows", Text(Follows));
        return new(RecordName, Arm.Length == 0 ? values : values.Add("arm", Arm));
    }

    internal static EventInfo Parse(McapMetadata metadata)
    {
        var values = metadata.Values;
        try
        {
            return new(values["config_hash"], Number(values["control_period_ns"]), Number(values["wall_clock_offset_ns"]), (int)Number(values["follows"]))
            {
                Arm = values.GetValueOrDefault("arm", ""),
            };
        }
        catch (Exception e) when (e is KeyNotFoundException or FormatException or OverflowException)
        {
            throw new InvalidDataException($"The record '{RecordName}' is not one of this version: {e.Message}", e);
        }
    }

    internal static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
    internal static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}

/// <summary>Writes one event file: a message a tick, another for each event. Ended orderly, it gets its lasting name; for one thread.</summary>
public sealed class EventWriter : IDisposable
{
    private readonly string _finalPath;
    private readonly FileStream _file;
    private readonly McapWriter _mcap;
    private readonly EventMessages _messages;
    private readonly McapChannel _ticks, _events;

    /// <param name="info">What is known.</param>
    /// <param name="activePath">Its name until it is whole; must be new.</param>
    /// <param name="finalPath">Its name then.</param>
    public EventWriter(EventInfo info, string activePath, string finalPath)
    {
        (ActivePath, _finalPath, _messages) = (activePath, finalPath, new(info.WallClockOffsetNs));
        _file = RunFile.Open(activePath, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            _mcap = new McapWriter(_file, new McapWriterOptions { Profile = "ros2", Library = "RobotRL" });
            _mcap.Write(info.ToMetadata());
            _ticks = _mcap.AddChannel(EventMessages.TickTopic, "cdr", Schema(EventMessages.TickType, EventMessages.TickDefinition));
            _events = _mcap.AddChannel(EventMessages.EventTopic, "cdr", Schema(EventMessages.EventType, EventMessages.EventDefinition));
            _mcap.Flush();
        }
        catch
        {
            // A disk that is full takes names, and nothing else: what holds nothing is not left behind.
            _file.Dispose();
            File.Delete(activePath);
            throw;
        }
    }

    public string ActivePath { get; }

    /// <summary>Ticks so far.</summary>
    public int Ticks { get; private set; }

    private long FirstTick { get; set; }
    private long LastTick { get; set; }

    public void Append(in ControlRecord record)
    {
        var time = _messages.Time(record.Time);
        _mcap.Write(_ticks, time, time, _messages.Write(record));
        if (Ticks++ == 0) FirstTick = record.Tick;
        LastTick = record.Tick;
    }

    public void Append(in EventMark mark)
    {
        var time = _messages.Time(mark.Time);
        _mcap.Write(_events, time, time, _messages.Write(mark));
    }

    /// <summary>Hands everything so far to the operating system: from then on only a power failure can take it.</summary>
    public void Flush() => _mcap.Flush();

    /// <param name="end">How it ended.</param>
    /// <param name="lost">Ticks that should be here and are not: the writer came too late.</param>
    public void Complete(EventEnd end, long lost)
    {
        _mcap.Write(new McapMetadata(EventInfo.EndRecordName, ImmutableSortedDictionary<string, string>.Empty
            .Add("end", end.ToString()).Add("ticks", EventInfo.Text(Ticks)).Add("first_tick", EventInfo.Text(FirstTick))
            .Add("last_tick", EventInfo.Text(LastTick)).Add("lost", EventInfo.Text(lost))));
        _mcap.Complete();
        _file.Flush(flushToDisk: true);
        _mcap.Dispose();
        File.Move(ActivePath, _finalPath);
    }

    /// <summary>Lets go of the file. One that was not completed keeps its name, for <see cref="EventFolder"/> to settle.</summary>
    public void Dispose() => _mcap.Dispose();

    private McapSchema Schema(string type, string definition) => _mcap.AddSchema(type, "ros2msg", Encoding.UTF8.GetBytes(definition));
}
