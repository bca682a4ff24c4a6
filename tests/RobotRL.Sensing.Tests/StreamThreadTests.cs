using System.Diagnostics;
using System.Reactive.Concurrency;

namespace RobotRL.Sensing.Tests;

public sealed class StreamThreadTests
{
    [Fact]
    public void Runs_what_is_due_in_the_order_of_its_time_on_one_thread_of_its_own()
    {
        List<int> order = [];
        HashSet<int> threads = [];
        using ManualResetEventSlim done = new();
        using StreamThread thread = new("test");
        void Add(int item, double ms) => thread.Schedule(TimeSpan.FromMilliseconds(ms), () =>
        {
            order.Add(item);
            threads.Add(Environment.CurrentManagedThreadId);
            if (item == 3) done.Set();
        });
        Add(3, 60);
        Add(2, 30);
        Add(1, 0);
        Assert.True(done.Wait(TimeSpan.FromSeconds(30)));
        Assert.Equal([1, 2, 3], order);
        Assert.DoesNotContain(Environment.CurrentManagedThreadId, threads);
        Assert.Single(threads);
    }

    [Fact]
    public void Ends_with_what_is_due_and_without_what_is_not()
    {
        var (due, later) = (false, false);
        StreamThread thread = new("test");
        using (thread.Schedule(TimeSpan.FromHours(1), () => later = true)) { }
        thread.Schedule(TimeSpan.FromHours(1), () => later = true);
        thread.Schedule(() => due = true);
        var watch = Stopwatch.StartNew();
        thread.Dispose();
        Assert.Equal((true, false), (due, later));
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 1.9);
    }
}
