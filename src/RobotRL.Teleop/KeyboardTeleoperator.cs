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
    private readonly Action _stop;

    /// <param name="identity">Who sits at the keyboard.</param>
    /// <param name="actions">What can be driven.</param>
    /// <param name="clock">The session's clock.</param>
    /// <param name="stop">Stops the robot, from any thread: a stop does not wait for the next decision, since there is none on the way to a start pose.</param>
    /// <exception cref="InvalidOperationException">There is no terminal.</exception>
    public KeyboardTeleoperator(string identity, ActionLayout actions, Func<Stamp> clock, Action stop)
    {
        if (Console.IsInputRedirected) throw new InvalidOperationException("--operator live needs a terminal for its keys; standard input is redirected.");
        (Identity, _clock, _stop) = (identity, clock, stop);
        _hand = new KeyboardHand(actions);
        new Thread(Read) { IsBackground = true, Name = "keyboard" }.Start();
    }

    public string Identity { get; }
    public bool IsPerson => true;
    public bool IsReady => _hand.IsReady;
    public bool WantsPause => _hand.WantsPause;
    public void BeginEpisode(EpisodeKind kind) => _hand.BeginEpisode(kind);
    public void RequireClearing() => _hand.RequireClearing();
    public OperatorCommand Poll(in OperatorView view) => _hand.Command(view.Time);

    /// <summary>Who drives, for the screen.</summary>
    public string Status => _hand.Status(_clock());

    /// <summary>Waits inside the read, to the end of the process: between reads a terminal echoes what is typed, across the display.</summary>
    private void Read()
    {
        try
        {
            while (true)
            {
                var key = Console.ReadKey(intercept: true).Key;
                if (key is ConsoleKey.X) _stop();
                _hand.Press(key, _clock());
            }
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            _hand.Lose(); // The terminal is gone, and the operator with it.
        }
    }
}
