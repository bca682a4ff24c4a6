using RobotRL.Model;

namespace RobotRL.Teleop;

/// <summary>
/// A live operator at a terminal, for realtime mode. A terminal tells of keys going down and repeating, never of their release: a key counts as
/// held for a moment after its last repeat, and the hand as gone a second after the last key.
/// </summary>
public sealed class KeyboardTeleoperator : ITeleoperator
{
    /// <summary>For the screen.</summary>
    public const string Keys =
        "move     W S x · A D y · R F up, down · Q E turn · space gripper · 1 2 3 speed\n" +
        "episode  Y success · N failure · Backspace discard · T new scene · P pause\n" +
        "safety   X STOP · Enter clear it · Esc hand back · held, stopped: B back, G guide";

    private readonly KeyboardHand _hand;
    private readonly Func<Stamp> _clock;

    /// <param name="identity">Who sits at the keyboard.</param>
    /// <param name="actions">What can be driven.</param>
    /// <param name="clock">The session's clock.</param>
    /// <param name="stop">Stops the robot, from any thread: a stop does not wait for the next decision, since there is none on the way to a start pose.</param>
    /// <exception cref="InvalidOperationException">There is no terminal.</exception>
    public KeyboardTeleoperator(string identity, ActionLayout actions, Func<Stamp> clock, Action stop)
    {
        if (Console.IsInputRedirected) throw new InvalidOperationException("--operator live needs a terminal for its keys; standard input is redirected.");
        (Identity, _clock) = (identity, clock);
        _hand = new KeyboardHand(actions);
        KeyReader.Start(key => _hand.Press(key, _clock()), stop, _hand.Lose);
    }

    public string Identity { get; }
    public bool IsPerson => true;
    public bool IsReady => _hand.IsReady;
    public bool WantsPause => _hand.WantsPause;

    /// <summary>How often Enter was pressed: on another machine the robot may be stopped for a cause that nobody here knows.</summary>
    public int Clears => _hand.Clears;
    public void BeginEpisode(EpisodeKind kind) => _hand.BeginEpisode(kind);
    public void RequireClearing() => _hand.RequireClearing();
    public OperatorCommand Poll(in OperatorView view) => _hand.Command(view.Time);

    /// <summary>Who drives, for the screen.</summary>
    public string Status => _hand.Status(_clock());
}
