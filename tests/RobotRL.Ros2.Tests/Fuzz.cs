namespace RobotRL.Ros2.Tests;

/// <summary>Makes of a whole message one that is none.</summary>
internal static class Fuzz
{
    public static byte[] Harm(byte[] message, Random random)
    {
        switch (random.Next(5))
        {
            case 0: return message[..random.Next(message.Length)];
            case 1: return [.. message, .. new byte[random.Next(1, 40)]];
            case 2:
                var noise = new byte[random.Next(4, 200)];
                random.NextBytes(noise);
                (noise[0], noise[1]) = (0, 1);
                return noise;
            case 3:
                // A length that cannot be.
                var at = 4 * random.Next(1, Math.Max(2, message.Length / 4 - 1));
                var length = random.Next(2) == 0 ? uint.MaxValue - (uint)random.Next(4) : (uint)random.Next(1 << 24);
                BitConverter.TryWriteBytes(message.AsSpan(Math.Min(at, message.Length - 4)), length);
                return message;
            default:
                for (var changes = random.Next(1, 8); changes > 0; changes--) message[random.Next(message.Length)] = (byte)random.Next(256);
                return message;
        }
    }
}
