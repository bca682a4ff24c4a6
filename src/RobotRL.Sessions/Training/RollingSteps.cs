namespace RobotRL.Sessions.Training;

/// <summary>Share of human steps among all steps of the newest episodes.</summary>
internal sealed class RollingSteps(int window)
{
    private readonly Queue<(int Human, int All)> _episodes = new();
    private long _human, _all;

    /// <summary>0 while empty.</summary>
    public double Fraction => _all == 0 ? 0 : (double)_human / _all;

    public void Add(int human, int all)
    {
        _episodes.Enqueue((human, all));
        _human += human;
        _all += all;
        if (_episodes.Count <= window) return;
        var (oldHuman, oldAll) = _episodes.Dequeue();
        _human -= oldHuman;
        _all -= oldAll;
    }
}
