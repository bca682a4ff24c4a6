namespace RobotRL.Sensing;

/// <summary>What a subscription does when its subscriber is slower than its source. Named at every subscription that crosses threads.</summary>
/// <param name="Capacity">Items that may wait; the oldest goes when one more comes.</param>
public readonly record struct LossPolicy(int Capacity)
{
    /// <summary>Only the newest counts.</summary>
    public static readonly LossPolicy Latest = new(1);

    /// <summary>Up to <paramref name="capacity"/> wait, older ones are lost.</summary>
    public static LossPolicy Bounded(int capacity) => capacity > 0 ? new(capacity) : throw new ArgumentOutOfRangeException(nameof(capacity));
}

/// <summary>What became of a subscription's items. Read from any thread.</summary>
public sealed class DeliveryCounter
{
    private long _delivered;
    private long _dropped;

    public long Delivered => Interlocked.Read(ref _delivered);
    public long Dropped => Interlocked.Read(ref _dropped);

    internal void CountDelivered() => Interlocked.Increment(ref _delivered);
    internal void CountDropped() => Interlocked.Increment(ref _dropped);
}
