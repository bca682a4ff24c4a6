using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using RobotRL.Model;

namespace RobotRL.Policy;

/// <summary>
/// A safetensors file of float32 tensors: 8 bytes of header length, a JSON header of names, shapes and byte ranges, raw little-endian data.
/// Reading is strict; every complaint is one line that names file and tensor.
/// </summary>
/// <remarks>Format: huggingface/safetensors. Other types than F32 are refused, since nothing here writes them.</remarks>
public sealed class Safetensors
{
    private const int MaximumHeader = 100_000_000;
    private readonly SortedDictionary<string, Entry> _tensors = new(StringComparer.Ordinal);
    private string _source = "tensors in memory";

    private sealed record Entry(long[] Shape, float[] Values);

    public IReadOnlyCollection<string> Names => _tensors.Keys;

    /// <summary>The first tensor with a value that is not finite; null where all are.</summary>
    public string? NotFinite => _tensors.FirstOrDefault(t => !WeightSnapshot.AreFinite(t.Value.Values)).Key;

    /// <summary>Adds a tensor; the array is kept, not copied.</summary>
    public void Add(string name, float[] values, params long[] shape)
    {
        if (shape.Aggregate(1L, (a, b) => a * b) != values.Length)
            throw new ArgumentException($"{name}: {values.Length} values do not fill [{string.Join(", ", shape)}].");
        if (!_tensors.TryAdd(name, new(shape, values))) throw new ArgumentException($"Two tensors are called {name}.");
    }

    /// <summary>Adds every parameter of a block under a prefix.</summary>
    public void Add(ParameterBlock block, string prefix)
    {
        var flat = new float[block.Layout.Count];
        block.Read(flat);
        Add(block.Layout, flat, prefix);
    }

    /// <summary>Adds a flat vector, cut into the parameters of its layout.</summary>
    public void Add(ParameterLayout layout, ReadOnlySpan<float> flat, string prefix)
    {
        foreach (var p in layout.Parameters)
        {
            var values = flat[..(int)p.Count];
            flat = flat[values.Length..];
            Add(prefix + p.Name, p.ChannelsLast ? Transposed(values, p.Shape, toFile: true) : values.ToArray(), [.. p.Shape]);
        }
    }

    /// <summary>The one tensor of that name and shape.</summary>
    public float[] Get(string name, params long[] shape)
    {
        if (!_tensors.TryGetValue(name, out var entry)) throw Bad($"tensor {name} is missing.");
        if (!entry.Shape.AsSpan().SequenceEqual(shape))
            throw Bad($"tensor {name} has shape [{string.Join(", ", entry.Shape)}], the configuration asks for [{string.Join(", ", shape)}].");
        return entry.Values;
    }

    /// <summary>The one tensor of that name, of one dimension and any length.</summary>
    public float[] Vector(string name) => _tensors.TryGetValue(name, out var entry) && entry.Shape.Length == 1
        ? entry.Values
        : throw Bad($"tensor {name} is missing, or not of one dimension.");

    /// <summary>The parameters of a layout as one flat vector. Names under the prefix that the layout lacks are refused.</summary>
    public float[] Pack(ParameterLayout layout, string prefix)
    {
        var flat = new float[layout.Count];
        var at = 0;
        foreach (var p in layout.Parameters)
        {
            var values = Get(prefix + p.Name, [.. p.Shape]);
            (p.ChannelsLast ? Transposed(values, p.Shape, toFile: false) : values).CopyTo(flat.AsSpan(at));
            at += values.Length;
        }
        var known = layout.Parameters.Select(p => prefix + p.Name).ToHashSet(StringComparer.Ordinal);
        if (_tensors.Keys.FirstOrDefault(n => n.StartsWith(prefix, StringComparison.Ordinal) && !known.Contains(n)) is { } extra)
            throw Bad($"tensor {extra} belongs to no parameter of this network.");
        return flat;
    }

