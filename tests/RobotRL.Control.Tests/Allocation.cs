namespace RobotRL.Control.Contract;

/// <summary>What a piece of code allocates on this thread.</summary>
internal static class Allocation
{
    /// <summary>The least of a few runs after a first: the runtime allocates too, now and then, where it puts better code in place of the first.</summary>
    public static long Least(Action run)
    {
        run();
        return Enumerable.Range(0, 5).Min(_ =>
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            run();
            return GC.GetAllocatedBytesForCurrentThread() - before;
        });
    }
}
