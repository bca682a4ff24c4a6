using RobotRL.Model;

namespace RobotRL.Teleop;

/// <summary>What pressed keys mean, at a given time. Keys come on the reader's thread, commands go on the actor's.</summary>
internal sealed class KeyboardHand(ActionLayout actions)
{
    /// <summary>A key moves this long after it was last heard of: over a keyboard's repeat interval, and over one decision.</summary>
    private const long KeyHeldNs = 150_000_000;

    /// <summary>
    /// What is held on to while the robot is stopped ends this long after its key was last heard of: over the delay before a keyboard starts to repeat.
    /// </summary>
    private const long WishHeldNs = 600_000_000;

    /// <summary>Over the delay before a keyboard starts to repeat.</summary>
    private const long HandGoneNs = 1_000_000_000;

    private readonly Lock _lock = new();
    private readonly (Stamp Until, int Sign)[] _axes = new (Stamp, int)[ActionSpace.Axes];
    private EpisodeKind _kind = EpisodeKind.Online;
    private Stamp _engagedSince, _engagedUntil;
    private float _speed = 0.5f;
    private int _arm;
    private GripperCommand _gripper;
    private readonly bool[] _isClosed = new bool[actions.Arms.Count];
    private bool _hasMoved, _pauses;
    private bool _stopped;
    private int _clears;
    private EpisodeVerdict _verdict;
    private StoppedWish _wish;
    private Stamp _wishUntil;
    private bool _lost;

    public void BeginEpisode(EpisodeKind kind)
    {
        lock (_lock)
        {
            (_kind, _gripper, _engagedUntil) = (kind, GripperCommand.Stay, Stamp.Zero);
            Array.Clear(_isClosed);
            (_hasMoved, _verdict) = (false, EpisodeVerdict.None);
            Array.Clear(_axes);
        }
    }

    public void Press(ConsoleKey key, Stamp time)
    {
        lock (_lock)
        {
            switch (key)
            {
                case ConsoleKey.W or ConsoleKey.UpArrow: Move(0, 1, time); break;
                case ConsoleKey.S or ConsoleKey.DownArrow: Move(0, -1, time); break;
                // The end effector's z points down: its y is to the operator's right and its z away from the sky.
                case ConsoleKey.A or ConsoleKey.LeftArrow: Move(1, -1, time); break;
                case ConsoleKey.D or ConsoleKey.RightArrow: Move(1, 1, time); break;
                case ConsoleKey.R: Move(2, -1, time); break;
                case ConsoleKey.F: Move(2, 1, time); break;
                case ConsoleKey.Q: Move(5, -1, time); break;
                case ConsoleKey.E: Move(5, 1, time); break;
                case ConsoleKey.Spacebar: ToggleGripper(time); break;
                case ConsoleKey.Tab: TakeNextArm(); break;
                case ConsoleKey.D1: _speed = 0.2f; break;
                case ConsoleKey.D2: _speed = 0.5f; break;
                case ConsoleKey.D3: _speed = 1; break;
                case ConsoleKey.Escape: HandBack(); break;
                case ConsoleKey.X: _stopped = true; break;
                case ConsoleKey.Enter: (_stopped, _clears) = (false, _clears + 1); break;
                case ConsoleKey.Y: _verdict = EpisodeVerdict.Success; break;
                case ConsoleKey.N: _verdict = EpisodeVerdict.Failure; break;
                case ConsoleKey.Backspace or ConsoleKey.Delete: _verdict = EpisodeVerdict.Discard; break;
                case ConsoleKey.T: _verdict = EpisodeVerdict.NewScene; break;
                case ConsoleKey.P: _pauses = !_pauses; break;
                case ConsoleKey.B: (_wish, _wishUntil) = (StoppedWish.Retreat, time.Plus(WishHeldNs)); break;
                case ConsoleKey.G: (_wish, _wishUntil) = (StoppedWish.Guide, time.Plus(WishHeldNs)); break;
                default: break;
            }
        }
    }

