using System.Reactive.Concurrency;
using System.Reactive.Linq;
using RobotRL.Model;

namespace RobotRL.Sensing;

/// <summary>Ties the session's stamps to the schedulers' dates: under lockstep a <see cref="HistoricalScheduler"/> counts from the stamps' origin.</summary>
public static class VirtualTime
{
    /// <summary>The date that stands for the stamps' origin: any that leaves room before it.</summary>
    public static readonly DateTimeOffset Origin = DateTimeOffset.UnixEpoch;

    /// <summary>The scheduler's date of a stamp, to 100 ns.</summary>
    public static DateTimeOffset Of(Stamp stamp) => Origin.AddTicks(stamp.Ns / TimeSpan.NanosecondsPerTick);

    /// <summary>The stamp of a virtual-time scheduler's date.</summary>
    public static Stamp At(DateTimeOffset date) => new((date - Origin).Ticks * TimeSpan.NanosecondsPerTick);

    /// <summary>
    /// Stamps at a fixed rate against an absolute schedule, so that lateness does not add up. One that comes over a period late is left out
    /// rather than made up for.
    /// </summary>
    /// <param name="period">From one to the next.</param>
    /// <param name="scheduler">Runs them; the first at once.</param>
    /// <param name="clock">The session's clock, for the stamps.</param>
    public static IObservable<Stamp> Every(TimeSpan period, IScheduler scheduler, Func<Stamp> clock) => Observable.Create<Stamp>(observer =>
    {
        var due = scheduler.Now;
        return scheduler.Schedule(due, again =>
        {
            observer.OnNext(clock());
            due += period;
            var late = scheduler.Now - due;
            if (late > period) due += period * Math.Floor(late / period);
            again(due);
        });
    });
}
