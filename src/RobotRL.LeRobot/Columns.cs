using Parquet;
using Parquet.Schema;

namespace RobotRL.LeRobot;

/// <summary>Columns of Parquet files, nested by a fixed shape: what lists and structures are on disk is kept here.</summary>
internal static class Columns
{
    /// <summary>A scalar for an empty shape, else lists within lists, one level a dimension.</summary>
    public static Field Field<T>(string name, params int[] shape)
    {
        Field field = new DataField(shape.Length == 0 ? name : "element", typeof(T), isNullable: false);
        for (var i = shape.Length - 1; i >= 0; i--) field = new ListField(i == 0 ? name : "element", field);
        return field;
    }

    /// <summary>An encoded image and what it would be called as a file.</summary>
    public static Field ImageField(string name) =>
        new StructField(name, new DataField<ReadOnlyMemory<byte>>("bytes"), new DataField<ReadOnlyMemory<char>>("path"));

    /// <summary>Writes rows of a fixed shape; <paramref name="values"/> holds them one after the other.</summary>
    public static Task WriteAsync<T>(ParquetRowGroupWriter group, DataField field, T[] values, params int[] shape) where T : struct
    {
        // Null means that a column has no such levels, which is not the same as an empty array of them.
        ReadOnlyMemory<int>? defined = field.MaxDefinitionLevel > 0
            ? Enumerable.Repeat(field.MaxDefinitionLevel, values.Length).ToArray()
            : default(ReadOnlyMemory<int>?);
        ReadOnlyMemory<int>? repeated = field.MaxRepetitionLevel > 0
            ? Enumerable.Range(0, values.Length).Select(i => Repetition(i, shape)).ToArray()
            : default(ReadOnlyMemory<int>?);
        return group.WriteAllPartsAsync<T>(field, values, defined, repeated, CancellationToken.None);
    }

    /// <summary>Which list goes on at a value: 0 begins a row, n goes on in the list of level n.</summary>
    private static int Repetition(int index, int[] shape)
    {
        var within = index % shape.Aggregate(1, (a, b) => a * b);
        if (within == 0) return 0;
        var level = 1;
        for (var stride = shape.Skip(1).Aggregate(1, (a, b) => a * b); within % stride != 0; stride /= shape[level - 1]) level++;
        return level;
    }

    /// <summary>All values of a column in a row group, without their nesting.</summary>
    public static async Task<T[]> ReadAsync<T>(ParquetRowGroupReader group, DataField field) where T : struct
    {
        var count = (int)(group.GetMetadata(field)?.MetaData?.NumValues ?? 0);
        var (values, defined, repeated) = (new T[count], new int[count], new int[count]);
        await group.ReadRawAsync<T>(field, values,
            field.MaxDefinitionLevel > 0 ? defined : default(Memory<int>?),
            field.MaxRepetitionLevel > 0 ? repeated : default(Memory<int>?), CancellationToken.None);
        if (field.MaxDefinitionLevel > 0 && defined.Any(d => d != field.MaxDefinitionLevel)) throw new InvalidDataException($"Column {field.Path} has gaps.");
        return values;
    }
}
