using RobotRL.Model;

namespace RobotRL.Teleop.Devices;

/// <summary>
/// A person at a device on another machine. The device moves the arm; the words of a session, such as success, stop and clear, come from its buttons and, where
/// there is a terminal, from its keys.
/// </summary>
public sealed class DeviceTeleoperator : ITeleoperator
{
    /// <summary>For the screen.</summary>
    public const string Keys =
        "move     the device, while its deadman is held\n" +
        "episode  Y success · N failure · Backspace discard · T new scene · P pause\n" +
        "safety   X STOP · Enter clear it · Esc hand back · held, stopped: B back, G guide";

    private static readonly (TeleopButtons Button, ConsoleKey Key)[] Meanings =
    [
        (TeleopButtons.Success, ConsoleKey.Y), (TeleopButtons.Failure, ConsoleKey.N), (TeleopButtons.Discard, ConsoleKey.Backspace),
        (TeleopButtons.NewScene, ConsoleKey.T), (TeleopButtons.Pause, ConsoleKey.P), (TeleopButtons.Stop, ConsoleKey.X),
        (TeleopButtons.Clear, ConsoleKey.Enter),
    ];

    private readonly DeviceHand _hand;
    private readonly KeyboardHand _words;
    private readonly Func<Stamp> _clock, _session;
    private EpisodeKind _kind = EpisodeKind.Online;

    /// <param name="identity">Who is at the device.</param>
    /// <param name="actions">What can be driven.</param>
    /// <param name="hand">The device's.</param>
    /// <param name="clock">That of the hand's messages.</param>
    /// <param name="session">The session's.</param>
    public DeviceTeleoperator(string identity, ActionLayout actions, DeviceHand hand, Func<Stamp> clock, Func<Stamp> session) =>
        (Identity, _hand, _words, _clock, _session) = (identity, hand, new(actions), clock, session);

    public string Identity { get; }
    public bool IsPerson => true;
    public bool IsReady => _kind is not EpisodeKind.Demonstration || _hand.HasMoved;
    public bool WantsPause => _words.WantsPause;

    /// <summary>How the hand stands, for the screen.</summary>
    public string Status => _words.IsStopped
        ? "STOPPED: Enter, or the device's clear button, clears the stop and goes on" : _hand.Status(_clock());

    /// <summary>Takes the terminal's keys too: all but those that move. A terminal that is lost stops the robot.</summary>
    /// <param name="stop">Stops the robot, from any thread.</param>
    public void ListenToTerminal(Action stop) => KeyReader.Start(Press, stop, _words.Lose);

    public void BeginEpisode(EpisodeKind kind)
    {
        _kind = kind;
        _words.BeginEpisode(kind);
        _hand.BeginEpisode();
    }

    public OperatorCommand Poll(in OperatorView view)
    {
        var now = _clock();
        var hand = _hand.Command(now);
        var said = _hand.TakeWords();
        foreach (var (button, key) in Meanings)
            if ((said & button) != 0) _words.Press(key, view.Time);
        var words = _words.Command(view.Time);
        if (words.StopRequested && hand.Phase is HandPhase.Open or HandPhase.Driving) _hand.Close("after a stop");
        var (drives, demonstrates) = (hand.Phase == HandPhase.Driving && !words.StopRequested, _kind is EpisodeKind.Demonstration);
        var engaged = demonstrates || drives && _kind is EpisodeKind.Online;
        var reason = !engaged ? InterventionReason.None : demonstrates ? InterventionReason.Demonstration : InterventionReason.Requested;
        return new(engaged, engaged ? hand.Action : default, reason, words.DeadmanHeld, words.StopRequested,
            engaged && !demonstrates ? view.Time.Plus(-now.Since(hand.Since)) : null)
        {
            Wish = words.Wish,
            Verdict = words.Verdict,
        };
    }

    public void RequireClearing()
    {
        _words.RequireClearing();
        _hand.Close("after a stop");
    }

    public string? TakeNotice() => _hand.TakeNotice(_clock());

    private void Press(ConsoleKey key)
    {
        if (key is ConsoleKey.Escape) _hand.Close("after you handed back");
        else if (key is ConsoleKey.B or ConsoleKey.G or ConsoleKey.Delete || Meanings.Any(meaning => meaning.Key == key)) _words.Press(key, _session());
    }
}
