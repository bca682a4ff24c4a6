using System.Reactive.Concurrency;
using System.Reactive.Subjects;
using RobotRL.Model;

namespace RobotRL.Sensing.Tests;

/// <summary>Loss policies: five items come in before the scheduler lets the subscriber run.</summary>
public sealed class DeliveryTests
{
    private readonly HistoricalScheduler _scheduler = new(VirtualTime.Origin);

    public static TheoryData<LossPolicy, int[]> Policies => new()
    {
        { LossPolicy.Latest, [5] },
        { LossPolicy.Bounded(3), [3, 4, 5] },
        { LossPolicy.Bounded(5), [1, 2, 3, 4, 5] },
    };

    [Theory, MemberData(nameof(Policies))]
    public void Policy_decides_what_is_lost(LossPolicy policy, int[] expected)
    {
        using var source = new Subject<int>();
        var counter = new DeliveryCounter();
        var seen = new List<int>();
        var completed = false;
        using var subscription = source.Deliver(policy, _scheduler, counter).Subscribe(seen.Add, () => completed = true);
        for (var i = 1; i <= 5; i++) source.OnNext(i);
        source.OnCompleted();
        Assert.Empty(seen);
        _scheduler.Start();
        Assert.Equal(expected, seen);
        Assert.True(completed);
        Assert.Equal(expected.Length, counter.Delivered);
        Assert.Equal(5 - expected.Length, counter.Dropped);
    }

    [Fact]
    public void Error_overtakes_data()
    {
        using var source = new Subject<int>();
        var seen = new List<int>();
        using var subscription = source.Deliver(LossPolicy.Bounded(3), _scheduler).Subscribe(seen.Add, _ => seen.Add(-1));
        source.OnNext(1);
        source.OnNext(2);
        source.OnError(new IOException());
        source.OnNext(3);
        _scheduler.Start();
        Assert.Equal([-1], seen);
    }

    [Fact]
    public void Waiting_frames_are_held_and_dropped_ones_given_back()
    {
        var pool = new FramePool(2, 2, 3);
        using var source = new Subject<CameraFrame>();
        var seen = new List<long>();
        using (source.Deliver(LossPolicy.Latest, _scheduler).Subscribe(f => seen.Add(f.Sequence)))
        {
            Push(1);
            Push(2);
            Assert.Equal(2, pool.Free);
            _scheduler.Start();
            Assert.Equal([2], seen);
            Assert.Equal(3, pool.Free);
            Push(3);
        }
        Assert.Equal(3, pool.Free); // unsubscribing gives back what waits

        void Push(long sequence)
        {
            using var frame = pool.TryRent()!;
            frame.Sequence = sequence;
            source.OnNext(frame);
        }
    }

    [Fact]
    public void Items_cross_to_another_thread_complete_and_in_order()
    {
        using var scheduler = new StreamThread("test");
        using var source = new Subject<int>();
        using var done = new ManualResetEventSlim();
        var seen = new List<int>();
        var threads = new HashSet<int>();
        using var subscription = source.Deliver(LossPolicy.Bounded(10_000), scheduler).Subscribe(See, done.Set);
        for (var i = 0; i < 10_000; i++) source.OnNext(i);
        source.OnCompleted();
        Assert.True(done.Wait(TimeSpan.FromSeconds(30)));
        Assert.Equal(Enumerable.Range(0, 10_000), seen);
        Assert.DoesNotContain(Environment.CurrentManagedThreadId, threads);

        void See(int item)
        {
            seen.Add(item);
            threads.Add(Environment.CurrentManagedThreadId);
        }
    }
}
