using System.Runtime.InteropServices;
using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control;

/// <summary>
/// Between the memory that a control process shares and its loop: each tick reads what the actor has written there, examines it, and passes on what an
/// actor can have meant. Nothing else of the memory reaches the loop. What cannot have been written by an actor stops the robot; the work of a tick is bounded,
/// whatever the memory holds. What is known of the memory is kept here: nothing that the control process wrote is read back, other than to see it changed.
/// </summary>
internal sealed unsafe class ChannelIntake
{
    /// <summary>More of anything cannot be asked for between two looks, even where the loop missed hundreds of periods.</summary>
    private const int MostAsked = 1000;

    /// <summary>Values published between two looks: a link shows life twice a period at most, and the loop may have been away for long.</summary>
    private const long MostPublished = 1 << 20;

    private const long MostTargets = 1L << 48;

    /// <summary>No time that an actor names is farther from now, ns.</summary>
    private const long MostAheadNs = 3_600_000_000_000;

    private readonly ControlChannel _channel;
    private readonly ControlCells _cells;
    private readonly ChannelHeader _written;
    private readonly long _linkMaxTicks, _busyMaxTicks;
    private ChannelRequests _asked, _taken;
    private CartesianTarget _target;
    private Heartbeat _heartbeat;
    private FaultSet _stops;
    private long _linkSeen, _asksSeen, _targetsSeen, _beatsSeen, _link, _silentTicks, _busyTicks, _sequence;

    /// <param name="channel">The control process's side, as it was made.</param>
    /// <param name="linkMaxTicks">Longest silence of a commanding actor's process, ticks.</param>
    /// <param name="busyMaxTicks">Longest time that a write may take, ticks.</param>
    public ChannelIntake(ControlChannel channel, long linkMaxTicks, long busyMaxTicks)
    {
        (_channel, _cells, _linkMaxTicks, _busyMaxTicks) = (channel, channel.Cells, linkMaxTicks, busyMaxTicks);
        _written = Constant(channel.Header);
    }

    /// <summary>Whether the actor wants the control process to end.</summary>
    public bool IsEndAsked { get; private set; }

    /// <summary>Takes in what came since the last tick; before the cycle's tick, on its thread.</summary>
    public void Take(Stamp now)
    {
        _stops = default;
        Require(IsHeaderWhole());
        if (Volatile.Read(ref _channel.Header.ActorLayout) is var layout && layout != 0 && layout != ChannelLayout.Hash) Stop(FaultCode.ProtocolMismatch);
        var isBusy = TakeLink();
        isBusy |= TakeRequests();
        // The target before the beat: its writer publishes the beat first, so a target never appears without a commander.
        isBusy |= TakeTarget(now);
        isBusy |= TakeBeat(now);
        // A writer that was killed in the midst shows no life either; of one that lives, no write takes so long.
        _busyTicks = isBusy && _silentTicks <= _linkMaxTicks ? _busyTicks + 1 : 0;
        Require(_busyTicks <= _busyMaxTicks);
        if (_silentTicks > _linkMaxTicks && _heartbeat.IsLeading) Stop(FaultCode.HeartbeatLost);
        if (!_stops.IsEmpty) _cells.RequestStops(_stops);
    }

    private bool IsHeaderWhole()
    {
        var header = Constant(_channel.Header);
        return new ReadOnlySpan<byte>(&header, sizeof(ChannelHeader)).SequenceEqual(MemoryMarshal.AsBytes(new ReadOnlySpan<ChannelHeader>(in _written)))
            && (!_channel.IsOpen || Volatile.Read(ref _channel.Header.Magic) == ChannelLayout.Magic);
    }

    /// <summary>What of it stays the same from the beginning.</summary>
    private static ChannelHeader Constant(ChannelHeader header)
    {
        (header.Magic, header.ActorLayout) = (0, 0);
        return header;
    }

    private bool TakeLink()
    {
        var reading = _channel.Link.Read(ref _link, ref _linkSeen, MostPublished);
        Require(reading != CellReading.Corrupt);
        _silentTicks = reading == CellReading.New ? 0 : _silentTicks + 1;
        return reading == CellReading.Busy;
    }

