using System.Reactive.Concurrency;
using System.Reactive.Linq;

namespace RobotRL.Sensing;

/// <summary>Copies each arm's newest state; false where there is none newer than the last one.</summary>
public delegate bool SampleState(ref ToolStates states);

/// <summary>The robot's states as an observable.</summary>
public static class StateStream
{
    /// <summary>
    /// What a latest-value cell holds, read at a rate of its own on <paramref name="scheduler"/>. The loop that writes the cell waits for nobody.
    /// </summary>
    public static IObservable<ToolStates> Sampled(TimeSpan period, IScheduler scheduler, SampleState sample) => Observable.Create<ToolStates>(observer =>
    {
        ToolStates states = default;
        return VirtualTime.Every(period, scheduler, static () => default).Where(_ => sample(ref states)).Select(_ => states).Subscribe(observer);
    });
}
