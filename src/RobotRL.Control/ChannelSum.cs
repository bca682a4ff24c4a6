namespace RobotRL.Control;

/// <summary>
/// A sum over a value and the number it was written under. It tells accidents from writes, and does not prove who wrote: whoever may write to the memory
/// can compute it as well.
/// </summary>
internal static unsafe class ChannelSum
{
    private const ulong Odd = 0x9E37_79B9_7F4A_7C15;
    private const int Lanes = 4, Word = sizeof(ulong);

    public static ulong Of(long version, byte* value, int bytes)
    {
        // Four chains at once, since each step waits for the one before. Every step can be undone, so a change of one word always changes the sum.
        ulong a = (ulong)version, b = ~a, c = a ^ Odd, d = (ulong)bytes;
        var at = value;
        for (; bytes >= Lanes * Word; at += Lanes * Word, bytes -= Lanes * Word)
        {
            var words = (ulong*)at;
            a = Mixed(a, words[0]);
            b = Mixed(b, words[1]);
            c = Mixed(c, words[2]);
            d = Mixed(d, words[3]);
        }
        for (; bytes >= Word; at += Word, bytes -= Word) a = Mixed(a, *(ulong*)at);
        for (; bytes > 0; at++, bytes--) b = Mixed(b, *at);
        return Mixed(Mixed(Mixed(a, b), c), d);
    }

    private static ulong Mixed(ulong sum, ulong word)
    {
        sum = (sum ^ word) * Odd;
        return sum ^ (sum >> 32);
    }
}
