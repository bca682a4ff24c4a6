using CsCheck;
using RobotRL.Episodes;

namespace RobotRL.Replay.Tests;

/// <summary>Packing loses no bit, and is worth its while on what changes smoothly.</summary>
public class WordColumnsTests
{
    [Fact]
    public void Any_table_comes_back_to_the_bit() =>
        Gen.Select(Gen.Int[1, 5], Gen.Int[0, 40], (columns, rows) => (columns, rows))
            .SelectMany(t => Gen.ULong.Array[t.columns * t.rows].Select(words => (t.columns, words)))
            .Sample(t => Assert.Equal(t.words, WordColumns.Unpack(WordColumns.Pack(t.words, t.columns), t.columns)), iter: 300);

    [Fact]
    public void Numbers_that_are_none_keep_their_bits()
    {
        double[] numbers = [double.NaN, -0.0, double.NegativeInfinity, double.Epsilon, 0];
        ulong[] words = [.. numbers.Select(BitConverter.DoubleToUInt64Bits), 0x7FF8_0000_DEAD_BEEF];
        Assert.Equal(words, WordColumns.Unpack(WordColumns.Pack(words, 2), 2));
    }

    [Fact]
    public void A_steady_slope_is_zeros_but_for_its_beginning()
    {
        var words = Enumerable.Range(0, 100).Select(i => 1_000_000UL + 7_000UL * (ulong)i).ToArray();
        Assert.InRange(WordColumns.Pack(words, 1).Count(b => b != 0), 1, 2 * sizeof(ulong));
    }

    [Fact]
    public void Bytes_that_are_no_table_are_refused()
    {
        Assert.Throws<InvalidDataException>(() => WordColumns.Unpack(new byte[17], 2));
        Assert.Throws<ArgumentException>(() => WordColumns.Pack(new ulong[3], 2));
    }
}