    /// <summary>Writes the file and forces it to the disk.</summary>
    /// <exception cref="InvalidDataException">A value is not finite: nothing was written, since nobody would read it.</exception>
    public void Write(string path)
    {
        if (NotFinite is { } bad) throw new InvalidDataException($"{path}: not written, tensor {bad} holds a value that is not finite.");
        var offset = 0L;
        var header = new SortedDictionary<string, object>(StringComparer.Ordinal);
        foreach (var (name, entry) in _tensors)
        {
            header[name] = new { dtype = "F32", shape = entry.Shape, data_offsets = new[] { offset, offset + entry.Values.Length * 4L } };
            offset += entry.Values.Length * 4L;
        }
        var json = JsonSerializer.SerializeToUtf8Bytes(header);
        // The data starts at a multiple of 8: spaces pad the header, as the format asks.
        var padded = (json.Length + 7) / 8 * 8;
        using var file = RunFile.Open(path, FileMode.Create, FileAccess.Write);
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, padded);
        file.Write(length);
        file.Write(json);
        for (var i = json.Length; i < padded; i++) file.WriteByte((byte)' ');
        foreach (var entry in _tensors.Values) file.Write(MemoryMarshal.AsBytes<float>(entry.Values));
        file.Flush(flushToDisk: true);
    }

    /// <exception cref="InvalidDataException">The file is damaged or holds something else.</exception>
    public static Safetensors Read(string path)
    {
        byte[] bytes;
        try { bytes = PlainFile.ReadAllBytes(path); }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) { throw new InvalidDataException($"{path}: cannot be read ({e.Message})"); }
        var result = new Safetensors { _source = path };
        if (bytes.Length < 8) throw result.Bad("not a safetensors file: shorter than its header length.");
        var headerLength = BinaryPrimitives.ReadInt64LittleEndian(bytes);
        if (headerLength is < 2 or > MaximumHeader || headerLength > bytes.Length - 8)
            throw result.Bad($"not a safetensors file, or truncated: the header would take {headerLength} bytes.");
        var data = bytes.AsSpan(8 + (int)headerLength);
        try
        {
            using var header = JsonDocument.Parse(Encoding.UTF8.GetString(bytes, 8, (int)headerLength));
            foreach (var tensor in header.RootElement.EnumerateObject())
                if (tensor.Name != "__metadata__") result.ReadTensor(tensor, data);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw result.Bad($"the header is damaged ({e.Message.ReplaceLineEndings(" ")})");
        }
        return result;
    }

    private void ReadTensor(JsonProperty tensor, ReadOnlySpan<byte> data)
    {
        var type = tensor.Value.GetProperty("dtype").GetString();
        if (type != "F32") throw Bad($"tensor {tensor.Name} has type {type}; only F32 is accepted: convert it.");
        long[] shape = [.. tensor.Value.GetProperty("shape").EnumerateArray().Select(d => d.GetInt64())];
        long[] range = [.. tensor.Value.GetProperty("data_offsets").EnumerateArray().Select(d => d.GetInt64())];
        long count = 1;
        foreach (var d in shape)
            count = d is >= 0 and <= int.MaxValue && count * d <= int.MaxValue ? count * d : throw Bad($"tensor {tensor.Name} has an impossible shape.");
        if (range is not [var from, var to] || from < 0 || to < from || to - from != count * 4)
            throw Bad($"tensor {tensor.Name}: its byte range does not match its shape.");
        if (to > data.Length) throw Bad($"tensor {tensor.Name} is truncated: {to - data.Length} bytes are missing.");
        var values = MemoryMarshal.Cast<byte, float>(data[(int)from..(int)to]).ToArray();
        if (!WeightSnapshot.AreFinite(values)) throw Bad($"tensor {tensor.Name} holds a value that is not finite.");
        if (!_tensors.TryAdd(tensor.Name, new(shape, values))) throw Bad($"two tensors are called {tensor.Name}.");
    }

    private InvalidDataException Bad(string what) => new($"{_source}: {what}");

    /// <summary>Kernels lie channels-last in a block and [out, in, h, w] in a file.</summary>
    private static float[] Transposed(ReadOnlySpan<float> values, IReadOnlyList<long> shape, bool toFile)
    {
        var (o, c, area) = ((int)shape[0], (int)shape[1], (int)(shape[2] * shape[3]));
        var result = new float[values.Length];
        for (var i = 0; i < o; i++)
            for (var j = 0; j < c; j++)
                for (var k = 0; k < area; k++)
                {
                    var (file, block) = ((i * c + j) * area + k, (i * area + k) * c + j);
                    if (toFile) result[file] = values[block]; else result[block] = values[file];
                }
        return result;
    }
}
