using RobotRL.Model;

namespace RobotRL.Critic;

/// <summary>One decision's worth of experience with harm, as a safety critic learns from it.</summary>
/// <param name="Features">The part of state and executed action that the critic sees.</param>
/// <param name="Margin">h: how far into the worst constraint the period went, (value − limit) / limit; negative is safe.</param>
/// <param name="Violated">c: whether a constraint was broken within the period; the experience ends there.</param>
/// <param name="Next">Features one period later, with the action that was executed then; null where nothing followed.</param>
public sealed record SafetyTransition(float[] Features, float Margin, bool Violated, float[]? Next);

/// <summary>
/// Experience of harm in two rings, violations and the rest: harm is rare, so a batch takes a fixed share of it. One thread at a time.
/// </summary>
public sealed class SafetyBuffer(int capacity)
{
    private readonly List<SafetyTransition> _violations = [], _others = [];
    private int _oldestViolation, _oldestOther;

    public int Violations => _violations.Count;

    public int Count => _violations.Count + _others.Count;

    public void Add(SafetyTransition transition)
    {
        if (transition.Violated) Put(_violations, ref _oldestViolation, transition);
        else Put(_others, ref _oldestOther, transition);
    }

    /// <summary>Fills a batch; where one of the rings is empty, every row comes from the other.</summary>
    /// <param name="batch">Receives the rows, violations first.</param>
    /// <param name="violationShare">Share of the rows that end in a violation.</param>
    /// <param name="noise">Where the draws come from.</param>
    public void Sample(Span<SafetyTransition> batch, double violationShare, RandomStream noise)
    {
        if (Count == 0) throw new InvalidOperationException("There is nothing to draw from.");
        var harmful = _violations.Count == 0 ? 0 : _others.Count == 0 ? batch.Length : (int)Math.Round(violationShare * batch.Length);
        for (var i = 0; i < batch.Length; i++)
        {
            var from = i < harmful ? _violations : _others;
            batch[i] = from[noise.NextByOneDraw(from.Count)];
        }
    }

    private void Put(List<SafetyTransition> ring, ref int oldest, SafetyTransition transition)
    {
        if (ring.Count < capacity) ring.Add(transition);
        else
        {
            ring[oldest] = transition;
            oldest = (oldest + 1) % capacity;
        }
    }
}
