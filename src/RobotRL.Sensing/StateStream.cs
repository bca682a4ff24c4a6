using System.Reactive.Concurrency;
using System.Reactive.Linq;

namespace RobotRL.Sensing;

/// <summary>Copies the robot's newest state; false where there is none newer than the last one.</summary>
public delegate bool SampleState(ref ToolState state);

/// <summary>The robot's states as an observable.</summary>
public static class StateStream
{
    /// <summary>What a latest-value cell holds, read at a rate of its own on <paramref name="scheduler"/>. The loop that writes the cell waits for nobody.</summary>
    public static IObservable<ToolState> Sampled(TimeSpan period, IScheduler scheduler, SampleState sample) => Observable.Create<ToolState>(observer =>
    {
        ToolState state = default;
        return VirtualTime.Every(period, scheduler, static () => default).Where(_ => sample(ref state)).Select(_ => state).Subscribe(observer);
    });
}
