using RobotRL.Safety;

namespace RobotRL.Lab.Ablation;

/// <summary>
/// The reflex where there is no control loop below the decision: the learned recovery if its own risk is low, else the way back along the recent path if that
/// one's is, else hold; once held, a target is followed again only well below the threshold, and a hold that lasts too long is a stop.
/// </summary>
internal sealed class DecisionReflex
{
    private const int RecentSteps = 5, MostHeldSteps = 10;
    private const double Hysteresis = 0.2;
    private readonly Queue<(double X, double Y)> _path = new();
    private int _held;

    /// <summary>Who judges.</summary>
    public required SafetyCritic Critic { get; set; }

    /// <summary>The reflex has nothing left to try.</summary>
    public bool IsExhausted => _held > MostHeldSteps;

    public void Begin()
    {
        _path.Clear();
        _held = 0;
    }

    /// <summary>Whether the proposal must not be executed as it is.</summary>
    public bool Flags(PointMass at, double x, double y) => !IsSafe(at.Features(x, y), _held > 0 ? 1 - Hysteresis : 1);

    /// <summary>The action that is executed in place of a flagged proposal.</summary>
    public (double X, double Y) Recover(PointMass at)
    {
        var learned = new float[2];
        if (Critic.HasRecovery)
        {
            Critic.Recover(at.Features(0, 0).AsSpan(0, 2), learned);
            if (IsSafe(at.Features(learned[0], learned[1]), 1)) return Taken(learned[0], learned[1]);
        }
        if (_path.TryPeek(out var before))
        {
            var (x, y) = (before.X - at.X, before.Y - at.Y);
            var size = Math.Max(1, Math.Max(Math.Abs(x), Math.Abs(y)));
            if (IsSafe(at.Features(x / size, y / size), 1)) return Taken(x / size, y / size);
        }
        _held++;
        return (0, 0);
    }

    /// <summary>Remembers where the point was before a decision that passed.</summary>
    public void Passed(PointMass at)
    {
        _held = 0;
        _path.Enqueue((at.X, at.Y));
        if (_path.Count > RecentSteps) _path.Dequeue();
    }

    private (double, double) Taken(double x, double y)
    {
        _held = 0;
        return (x, y);
    }

    private bool IsSafe(float[] features, double share)
    {
        var (risk, feasibility) = Critic.Query(features);
        // A critic that answers nonsense is none: the deterministic layer stands alone.
        return !float.IsFinite(risk) || !float.IsFinite(feasibility) || (risk <= Critic.RiskThreshold * share && feasibility <= Critic.FeasibilityThreshold);
    }
}
