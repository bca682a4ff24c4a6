using RobotRL.Critic;
using RobotRL.Recording.Traces;
using RobotRL.Safety;

namespace RobotRL.Sessions.Replaying;

/// <summary>Offers the loop the critics that it had, at the ticks at which it had them; or another one throughout.</summary>
/// <param name="cell">Where the loop finds them.</param>
/// <param name="directory">Where the run keeps its critics by hash.</param>
/// <param name="instead">The files of the critic to ask instead of those; null for those.</param>
public sealed class RecordedCritics(CriticCell cell, string directory, string? instead)
{
    private readonly Dictionary<int, string> _known = [];
    private int _offered;

    /// <summary>What the trace says of critics that come into use.</summary>
    public void Learn(IEnumerable<TracedCritic> critics)
    {
        foreach (var (offer, sha256) in critics) _known[offer] = sha256;
    }

    /// <summary>Before a tick.</summary>
    /// <param name="offer">The critic that it used, by number; 0 for none.</param>
    /// <param name="ageNs">How old its weights were then.</param>
    /// <param name="refused">How many sets of weights had been refused by then.</param>
    public void Offer(int offer, long ageNs, int refused)
    {
        if (instead is not null)
        {
            if (_offered++ == 0) cell.Publish(CriticFile.Read(instead).Critic);
            return;
        }
        while (cell.Refused < refused) cell.Refuse();
        if (offer == _offered) return;
        // Numbers count the session's offers, of which this one may have been the first that an episode saw.
        if (!_known.TryGetValue(offer, out var sha256) || sha256.Length == 0)
            throw new InvalidDataException($"critic {offer} of the session came of no files, so it cannot be asked again");
        var folder = Path.Combine(directory, sha256);
        var critic = CriticFile.Read(folder).Critic;
        for (; _offered < offer; _offered++) cell.Publish(critic, ageNs);
    }
}