    /// <summary>Whether the episode may begin: a demonstration does with the first motion.</summary>
    public bool IsReady
    {
        get
        {
            lock (_lock) return _kind is not EpisodeKind.Demonstration || _hasMoved;
        }
    }

    public bool WantsPause
    {
        get
        {
            lock (_lock) return _pauses;
        }
    }

    /// <summary>Whether a stop lasts that an operator must clear.</summary>
    public bool IsStopped
    {
        get
        {
            lock (_lock) return _stopped;
        }
    }

    /// <summary>How often a stop was to be cleared, whether or not one was asked for here.</summary>
    public int Clears
    {
        get
        {
            lock (_lock) return _clears;
        }
    }

    /// <summary>Who drives, for the screen.</summary>
    public string Status(Stamp time)
    {
        lock (_lock)
            return _lost ? "the keyboard is gone"
                : _stopped ? "STOPPED: Enter clears the stop and goes on; hold B to go back inside a limit, G to lead the arm by hand"
                : (_kind is EpisodeKind.Demonstration ? _hasMoved ? $"you demonstrate{Which}, speed {_speed:P0}" : "your first motion begins the demonstration"
                    : time < _engagedUntil ? $"you drive{Which}, speed {_speed:P0}"
                    : "the policy drives; any motion key takes over")
                    + (_pauses ? "; a pause follows this episode, P goes on" : "");
    }

    private string Which => actions.Arms.Count == 1 ? "" : $" the {actions.Names[_arm]} arm (Tab takes the other one)";

    /// <summary>As if the operator had pressed stop: Enter clears it.</summary>
    public void RequireClearing()
    {
        lock (_lock) _stopped = true;
    }

    public void Lose()
    {
        lock (_lock) _lost = true;
    }

    public OperatorCommand Command(Stamp time)
    {
        lock (_lock)
        {
            var action = actions.Rest;
            foreach (var axis in actions.Arms[_arm].ActiveAxes)
                if (time < _axes[axis].Until) action[_arm].Motion[axis] = _axes[axis].Sign * _speed;
            (action[_arm].Gripper, _gripper) = (_gripper, GripperCommand.Stay);
            (var verdict, _verdict) = (_verdict, EpisodeVerdict.None);
            var demonstrates = _kind is EpisodeKind.Demonstration;
            var engaged = demonstrates || _kind is EpisodeKind.Online && time < _engagedUntil;
            var reason = !engaged ? InterventionReason.None : demonstrates ? InterventionReason.Demonstration : InterventionReason.Requested;
            return new OperatorCommand(engaged, engaged ? action : default, reason, DeadmanHeld: !_lost, StopRequested: _stopped,
                RequestedAt: engaged && !demonstrates ? _engagedSince : null)
            {
                Wish = time < _wishUntil ? _wish : StoppedWish.None,
                Verdict = verdict,
            };
        }
    }

    private void Move(int axis, int sign, Stamp time)
    {
        _axes[axis] = (time.Plus(KeyHeldNs), sign);
        Engage(time);
    }

    private void ToggleGripper(Stamp time)
    {
        if (!actions.Arms[_arm].HasGripper) return;
        _isClosed[_arm] = !_isClosed[_arm];
        _gripper = _isClosed[_arm] ? GripperCommand.Close : GripperCommand.Open;
        Engage(time);
    }

    /// <summary>The keys move one arm at a time; the other one holds its place meanwhile.</summary>
    private void TakeNextArm()
    {
        _arm = (_arm + 1) % actions.Arms.Count;
        _gripper = GripperCommand.Stay;
        Array.Clear(_axes);
    }

    private void Engage(Stamp time)
    {
        _hasMoved = true;
        if (time >= _engagedUntil) _engagedSince = time;
        _engagedUntil = time.Plus(HandGoneNs);
    }

    private void HandBack()
    {
        _engagedUntil = Stamp.Zero;
        Array.Clear(_axes);
    }
}
