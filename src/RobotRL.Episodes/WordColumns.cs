namespace RobotRL.Episodes;

/// <summary>
/// Rows of 64-bit words, packed so that a general compressor finds what a thousand measurements a second have in common: of each column the second
/// difference of the words as integers, zigzag-coded, and of that the bytes of one weight after another. Exact to the bit, whatever the words mean.
/// </summary>
public static class WordColumns
{
    private const int Bytes = sizeof(ulong);

    /// <summary>Packs a table.</summary>
    /// <param name="words">[rows, columns].</param>
    /// <param name="columns">1 or more.</param>
    public static byte[] Pack(ReadOnlySpan<ulong> words, int columns)
    {
        var rows = RowsOf(words.Length, columns);
        var packed = new byte[words.Length * Bytes];
        for (var column = 0; column < columns; column++)
        {
            var planes = packed.AsSpan(column * rows * Bytes, rows * Bytes);
            var (before, last) = (0UL, 0UL);
            for (var row = 0; row < rows; row++)
            {
                var word = words[row * columns + column];
                var difference = (long)(word - 2 * last + before);
                (before, last) = (last, word);
                var coded = (ulong)((difference << 1) ^ (difference >> 63));
                for (var b = 0; b < Bytes; b++) planes[b * rows + row] = (byte)(coded >> (8 * b));
            }
        }
        return packed;
    }

    /// <summary>Restores a table.</summary>
    /// <exception cref="InvalidDataException">The bytes are not of a table with so many columns.</exception>
    public static ulong[] Unpack(ReadOnlySpan<byte> packed, int columns)
    {
        if (columns < 1 || packed.Length % (columns * Bytes) != 0) throw new InvalidDataException($"{packed.Length} bytes are no table of {columns} columns.");
        var words = new ulong[packed.Length / Bytes];
        var rows = words.Length / columns;
        for (var column = 0; column < columns; column++)
        {
            var planes = packed.Slice(column * rows * Bytes, rows * Bytes);
            var (before, last) = (0UL, 0UL);
            for (var row = 0; row < rows; row++)
            {
                var coded = 0UL;
                for (var b = 0; b < Bytes; b++) coded |= (ulong)planes[b * rows + row] << (8 * b);
                var difference = (coded >> 1) ^ (0 - (coded & 1));
                var word = difference + 2 * last - before;
                (before, last) = (last, word);
                words[row * columns + column] = word;
            }
        }
        return words;
    }

    private static int RowsOf(int words, int columns) => columns >= 1 && words % columns == 0
        ? words / columns
        : throw new ArgumentException($"{words} words are no table of {columns} columns.", nameof(words));
}
