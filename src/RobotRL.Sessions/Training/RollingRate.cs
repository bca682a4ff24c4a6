namespace RobotRL.Sessions.Training;

/// <summary>Mean of the newest values of a series.</summary>
internal sealed class RollingRate(int window)
{
    private readonly Queue<double> _values = new();
    private double _sum;

    /// <summary>How many values the window holds at most.</summary>
    public int Window => window;

    public int Count => _values.Count;

    /// <summary>NaN while empty.</summary>
    public double Mean => _values.Count == 0 ? double.NaN : _sum / _values.Count;

    public void Add(double value)
    {
        _values.Enqueue(value);
        _sum += value;
        if (_values.Count > window) _sum -= _values.Dequeue();
    }
}
