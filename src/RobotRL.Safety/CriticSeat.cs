using RobotRL.Model;

namespace RobotRL.Safety;

/// <summary>
/// Who judges at this tick: takes up new critics, retires those whose weights grow stale or that answer nonsense. The loop's side of a
/// <see cref="CriticCell"/>.
/// </summary>
internal sealed class CriticSeat(SafetyLayerParameters parameters, CriticCell cell)
{
    private readonly long _maxAgeNs = parameters.MaxAgeS > 0 ? (long)(parameters.MaxAgeS * 1e9) : long.MaxValue;
    private CriticCell.Offer? _seen;
    private ICritic? _critic;
    private Stamp _bornAt;
    private bool _failed;

    public CriticStatus Status { get; private set; }

    /// <summary>Who may be asked; null where nobody may.</summary>
    public ICritic? Critic => Status == CriticStatus.Ready ? _critic : null;

    /// <summary>Number of the offer that was taken up last; 0 for none.</summary>
    public int Offer => _seen?.Number ?? 0;

    /// <summary>When the weights in use were made, by the session's clock; the origin where they never age.</summary>
    public Stamp BornAt => parameters.MaxAgeS > 0 ? _bornAt : default;

    public long Version => _critic?.Version ?? 0;
    public int Refused => cell.Refused;
    public double RiskThreshold => parameters.RiskThreshold ?? _critic?.RiskThreshold ?? double.NaN;
    public double FeasibilityThreshold => parameters.FeasibilityThreshold ?? _critic?.FeasibilityThreshold ?? double.NaN;

    /// <summary>Takes up the newest critic as one that has been asked for a while already.</summary>
    public void Resume(Stamp bornAt, bool failed)
    {
        if (cell.Newest is not { } offer) return;
        (_seen, _critic, _bornAt, _failed) = (offer, offer.Critic, bornAt, failed);
    }

    public void Update(Stamp now)
    {
        if (cell.Newest is { } offer && !ReferenceEquals(offer, _seen))
        {
            (_seen, _critic, _failed) = (offer, offer.Critic, false);
            _bornAt = now.Plus(-offer.AgeNs);
        }
        Status = _failed || (_critic is null && cell.Refused > 0) ? CriticStatus.Rejected
            : _critic is null ? CriticStatus.Absent
            : now.Since(_bornAt) > _maxAgeNs ? CriticStatus.Stale
            : CriticStatus.Ready;
    }

    /// <summary>It answered with what is not a number: no more questions to it.</summary>
    public void Fail()
    {
        _failed = true;
        Status = CriticStatus.Rejected;
        cell.Refuse();
    }
}
