namespace RobotRL.Mcap;

/// <summary>Earliest and latest of the times added; zeros while there is none, as the format asks.</summary>
internal struct TimeSpanned
{
    private bool _any;

    public ulong First { get; private set; }
    public ulong Last { get; private set; }

    public void Add(ulong time)
    {
        First = _any ? Math.Min(First, time) : time;
        Last = _any ? Math.Max(Last, time) : time;
        _any = true;
    }
}
