namespace RobotRL.Cli.Ablation;

/// <summary>
/// Keeps what a critic would see four times a decision: at 1 kHz it is asked in the middle of decisions too. Each of the four phases is a chain of its own
/// whose links lie one decision period apart, so that the critic's discount counts decisions.
/// </summary>
internal sealed class HarmRecorder(double forceLimitN)
{
    public const int Phases = 4;

    private readonly List<(float[] Features, double PeakN)> _parts = [];

    public void Clear() => _parts.Clear();

    /// <summary>Adds a quarter of a decision period.</summary>
    /// <param name="features">At its start.</param>
    /// <param name="peakN">Largest external force during it.</param>
    public void Add(float[] features, double peakN) => _parts.Add((features, peakN));

    /// <summary>The chains up to the first violation, or to the end.</summary>
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
                var peak = _parts[at].PeakN;
                for (var i = at; i < Math.Min(at + Phases, count); i++) peak = Math.Max(peak, _parts[i].PeakN);
                steps.Add((_parts[at].Features, (float)((peak - forceLimitN) / forceLimitN)));
            }
            chains.Add(new(steps, violation >= 0, isOver && violation < 0));
        }
        return chains;
    }
}
