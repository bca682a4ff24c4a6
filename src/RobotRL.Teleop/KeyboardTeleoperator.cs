using RobotRL.Model;

namespace RobotRL.Teleop;

/// <summary>
/// A live operator at a terminal, for realtime mode. A terminal tells of keys going down and repeating, never of their release: a key counts as
/// held for a moment after its last repeat, and the hand as gone a second after the last key.
/// </summary>
public sealed class KeyboardTeleoperator : ITeleoperator, IDisposable
{
    /// <summary>For the screen.</summary>
    public const string Keys =
        "W/S or up/down: x   A/D or left/right: y   R/F: z   Q/E: yaw   space: gripper   1/2/3: slow, medium, fast   Esc: hand back   X: stop   Enter: clear the stop";

    private readonly KeyboardHand _hand;
    private readonly Func<Stamp> _clock;
    private readonly Thread _reader;
    private volatile bool _closing;

    /// <param name="identity">Who sits at the keyboard.</param>
    /// <param name="actions">What can be driven.</param>
    /// <param name="clock">The session's clock.</param>
    /// <exception cref="InvalidOperationException">There is no terminal.</exception>
    public KeyboardTeleoperator(string identity, ActionSpace actions, Func<Stamp> clock)
    {
        if (Console.IsInputRedirected) throw new InvalidOperationException("--operator live needs a terminal for its keys; standard input is redirected.");
        (Identity, _clock) = (identity, clock);
        _hand = new KeyboardHand(actions);
        _reader = new Thread(Read) { IsBackground = true, Name = "keyboard" };
        _reader.Start();
    }

    public string Identity { get; }
    public void BeginEpisode(EpisodeKind kind) => _hand.BeginEpisode(kind);
    public OperatorCommand Poll(in OperatorView view) => _hand.Command(view.Time);

    public void Dispose()
    {
        _closing = true;
        _reader.Join();
    }

    private void Read()
    {
        try
        {
            while (!_closing)
            {
                if (Console.KeyAvailable) _hand.Press(Console.ReadKey(intercept: true).Key, _clock());
                else Thread.Sleep(5);
            }
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            _hand.Lose(); // The terminal is gone, and the operator with it.
        }
    }
}
