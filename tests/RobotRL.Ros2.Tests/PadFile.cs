using RobotRL.Ros2.Nodes;
using RobotRL.Wire;

namespace RobotRL.Ros2.Tests;

/// <summary>What a pad sends from now on, written ahead for the Fast DDS peer: 50 messages a second, their deadman pressed and released in turn.</summary>
internal sealed class PadFile : IDisposable
{
    public const int Rate = 50;

    /// <param name="seconds">Length.</param>
    /// <param name="secondOfPress">Rest before each press, s.</param>
    /// <param name="pressForS">Length of each press, s.</param>
    /// <param name="beginsInS">When the first message is to be sent: stamps count from there.</param>
    public PadFile(double seconds, double secondOfPress, double pressForS, double beginsInS = 0.5)
    {
        Path = System.IO.Path.GetTempFileName();
        using BinaryWriter writer = new(File.Create(Path));
        CdrWriter cdr = new();
        var begin = WallClock.NowNs + (long)(beginsInS * 1e9);
        for (var n = 0; n < seconds * Rate; n++)
        {
            var isHeld = (double)n / Rate % (secondOfPress + pressForS) >= secondOfPress;
            var joy = PlayedPad.At(begin + n * 1_000_000_000L / Rate, isHeld ? 0.9f + 1e-4f * (n % 7) : 0, isHeld);
            var bytes = cdr.Message(joy);
            writer.Write(bytes.Length);
            writer.Write(bytes);
        }
    }

    public string Path { get; }

    public void Dispose() => File.Delete(Path);
}
