using RobotRL.Model;

namespace RobotRL.Teleop.Devices;

/// <summary>
/// The hand at a device whose messages come from elsewhere. It drives while its deadman is held, and only after it was seen at rest with the deadman released:
/// after it appeared, was lost, a stop, a new episode or a hand-back. It is lost when its messages are old, stand still or cannot be believed, and then it is
/// neutral at once. Messages come on the network's thread, commands go on the actor's, and a timer looks in between. Time is an argument.
/// </summary>
/// <param name="actions">What can be driven.</param>
/// <param name="device">When it is believed.</param>
/// <param name="stop">Stops the robot for a cause, from any thread.</param>
public sealed class DeviceHand(ActionLayout actions, TeleopParameters device, Action<FaultCode> stop)
{
    /// <summary>A device that comes and goes tells of it no more often than this.</summary>
    private const long NoticeEveryNs = 1_000_000_000;

    /// <summary>Before a first message all buttons count as pressed, so that none of them is pressed anew by it; but a stop is one at once.</summary>
    private const TeleopButtons Unknown = ~TeleopButtons.Stop;

    private readonly Lock _lock = new();
    private readonly bool[] _isClosed = new bool[actions.Arms.Count];
    private Freshness _motionTime, _buttonsTime;
    private HandMotion _motion;
    private TeleopButtons _pressed = Unknown, _words;
    private HandPhase _phase = HandPhase.Away;
    private string _why = $"nothing has come on {device.Topic} yet";
    private string? _refusal, _loss, _notice;
    private Stamp _since, _changed, _noticeFrom;
    private GripperCommand _gripper;
    private int _arm;
    private bool _hasMoved, _isToldAway;

    /// <summary>Whether it has driven in this episode: a person's demonstration begins with their first motion.</summary>
    public bool HasMoved
    {
        get
        {
            lock (_lock) return _hasMoved;
        }
    }

    /// <summary>A message came.</summary>
    /// <param name="motion">What its axes ask for; null for one without axes.</param>
    /// <param name="pressed">Its buttons; null for one without buttons.</param>
    /// <param name="time">Its stamp, when it was sent and when it came.</param>
    public void Take(HandMotion? motion, TeleopButtons? pressed, in MessageTime time)
    {
        bool isLost, stops;
        lock (_lock)
        {
            // A gap counts also where nobody looked while it lasted.
            isLost = Age(time.Arrived);
            if (motion is { } moved) TakeMotion(moved, time);
            stops = pressed is { } held && TakeButtons(held, time);
            Move(time.Arrived);
        }
        if (isLost) stop(FaultCode.DeadmanReleased);
        if (stops) stop(FaultCode.OperatorStop);
    }

    /// <summary>What came cannot be believed, or nothing comes any more.</summary>
    public void Lose(string why, Stamp now)
    {
        bool stops;
        lock (_lock) stops = LoseIt(why, now);
        if (stops) stop(FaultCode.DeadmanReleased);
    }

    /// <summary>Why nobody may drive for as long as this lasts; null once it does not.</summary>
    public void Refuse(string? why, Stamp now)
    {
        bool stops;
        lock (_lock)
        {
            if (why == _refusal) return;
            stops = why is not null && LoseIt(why, now);
            if (why is not null) Tell($"nobody drives: {why}");
            _refusal = why;
        }
        if (stops) stop(FaultCode.DeadmanReleased);
    }

    /// <summary>It must be seen at rest before it drives again.</summary>
    public void Close(string why)
    {
        lock (_lock) CloseIt(why);
    }

    public void BeginEpisode()
    {
        lock (_lock)
        {
            CloseIt("for a new episode");
            if (_phase == HandPhase.Away) TellAway($"no device: {_why}");
            Array.Clear(_isClosed);
            _hasMoved = false;
        }
    }

    /// <summary>Notices what became too old.</summary>
    public void Look(Stamp now)
    {
        bool stops;
        lock (_lock) stops = Age(now);
        if (stops) stop(FaultCode.DeadmanReleased);
    }

    public HandCommand Command(Stamp now)
    {
        bool stops;
        HandCommand command;
        lock (_lock)
        {
            stops = Age(now);
            var action = actions.Rest;
            if (_phase == HandPhase.Driving)
            {
                foreach (var axis in actions.Arms[_arm].ActiveAxes) action[_arm].Motion[axis] = _motion.Motion[axis];
                (action[_arm].Gripper, _gripper) = (_gripper, GripperCommand.Stay);
            }
            command = new(_phase, action, _since);
        }
        if (stops) stop(FaultCode.DeadmanReleased);
        return command;
    }

    /// <summary>Buttons with a word for the session that were pressed since this was last asked.</summary>
    public TeleopButtons TakeWords()
    {
        lock (_lock)
        {
            (var words, _words) = (_words, TeleopButtons.None);
            return words;
        }
    }

    /// <summary>What a person must be told; null for nothing new.</summary>
    public string? TakeNotice(Stamp now)
    {
        lock (_lock)
        {
            if (now < _noticeFrom || (_loss ?? _notice) is not { } notice) return null;
            (_loss, _notice) = (null, _loss is null ? null : _notice);
            _noticeFrom = now.Plus(NoticeEveryNs);
            return notice;
        }
    }

    /// <summary>How the hand stands, for the screen.</summary>
    public string Status(Stamp now)
    {
        lock (_lock)
        {
            return _phase switch
            {
                _ when _refusal is not null => $"nobody drives: {_refusal}",
                HandPhase.Away => $"no device: {_why}",
                HandPhase.Closed => $"the device waits {_why}: let go of everything ({Held}), then {ToDrive}",
                HandPhase.Open => $"the policy drives; {ToDrive}",
                _ => $"you drive{Which}",
            };
        }
    }

