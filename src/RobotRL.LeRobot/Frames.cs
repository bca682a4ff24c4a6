using Parquet;
using Parquet.Schema;
using RobotRL.Model;

namespace RobotRL.LeRobot;

/// <summary>A row group's columns as read.</summary>
internal sealed class Frames
{
    public Dictionary<string, float[]> Floats { get; } = [];
    public Dictionary<string, long[]> Longs { get; } = [];
    public Dictionary<string, bool[]> Flags { get; } = [];
    private Dictionary<string, ReadOnlyMemory<byte>[]> Images { get; } = [];
    public int Count { get; private set; }

    public static async Task<Frames> ReadAsync(ParquetReader reader, int index, DatasetDescription description, string path)
    {
        using var group = reader.OpenRowGroupReader(index);
        var frames = new Frames { Count = (int)group.RowCount };
        foreach (var feature in description.Features())
        {
            var fields = reader.Schema.DataFields
                .Where(f => f.Path.FirstPart == feature.Name || f.Path.ToString().StartsWith(feature.Name + "/", StringComparison.Ordinal)).ToList();
            var field = feature.IsImage ? fields.FirstOrDefault(f => f.Name == "bytes") : fields.FirstOrDefault();
            if (field is null)
            {
                if (feature.Name is Feature.State or Feature.Action or Feature.EpisodeIndex || feature.IsImage)
                    throw new InvalidDataException($"{path}: column {feature.Name} is missing");
                continue;
            }
            var count = feature.IsImage ? await frames.ReadImagesAsync(group, field, feature.Name) : await frames.ReadAsync(group, field, feature.Name);
            if (count != (feature.IsImage ? frames.Count : frames.Count * feature.Size))
                throw new InvalidDataException($"{path}: column {feature.Name} holds {count} values for {frames.Count} frames");
        }
        return frames;
    }

    public Observation Observation(int row, DatasetDescription description)
    {
        var time = Longs.TryGetValue(Feature.TimeNs, out var times) ? times[row]
            : Longs.TryGetValue(Feature.FrameIndex, out var indices) ? indices[row] * 1_000_000_000 / description.FramesPerSecond : 0;
        var images = new PolicyImage[description.Cameras.Count];
        for (var c = 0; c < images.Length; c++)
        {
            var camera = description.Cameras[c];
            var (name, shape) = camera;
            var (width, height, rgb) = PngFile.Decode(Images[Feature.Images + name][row].Span);
            if ((width, height) != (shape.Width, shape.Height))
                throw new InvalidDataException($"An image of camera {name} has {width}×{height} pixels, the task {shape}");
            var pixels = !shape.IsGray ? rgb
                : PngFile.Gray(rgb) ?? throw new InvalidDataException($"An image of camera {name} has colours, the task has it gray");
            images[c] = new(new Stamp(Longs.TryGetValue(Feature.CaptureTimesNs, out var captures) ? captures[row * images.Length + c] : time), shape, pixels);
        }
        return new(new Stamp(time), Floats[Feature.State].AsSpan(row * description.Observed.Size, description.Observed.Size).ToArray(), images);
    }

    /// <summary>Null where there is no such column.</summary>
    public PolicyAction? Action(string name, int row, DatasetDescription description)
    {
        if (!Floats.TryGetValue(name, out var values)) return null;
        var action = values.AsSpan(row * description.ActionSize, description.ActionSize);
        var unpacked = description.Actions.Unpack(action[..description.Actions.Dimensions], gripperChoice: 0);
        var next = description.Actions.Dimensions;
        for (var arm = 0; arm < description.Actions.Arms.Count; arm++)
            if (description.Actions.Arms[arm].HasGripper) unpacked[arm].Gripper = (GripperCommand)(sbyte)action[next++];
        return unpacked;
    }

    private async Task<int> ReadAsync(ParquetRowGroupReader group, DataField field, string name)
    {
        if (field.ClrType == typeof(float)) return (Floats[name] = await Columns.ReadAsync<float>(group, field)).Length;
        if (field.ClrType == typeof(double)) return (Floats[name] = Array.ConvertAll(await Columns.ReadAsync<double>(group, field), x => (float)x)).Length;
        if (field.ClrType == typeof(long)) return (Longs[name] = await Columns.ReadAsync<long>(group, field)).Length;
        if (field.ClrType == typeof(bool)) return (Flags[name] = await Columns.ReadAsync<bool>(group, field)).Length;
        throw new InvalidDataException($"Column {name} is of type {field.ClrType.Name}, which is not expected there.");
    }

    private async Task<int> ReadImagesAsync(ParquetRowGroupReader group, DataField field, string name)
    {
        // Copied: the reader lends its memory.
        var images = await Columns.ReadAsync<ReadOnlyMemory<byte>>(group, field);
        return (Images[name] = [.. images.Select(i => new ReadOnlyMemory<byte>(i.ToArray()))]).Length;
    }
}