    private bool TakeTarget(Stamp now)
    {
        var reading = _channel.Targets.Read(ref _target, ref _targetsSeen, MostPublished);
        if (reading == CellReading.New && IsPlausible(_target, now))
        {
            _sequence = _target.Sequence;
            _cells.Targets.Publish(_target);
        }
        else Require(reading is CellReading.Old or CellReading.Busy);
        return reading == CellReading.Busy;
    }

    /// <summary>Poses, stiffness and grip are the gate's to judge, which has a fault and a flag for each.</summary>
    private bool IsPlausible(in CartesianTarget target, Stamp now) =>
        target.Source <= ActionSource.Reset && target.Sequence > _sequence && target.Sequence < MostTargets &&
        IsNear(target.IssueTime, now) && IsNear(target.DueTime, now);

    private static bool IsPlausible(in Heartbeat beat, Stamp now) =>
        beat.State <= CommandingState.Guiding && (!beat.IsLeading || IsNear(beat.Time, now));

    private bool TakeBeat(Stamp now)
    {
        var before = _heartbeat;
        var reading = _channel.Heartbeats.Read(ref _heartbeat, ref _beatsSeen, MostPublished);
        if (reading == CellReading.New && IsPlausible(_heartbeat, now))
        {
            _cells.Heartbeats.Publish(_heartbeat);
            return false;
        }
        _heartbeat = before;
        Require(reading is CellReading.Old or CellReading.Busy);
        return reading == CellReading.Busy;
    }

    private bool TakeRequests()
    {
        var reading = _channel.Requests.Read(ref _asked, ref _asksSeen, MostPublished);
        if (reading == CellReading.New) TakeUp();
        else Require(reading is CellReading.Old or CellReading.Busy);
        return reading == CellReading.Busy;
    }

    private void TakeUp()
    {
        if (_asked.Actor != _taken.Actor)
        {
            _sequence = 0;
            // An actor that could not read what the one before had asked for counts from 0.
            if (_asked.Resets < _taken.Resets || _asked.AutomaticResets < _taken.AutomaticResets || _asked.Rebases < _taken.Rebases ||
                _asked.LimitChanges < _taken.LimitChanges || _asked.Scenes < _taken.Scenes) _taken = default;
        }
        for (var cause = 0; cause < ChannelRequests.Causes; cause++)
            if (_asked.Stops[cause] != _taken.Stops[cause]) Stop((FaultCode)cause);
        if (Risen(_asked.Resets, _taken.Resets) > 0) _cells.RequestReset();
        if (Risen(_asked.AutomaticResets, _taken.AutomaticResets) > 0) _cells.RequestAutomaticReset();
        if (Risen(_asked.Rebases, _taken.Rebases) > 0) _cells.RequestRebase();
        if (Risen(_asked.LimitChanges, _taken.LimitChanges) is > 0 and var attempts) _cells.RefuseLimitChange(attempts);
        if (Risen(_asked.Scenes, _taken.Scenes) > 0) _cells.Scenes.Publish(new(_asked.Scenes, _asked.SceneSeed));
        Require(_asked.EndAsked is 0 or 1 && _asked.Process >= 0);
        IsEndAsked |= _asked.EndAsked == 1;
        _channel.ActorProcess = Math.Max(0, _asked.Process);
        _taken = _asked;
    }

    /// <summary>How many more are asked for; 0 where that cannot be.</summary>
    private int Risen(int asked, int taken)
    {
        var more = (long)asked - taken;
        Require(more is >= 0 and <= MostAsked);
        return more is >= 0 and <= MostAsked ? (int)more : 0;
    }

    private void Require(bool holds)
    {
        if (!holds) Stop(FaultCode.ChannelCorrupt);
    }

    private void Stop(FaultCode cause) => _stops = _stops.With(cause);

    private static bool IsNear(Stamp time, Stamp now) => time.Ns >= 0 && time.Ns <= now.Ns + MostAheadNs && time.Ns >= now.Ns - MostAheadNs;
}
