using RobotRL.Critic;

namespace RobotRL.Lab.Ablation;

/// <summary>
/// Keeps what a critic would see four times a decision: at 1 kHz it is asked in the middle of decisions too. Each of the four phases is a chain of its own
/// whose links lie one decision period apart, so that the critic's discount counts decisions.
/// </summary>
internal sealed class HarmRecorder(double forceLimitN)
{
    public const int Phases = 4;

    private readonly List<(float[] Features, double PeakN, bool Acted)> _parts = [];

    public void Clear() => _parts.Clear();

    /// <summary>Adds a quarter of a decision period.</summary>
    /// <param name="features">At its start.</param>
    /// <param name="peakN">Largest external force during it.</param>
    /// <param name="acted">A reflex moved the arm for a while, so the outcome says nothing about the motion that the features describe.</param>
    public void Add(float[] features, double peakN, bool acted) => _parts.Add((features, peakN, acted));

    /// <summary>
    /// The chains up to the first violation, or to the end. A chain ends where the reflex acts: its last link is the motion that was proposed and not made.
    /// Nobody knows how that motion would have ended, so it counts only as the outcome of the link before it.
    /// </summary>
    public IReadOnlyList<HarmEpisode> Chains(bool isOver)
    {
        var violation = _parts.FindIndex(p => p.PeakN > forceLimitN);
        var count = violation < 0 ? _parts.Count : violation + 1;
        List<HarmEpisode> chains = [];
        for (var phase = 0; phase < Math.Min(Phases, count); phase++)
        {
            List<(float[], float)> steps = [];
            for (var at = phase; at < count; at += Phases)
            {
                var (peak, acted, isLast) = (_parts[at].PeakN, _parts[at].Acted, at + Phases >= count);
                for (var i = at; i < Math.Min(at + Phases, count); i++) (peak, acted) = (Math.Max(peak, _parts[i].PeakN), acted | _parts[i].Acted);
                steps.Add((_parts[at].Features, (float)((peak - forceLimitN) / forceLimitN)));
                if (!isLast && !acted) continue;
                chains.Add(new([.. steps], isLast && !acted && violation >= 0, isLast && !acted && isOver && violation < 0));
                steps.Clear();
            }
        }
        return chains;
    }
}
