using RobotRL.Model;

namespace RobotRL.Sensing.Tests;

/// <summary>A stream that failed is opened anew once somebody has cleared the stop.</summary>
public sealed class RenewalTests
{
    private const long PeriodMs = 5;

    private readonly TaskDescription _task = Samples.Task(Samples.Camera("wrist"));
    private int _opened;
    private volatile string? _wrong;

    [Fact]
    public void Good_pictures_count_again_after_a_wrong_one()
    {
        List<string> told = [];
        using var streams = Streams(fault => { lock (told) told.Add(fault.Message); });
        streams.BeginEpisode(Now(), Wait);
        streams.Observe(Now());
        _wrong = "of another size";
        var fault = FaultOf(streams);
        Assert.Contains("of another size", fault.Message, StringComparison.Ordinal);
        Assert.Throws<SensorFaultException>(() => Seen(streams));

        _wrong = null;
        streams.Renew(Now(), Wait, TimeSpan.FromSeconds(20));
        streams.BeginEpisode(Now(), Wait);
        for (var i = 0; i < 10; i++) Seen(streams);
        Assert.Equal(2, _opened);
        Assert.Single(told);
    }

    [Fact]
    public void One_that_is_mended_late_is_waited_for_and_its_further_failures_stop_nobody()
    {
        var told = 0;
        using var streams = Streams(_ => Interlocked.Increment(ref told));
        streams.BeginEpisode(Now(), Wait);
        _wrong = "gone";
        FaultOf(streams);
        using Timer mends = new(_ => _wrong = null, null, TimeSpan.FromSeconds(1.3), Timeout.InfiniteTimeSpan);
        streams.Renew(Now(), Wait, TimeSpan.FromSeconds(20));
        streams.BeginEpisode(Now(), Wait);
        Seen(streams);
        Assert.InRange(_opened, 3, 10);
        Assert.Equal(1, told);
    }

    [Fact]
    public void One_that_stays_wrong_is_told_by_its_name()
    {
        using var streams = Streams(_ => { });
        streams.BeginEpisode(Now(), Wait);
        _wrong = "gone for good";
        FaultOf(streams);
        var fault = Assert.Throws<SensorFaultException>(() => streams.Renew(Now(), Wait, TimeSpan.FromSeconds(1)));
        Assert.Contains("camera wrist", fault.Message, StringComparison.Ordinal);
        Assert.Contains("gone for good", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_sound_is_left_as_it_is()
    {
        using var streams = Streams(_ => { });
        streams.BeginEpisode(Now(), Wait);
        streams.Renew(Now(), Wait, TimeSpan.FromSeconds(1));
        Assert.Equal(1, _opened);
    }

    private static Stamp Now() => new(SessionClock.MachineNs);

    private static void Wait() => Thread.Sleep(2);

    private static SensorFaultException FaultOf(RealtimeObservations streams)
    {
        for (var i = 0; i < 10_000; i++)
        {
            try { Seen(streams); }
            catch (SensorFaultException e) { return e; }
        }
        throw new InvalidOperationException("It did not fail.");
    }

    private static void Seen(RealtimeObservations streams)
    {
        Wait();
        streams.Observe(Now());
    }

    private RealtimeObservations Streams(Action<SensorFaultException> lost)
    {
        var period = TimeSpan.FromMilliseconds(PeriodMs);
        StateSource states = new((ref ToolStates states) =>
        {
            states = ToolStates.Of(Samples.Tool(SessionClock.MachineNs * 1e-6));
            return true;
        }, period, 2_000_000_000);
        var task = _task with { ImageMaxAgeNs = 2_000_000_000 };
        return new(task, [new(task.Cameras[0], period, _ => { _opened++; return new Eye(this); })], states, lost);
    }

    /// <summary>Captures for as long as nothing is wrong.</summary>
    private sealed class Eye(RenewalTests test) : ICamera
    {
        public void Capture(CameraFrame frame)
        {
            if (test._wrong is { } wrong) throw new InvalidDataException(wrong);
            frame.CaptureTime = Now();
            Random.Shared.NextBytes(frame.Pixels);
        }

        public void Dispose() { }
    }
}
