using RobotRL.Control;
using RobotRL.Model;

namespace RobotRL.Lab.Faults;

/// <summary>Virtual time whose pacer is late, or breaks, on request.</summary>
internal sealed class FaultyPacer(IPlant plant) : IPacer
{
    /// <summary>The coming tick begins so late, once, ns.</summary>
    public long LateNs { get; set; }

    /// <summary>The coming wait fails.</summary>
    public bool Breaks { get; set; }

    public Stamp Now => plant.Now;
    public long LatenessNs => 0;
    public long BehindNs { get; private set; }
    public long SinceDeadlineNs => 0;
    public long Overruns => 0;

    public void Next()
    {
        if (Breaks) throw new InvalidOperationException("The pacer failed.");
        plant.Step();
        (BehindNs, LateNs) = (LateNs, 0);
    }
}
