namespace RobotRL.Safety;

/// <summary>How the learned critic stands.</summary>
public enum CriticStatus : byte
{
    /// <summary>There are no weights: the deterministic layer stands alone.</summary>
    Absent,

    /// <summary>Weights are in use.</summary>
    Ready,

    /// <summary>The weights in use are older than allowed, and are no longer asked.</summary>
    Stale,

    /// <summary>The weights offered, or what they answered, could not be used, and there are no others.</summary>
    Rejected,
}

/// <summary>
/// Hands critics to the control loop: whoever loads weights publishes, the loop takes the newest up at its next tick, whole, by one exchange of
/// references. What was refused is counted here, so that it shows.
/// </summary>
public sealed class CriticCell
{
    private readonly Lock _publishing = new();
    private Offer? _offer;
    private int _refused;

    /// <summary>Sets of weights that were refused so far.</summary>
    public int Refused => Volatile.Read(ref _refused);

    /// <param name="critic">Checked; from now on the loop's.</param>
    /// <param name="ageNs">How old its weights are already.</param>
    /// <returns>The number of this offer, counted from 1: the loop's records name the critic in use by it.</returns>
    public int Publish(ICritic critic, long ageNs = 0)
    {
        lock (_publishing)
        {
            var number = (Volatile.Read(ref _offer)?.Number ?? 0) + 1;
            Volatile.Write(ref _offer, new(critic, ageNs, number));
            return number;
        }
    }

    /// <summary>Says that weights were there which could not be used.</summary>
    public void Refuse() => Interlocked.Increment(ref _refused);

    internal Offer? Newest => Volatile.Read(ref _offer);

    internal sealed record Offer(ICritic Critic, long AgeNs, int Number);
}
