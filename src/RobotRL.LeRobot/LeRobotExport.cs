using System.Text.Encodings.Web;
using System.Text.Json;
using Parquet;
using Parquet.Schema;
using RobotRL.Episodes;

namespace RobotRL.LeRobot;

/// <summary>What was exported.</summary>
public sealed record DatasetFigures(int Episodes, long Frames, long Bytes, string Directory);

/// <summary>
/// Writes episodes as a LeRobotDataset v3.0: images are kept to the bit as PNG in the data files, without a video encoder. Beside the format's own columns
/// there are <c>intervention</c>, <c>next.success</c> and, as <c>complementary_info.*</c>, everything else that a step holds. The observation after an
/// episode's last step has no place in the format and is left out.
/// </summary>
public static class LeRobotExport
{
    internal const string Codebase = "v3.0", DataPath = "data/chunk-{chunk_index:03d}/file-{file_index:03d}.parquet";
    private const int ChunkFiles = 1000;
    private const long DataFileBytes = 100L << 20;
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes a whole dataset into a folder that does not exist yet: aside, and renamed when it is complete.</summary>
    /// <exception cref="InvalidDataException">There is nothing to export, or an episode does not fit the description.</exception>
    /// <exception cref="IOException">The folder exists, or cannot be written.</exception>
    public static async Task<DatasetFigures> WriteAsync(string directory, DatasetDescription description, IEnumerable<Episode> episodes)
    {
        directory = Path.GetFullPath(directory);
        if (Path.Exists(directory)) throw new IOException($"{directory}: exists; name a new folder");
        var aside = directory + ".tmp";
        if (Directory.Exists(aside)) Directory.Delete(aside, recursive: true);
        var features = description.Features();
        var rows = new List<EpisodeRow>();
        var all = features.Select(f => new FeatureStatistics(f)).ToList();
        await using (var data = new DataFiles(aside, features))
            foreach (var episode in episodes.Where(e => e.Steps.Count > 0))
            {
                var first = rows.Count == 0 ? 0 : rows[^1].To;
                var frames = EpisodeFrames.Of(episode, description, rows.Count, first);
                var statistics = frames.Statistics(features, episode, description);
                for (var i = 0; i < all.Count; i++) all[i].Add(statistics[i]);
                rows.Add(new(rows.Count, frames.Count, await data.WriteAsync(frames), first, first + frames.Count, statistics));
            }
        if (rows.Count == 0) throw new InvalidDataException("There is no episode with a step to export.");
        await WriteTasksAsync(aside, description);
        await EpisodeTable.WriteAsync(Path.Combine(aside, "meta/episodes/chunk-000/file-000.parquet"), rows, description.Task);
        WriteJson(Path.Combine(aside, "meta/stats.json"), all.ToDictionary(s => s.Feature.Name, Statistic));
        WriteJson(Path.Combine(aside, "meta/info.json"), Information(description, features, rows));
        Directory.Move(aside, directory);
        return new(rows.Count, rows[^1].To, Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories).Sum(f => new FileInfo(f).Length), directory);
    }

    private static object Information(DatasetDescription description, IReadOnlyList<Feature> features, List<EpisodeRow> rows) => new
    {
        codebase_version = Codebase,
        robot_type = description.RobotType,
        total_episodes = rows.Count,
        total_frames = rows[^1].To,
        total_tasks = 1,
        chunks_size = ChunkFiles,
        data_files_size_in_mb = DataFileBytes >> 20,
        video_files_size_in_mb = 200,
        fps = description.FramesPerSecond,
        splits = new { train = $"0:{rows.Count}" },
        data_path = DataPath,
        video_path = (string?)null,
        features = features.ToDictionary(f => f.Name, f => new { dtype = f.Dtype, shape = f.Shape, names = f.Names }),
    };

    private static Dictionary<string, object> Statistic(FeatureStatistics statistics)
    {
        var result = statistics.Values()
            .ToDictionary(v => v.Key, v => statistics.Feature.IsImage ? (object)v.Value.Select(x => new[] { new[] { x } }).ToArray() : v.Value);
        result["count"] = new[] { statistics.Count };
        return result;
    }

    /// <summary>A pandas frame whose index is the text of the task: readers look tasks up by it.</summary>
    private static async Task WriteTasksAsync(string root, DatasetDescription description)
    {
        var schema = new ParquetSchema(Columns.Field<long>("task_index"), Columns.Field<ReadOnlyMemory<char>>("task"));
        var path = Path.Combine(root, "meta/tasks.parquet");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await using var file = File.Create(path);
        await using var writer = await ParquetWriter.CreateAsync(schema, file);
        object Column(string name, string pandas, string numpy) =>
            new { name, field_name = name, pandas_type = pandas, numpy_type = numpy, metadata = (object?)null };
        writer.CustomMetadata = new Dictionary<string, string>
        {
            ["pandas"] = JsonSerializer.Serialize(new
            {
                index_columns = new[] { "task" },
                column_indexes = Array.Empty<object>(),
                columns = new[] { Column("task_index", "int64", "int64"), Column("task", "unicode", "object") },
                creator = new { library = "RobotRL" },
                pandas_version = "2.2.0",
            }),
        };
        using var group = writer.CreateRowGroup();
        await Columns.WriteAsync(group, schema.DataFields[0], new long[] { 0 });
        await Columns.WriteAsync(group, schema.DataFields[1], new[] { description.Task.AsMemory() });
        group.CompleteValidate();
    }

    private static void WriteJson(string path, object content) => File.WriteAllBytes(path, JsonSerializer.SerializeToUtf8Bytes(content, Json));

    /// <summary>The data files: one row group an episode, a new file when one is full.</summary>
    private sealed class DataFiles(string root, IReadOnlyList<Feature> features) : IAsyncDisposable
    {
        private readonly ParquetSchema _schema = new([.. features.Select(f => f.IsImage ? Columns.ImageField(f.Name) : Schema(f))]);
        private FileStream? _file;
        private ParquetWriter? _writer;
        private int _number = -1;

        public async Task<int> WriteAsync(EpisodeFrames frames)
        {
            if (_file is null || _file.Length >= DataFileBytes) await OpenAsync();
            using var group = _writer!.CreateRowGroup();
            var fields = new Queue<DataField>(_schema.DataFields);
            foreach (var feature in features)
            {
                int[] shape = feature.Size == 1 && feature.Names is null ? [] : feature.Shape;
                await (frames[feature.Name] switch
                {
                    float[] floats => Columns.WriteAsync(group, fields.Dequeue(), floats, shape),
                    long[] longs => Columns.WriteAsync(group, fields.Dequeue(), longs, shape),
                    bool[] flags => Columns.WriteAsync(group, fields.Dequeue(), flags, shape),
                    var images => WriteImagesAsync(group, fields, (byte[][])images),
                });
            }
            group.CompleteValidate();
            return _number;
        }

        public async ValueTask DisposeAsync()
        {
            if (_writer is not null) await _writer.DisposeAsync();
            if (_file is not null) await _file.DisposeAsync();
        }

        private static async Task WriteImagesAsync(ParquetRowGroupWriter group, Queue<DataField> fields, byte[][] images)
        {
            await Columns.WriteAsync<ReadOnlyMemory<byte>>(group, fields.Dequeue(), [.. images.Select(i => new ReadOnlyMemory<byte>(i))]);
            await Columns.WriteAsync<ReadOnlyMemory<char>>(group, fields.Dequeue(), [.. images.Select((_, i) => $"frame-{i:D6}.png".AsMemory())]);
        }

        private async Task OpenAsync()
        {
            await DisposeAsync();
            var path = Path.Combine(root, PathOf(++_number));
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            _file = File.Create(path);
            _writer = await ParquetWriter.CreateAsync(_schema, _file, new ParquetOptions { CompressionMethod = CompressionMethod.Snappy });
        }
    }

    /// <summary>A feature of one value is a scalar, one of several a list; a vector that happens to have one component stays a list.</summary>
    private static Field Schema(Feature feature)
    {
        int[] shape = feature.Size == 1 && feature.Names is null ? [] : feature.Shape;
        return feature.Dtype switch
        {
            "float32" => Columns.Field<float>(feature.Name, shape),
            "int64" => Columns.Field<long>(feature.Name, shape),
            _ => Columns.Field<bool>(feature.Name, shape),
        };
    }

    internal static string PathOf(int number) => $"data/chunk-{number / ChunkFiles:D3}/file-{number % ChunkFiles:D3}.parquet";

    internal static (int Chunk, int File) Place(int number) => (number / ChunkFiles, number % ChunkFiles);
}
