using RobotRL.Control;
using RobotRL.Model;

namespace RobotRL.Recording.Events;

/// <summary>
/// A pacer of virtual time that has the event recorder take up the loop's records every so many ticks, on the loop's thread: the same run gives the
/// same files.
/// </summary>
public sealed class RecordedPacer(IPacer pacer) : IPacer
{
    private const int PollEvery = 1000;
    private int _ticks;

    public IReadOnlyList<EventRecorder> Events { get; set; } = [];

    public Stamp Now => pacer.Now;
    public long LatenessNs => pacer.LatenessNs;
    public long BehindNs => pacer.BehindNs;
    public long SinceDeadlineNs => pacer.SinceDeadlineNs;
    public long Overruns => pacer.Overruns;

    public void Next()
    {
        pacer.Next();
        if (++_ticks % PollEvery != 0) return;
        foreach (var events in Events) events.Poll();
    }
}
