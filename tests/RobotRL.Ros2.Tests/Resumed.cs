namespace RobotRL.Ros2.Tests;

/// <summary>
/// A training on a machine that others keep busy. Where the machine kept the loop waiting for too long the robot was stopped, rightly, and the same command
/// goes on from there.
/// </summary>
internal static class Resumed
{
    private const int Tries = 8, Stopped = 3;

    private static readonly string[] Late = ["HeartbeatLost", "LoopLate", "StaleTarget", "StaleState", "ClockForward", "SensorError"];

    /// <summary>Whether lateness stopped the robot.</summary>
    public static bool WasLate(OtherProcess train) => train.Lines.Any(line =>
        line.Contains("STOPPED", StringComparison.Ordinal) && Late.Any(cause => line.Contains($"({cause})", StringComparison.Ordinal)));

    /// <summary>Waits for the end of a training, and runs its command again where lateness alone ended it.</summary>
    public static void UntilDone(OtherProcess first, string[] command)
    {
        var (train, code) = (first, first.ExitCode());
        for (var i = 0; i < Tries && code == Stopped && Late.Any(cause => train.Lines[^1].Contains(cause, StringComparison.Ordinal)); i++)
        {
            if (train != first) train.Dispose();
            code = (train = OtherProcess.Robotrl(command)).ExitCode();
        }
        Assert.True(code == 0, $"{code}: {string.Join('\n', train.Lines)}");
        if (train != first) train.Dispose();
    }
}