    private string Held => (_pressed != TeleopButtons.None, _motion.Deflection) switch
    {
        (true, _) => $"{_pressed.ToString().ToLowerInvariant()} pressed",
        (_, { } deflection) => deflection,
        _ => "at rest",
    };

    private string ToDrive => device.Buttons.TryGetValue(TeleopButtons.Deadman, out var button)
        ? $"hold the deadman (button {button}) to take over" : "hold the deadman to take over";

    private string Which => actions.Arms.Count == 1 ? "" : $" the {actions.Names[_arm]} arm";

    private void TakeMotion(in HandMotion motion, in MessageTime time)
    {
        if (motion.Content != _motion.Content) _changed = time.Arrived;
        _motion = motion;
        _motionTime.Saw(time);
    }

    /// <returns>Whether that stops the robot.</returns>
    private bool TakeButtons(TeleopButtons pressed, in MessageTime time)
    {
        var edges = pressed & ~_pressed;
        if (pressed != _pressed) _changed = time.Arrived;
        _pressed = pressed;
        _buttonsTime.Saw(time);
        if (IsFresh(time.Arrived) && _refusal is null) Press(edges);
        // A stop is taken from whomever it comes, and however late.
        if ((edges & TeleopButtons.Stop) == 0) return false;
        _words |= TeleopButtons.Stop;
        CloseIt("after a stop");
        return true;
    }

    private bool IsFresh(Stamp now) => _motionTime.IsFresh(now, device.MaxAgeNs) && _buttonsTime.IsFresh(now, device.MaxAgeNs);

    /// <summary>From one phase to the next, by what is known now.</summary>
    private void Move(Stamp now)
    {
        if (!IsFresh(now) || _refusal is not null) return;
        var isHeld = (_pressed & TeleopButtons.Deadman) != 0;
        switch (_phase)
        {
            case HandPhase.Away:
                (_phase, _why, _isToldAway) = (HandPhase.Closed, "to be seen at rest", false);
                Tell($"the device is there; let go of everything, then {ToDrive}");
                Move(now);
                break;
            case HandPhase.Closed when _pressed == TeleopButtons.None && _motion.Deflection is null:
                _phase = HandPhase.Open;
                break;
            case HandPhase.Open when isHeld:
                (_phase, _since, _changed, _hasMoved, _gripper) = (HandPhase.Driving, now, now, true, GripperCommand.Stay);
                break;
            case HandPhase.Driving when !isHeld:
                (_phase, _gripper) = (HandPhase.Open, GripperCommand.Stay);
                break;
            default: break;
        }
    }

    private void Press(TeleopButtons edges)
    {
        if (_phase == HandPhase.Driving && actions.Arms[_arm].HasGripper)
        {
            if ((edges & TeleopButtons.GripperClose) != 0) Grip(isClosed: true);
            if ((edges & TeleopButtons.GripperOpen) != 0) Grip(isClosed: false);
            if ((edges & TeleopButtons.GripperToggle) != 0) Grip(!_isClosed[_arm]);
        }
        if ((edges & TeleopButtons.NextArm) != 0 && actions.Arms.Count > 1)
        {
            _arm = (_arm + 1) % actions.Arms.Count;
            CloseIt("for the other arm");
        }
        _words |= edges & (TeleopButtons.Success | TeleopButtons.Failure | TeleopButtons.Discard | TeleopButtons.NewScene | TeleopButtons.Pause);
        if ((_pressed & TeleopButtons.Deadman) == 0) _words |= edges & TeleopButtons.Clear;
    }

    private void Grip(bool isClosed) => (_isClosed[_arm], _gripper) = (isClosed, isClosed ? GripperCommand.Close : GripperCommand.Open);

    private bool CloseIt(string why)
    {
        if (_phase == HandPhase.Away) return false;
        (_phase, _why, _gripper) = (HandPhase.Closed, why, GripperCommand.Stay);
        return true;
    }

    /// <returns>Whether that stops the robot.</returns>
    private bool Age(Stamp now)
    {
        if (_phase == HandPhase.Away) return false;
        if (!IsFresh(now))
        {
            var oldest = Math.Max(_motionTime.AgeNs(now), _buttonsTime.AgeNs(now));
            return LoseIt($"its newest message is {oldest * 1e-6:F0} ms old, at most {device.MaxAgeNs * 1e-6:F0} ms are allowed", now);
        }
        if (_phase != HandPhase.Driving || device.StillNs is not { } most || now.Since(_changed) <= most) return false;
        var still = $"nothing of the device changed for {most * 1e-6:F0} ms";
        // A device that is out of reach of its receiver is repeated as it was last seen.
        if (_motion.Deflection is not null) return LoseIt($"{still} while it drove, as when a wireless one is out of reach", now);
        CloseIt($"because {still}");
        Tell($"handed back: {still}");
        return false;
    }

    private bool LoseIt(string why, Stamp now)
    {
        var (wasThere, drove) = (_phase != HandPhase.Away, _phase == HandPhase.Driving);
        (_phase, _why, _gripper, _pressed) = (HandPhase.Away, why, GripperCommand.Stay, Unknown);
        (_motionTime, _buttonsTime) = (default, default);
        var stops = drove && device.StopsWhenLost;
        if (stops) _words |= TeleopButtons.Stop;
        if (wasThere) _isToldAway = false;
        TellAway($"the device is lost{(!drove ? "" : stops ? " while it drove, and the robot stops" : " while it drove, and the hand is neutral")}: {why}");
        return stops;
    }

    private void TellAway(string notice)
    {
        if (!_isToldAway) (_loss, _notice) = (notice, null);
        _isToldAway = true;
    }

    private void Tell(string notice) => _notice = notice;
}
