using Parquet;
using Parquet.Schema;
using RobotRL.Episodes;

namespace RobotRL.LeRobot;

/// <summary>Where an episode's frames are, and their statistics.</summary>
/// <param name="DataFile">Number of its data file, over all chunks.</param>
/// <param name="From">Number of its first frame in the dataset.</param>
/// <param name="To">One behind its last.</param>
internal sealed record EpisodeRow(int Episode, int Length, int DataFile, long From, long To, IReadOnlyList<FeatureStatistics> Statistics);

/// <summary><c>meta/episodes</c>: one row an episode.</summary>
internal static class EpisodeTable
{
    public static async Task WriteAsync(string path, IReadOnlyList<EpisodeRow> rows, string task)
    {
        var columns = new List<(Field Field, Func<ParquetRowGroupWriter, DataField, Task> Write)>();
        void Number(string name, Func<EpisodeRow, long> value) =>
            columns.Add((Columns.Field<long>(name), (g, f) => Columns.WriteAsync(g, f, [.. rows.Select(value)])));

        Number("episode_index", r => r.Episode);
        columns.Add((Columns.Field<ReadOnlyMemory<char>>("tasks", 1), (g, f) => Columns.WriteAsync(g, f, [.. rows.Select(_ => task.AsMemory())], 1)));
        Number("length", r => r.Length);
        Number("data/chunk_index", r => LeRobotExport.Place(r.DataFile).Chunk);
        Number("data/file_index", r => LeRobotExport.Place(r.DataFile).File);
        Number("dataset_from_index", r => r.From);
        Number("dataset_to_index", r => r.To);
        Number("meta/episodes/chunk_index", _ => 0);
        Number("meta/episodes/file_index", _ => 0);
        for (var i = 0; i < rows[0].Statistics.Count; i++)
        {
            var values = rows.Select(r => r.Statistics[i].Values()).ToList();
            var (name, shape, counts) =
                ($"stats/{rows[0].Statistics[i].Feature.Name}", rows[0].Statistics[i].Shape, rows.Select(r => r.Statistics[i].Count).ToArray());
            foreach (var key in values[0].Keys)
                columns.Add((Columns.Field<double>($"{name}/{key}", shape), (g, f) => Columns.WriteAsync(g, f, [.. values.SelectMany(v => v[key])], shape)));
            columns.Add((Columns.Field<long>($"{name}/count", 1), (g, f) => Columns.WriteAsync(g, f, counts, 1)));
        }

        var schema = new ParquetSchema([.. columns.Select(c => c.Field)]);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await using var file = File.Create(path);
        await using var writer = await ParquetWriter.CreateAsync(schema, file, new ParquetOptions { CompressionMethod = CompressionMethod.Snappy });
        using var group = writer.CreateRowGroup();
        for (var i = 0; i < columns.Count; i++) await columns[i].Write(group, schema.DataFields[i]);
        group.CompleteValidate();
    }
}
