using RobotRL.Control;
using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Sessions.Replaying;

/// <summary>
/// An arm that is none: it reports what was measured, at the times at which it was, and executes nothing. What is written to it stands in the loop's
/// records.
/// </summary>
internal sealed class RecordedRobot(RobotDescription description) : IRobot, IPacer
{
    private RobotState _state;
    private bool _isNew;

    public RobotDescription Description { get; } = description;
    public Stamp Now { get; private set; }
    public long LatenessNs => 0;
    public long BehindNs { get; private set; }
    public long SinceDeadlineNs => 0;
    public long Overruns => 0;

    /// <summary>What the coming tick finds.</summary>
    public void Show(Stamp now, in RobotState state, bool isNew, long behindNs) => (Now, _state, _isNew, BehindNs) = (now, state, isNew, behindNs);

    public bool TryRead(ref RobotState state)
    {
        if (_isNew) state = _state;
        return _isNew;
    }

    public void Write(in SafeCommand command)
    {
        if (!command.IsSealed) throw new UnsealedCommandException();
    }

    public void Next() { }

    public void Dispose() { }
}
