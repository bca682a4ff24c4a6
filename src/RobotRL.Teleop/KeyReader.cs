namespace RobotRL.Teleop;

/// <summary>Reads the keys of this process's terminal, on a thread of its own.</summary>
internal static class KeyReader
{
    /// <summary>Reads to the end of the process, inside the read: between reads a terminal echoes what is typed, across the display.</summary>
    /// <param name="press">Takes each key.</param>
    /// <param name="stop">Called first with the key that stops: a stop does not wait for the next decision.</param>
    /// <param name="lose">The terminal is gone, and the operator with it.</param>
    public static void Start(Action<ConsoleKey> press, Action stop, Action lose) => new Thread(() =>
    {
        try
        {
            while (true)
            {
                var key = Console.ReadKey(intercept: true).Key;
                if (key is ConsoleKey.X) stop();
                press(key);
            }
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            lose();
        }
    })
    { IsBackground = true, Name = "keyboard" }.Start();
}
