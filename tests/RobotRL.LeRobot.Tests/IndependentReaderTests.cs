using System.Globalization;
using System.Text.Json;
using DuckDB.NET.Data;
using RobotRL.Episodes;
using RobotRL.Model;

namespace RobotRL.LeRobot.Tests;

/// <summary>The files as DuckDB reads them, held against what was recorded and against the format's documented invariants.</summary>
public sealed class IndependentReaderTests : IAsyncLifetime
{
    private static readonly Episode[] Episodes =
    [
        Recorded.Episode(0, 6, 1, EpisodeOutcome.Success),
        Recorded.Episode(1, 3, 2, EpisodeOutcome.TimedOut),
        Recorded.Episode(2, 9, 3, EpisodeOutcome.Success),
    ];
    private readonly string _folder = Directory.CreateTempSubdirectory("robotrl-lerobot-").FullName;
    private readonly DuckDBConnection _duck = new("Data Source=:memory:");

    private string Set => Path.Combine(_folder, "set");
    private string Data => $"'{Set}/data/chunk-000/file-000.parquet'";
    private string Meta => $"'{Set}/meta/episodes/chunk-000/file-000.parquet'";

    public async ValueTask InitializeAsync()
    {
        await LeRobotExport.WriteAsync(Set, Recorded.Description, Episodes);
        await _duck.OpenAsync();
    }

    public ValueTask DisposeAsync()
    {
        _duck.Dispose();
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public void Data_columns_are_exactly_the_features_with_their_types()
    {
        using var info = JsonDocument.Parse(File.ReadAllText(Path.Combine(Set, "meta/info.json")));
        var columns = Rows($"SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM {Data})");
        Assert.Equal(info.RootElement.GetProperty("features").EnumerateObject().Select(f => f.Name), columns.Select(c => c[0]));
        foreach (var feature in info.RootElement.GetProperty("features").EnumerateObject())
        {
            var scalar = feature.Value.GetProperty("dtype").GetString() switch
            {
                "float32" => "FLOAT",
                "int64" => "BIGINT",
                "bool" => "BOOLEAN",
                _ => "STRUCT(bytes BLOB, path VARCHAR)",
            };
            var list = feature.Value.GetProperty("names").ValueKind == JsonValueKind.Array && !scalar.StartsWith('S') ? "[]" : "";
            Assert.Equal(scalar + list, columns.Single(c => (string)c[0] == feature.Name)[1]);
            if (list == "[]") Assert.Equal($"{feature.Value.GetProperty("shape")[0]}", Text($"SELECT DISTINCT len(\"{feature.Name}\") FROM {Data}"));
        }
        Assert.Equal("v3.0", info.RootElement.GetProperty("codebase_version").GetString());
        Assert.Equal((3, 18), (info.RootElement.GetProperty("total_episodes").GetInt32(), info.RootElement.GetProperty("total_frames").GetInt32()));
        Assert.Equal("0:3", info.RootElement.GetProperty("splits").GetProperty("train").GetString());
    }

    [Fact]
    public void Frames_are_counted_through_and_timed_by_their_number()
    {
        Assert.Equal("18 0 17 18", Text($"SELECT count(*), min(index), max(index), count(DISTINCT index) FROM {Data}"));
        Assert.Equal("0", Text($"SELECT count(*) FROM {Data} WHERE timestamp <> CAST(frame_index / 10.0 AS FLOAT) OR task_index <> 0"));
        Assert.Equal("0 6 0 5|1 3 0 2|2 9 0 8",
            Text($"SELECT episode_index, count(*), min(frame_index), max(frame_index) FROM {Data} GROUP BY episode_index ORDER BY episode_index"));
        Assert.Equal("3 SNAPPY", Text($"SELECT count(DISTINCT row_group_id), string_agg(DISTINCT compression, ' ') FROM parquet_metadata({Data})"));
    }

    [Fact]
    public void Episodes_are_found_where_their_row_says()
    {
        Assert.Equal("0 6 0 6 PegInsert|1 3 6 9 PegInsert|2 9 9 18 PegInsert",
            Text($"SELECT episode_index, length, dataset_from_index, dataset_to_index, array_to_string(tasks, ',') FROM {Meta} ORDER BY 1"));
        Assert.Equal("0", Text($"SELECT count(*) FROM {Meta} m JOIN {Data} d USING (episode_index) WHERE d.index < m.dataset_from_index "
            + "OR d.index >= m.dataset_to_index OR m.\"data/chunk_index\" <> 0 OR m.\"data/file_index\" <> 0"));
        Assert.Equal("0 PegInsert", Text($"SELECT task_index, task FROM '{Set}/meta/tasks.parquet'"));
        using var pandas = JsonDocument.Parse(Text($"SELECT decode(value) FROM parquet_kv_metadata('{Set}/meta/tasks.parquet') WHERE decode(key) = 'pandas'"));
        Assert.Equal("task", pandas.RootElement.GetProperty("index_columns")[0].GetString());
    }

    [Fact]
    public void Values_are_those_that_were_recorded()
    {
        var steps = Episodes.SelectMany(e => e.Steps).ToArray();
        var rows = Rows("SELECT \"observation.state\", action, \"next.reward\", \"next.done\", \"next.truncated\", \"next.success\", intervention, "
            + $"\"observation.images.wrist\".bytes FROM {Data} ORDER BY index");
        for (var i = 0; i < steps.Length; i++)
        {
            var t = steps[i].Transition;
            Assert.Equal(t.Observation.Proprioception, (IEnumerable<float>)rows[i][0]);
            var arm = t.Action.Executed[0];
            Assert.Equal([arm.Motion[0], arm.Motion[1], arm.Motion[2], arm.Motion[5], arm.Stiffness, (float)arm.Gripper], (IEnumerable<float>)rows[i][1]);
            Assert.Equal((t.Reward, t.Terminated || t.Truncated, t.Truncated, t.Reward > 0, t.IsIntervention),
                ((float)rows[i][2], (bool)rows[i][3], (bool)rows[i][4], (bool)rows[i][5], (bool)rows[i][6]));
            Assert.Equal(t.Observation.Images[0].Pixels, PngFile.Decode(Bytes(rows[i][7])).Rgb);
        }
    }

    [Fact]
    public void Statistics_are_those_that_the_reader_computes_itself()
    {
        using var stats = JsonDocument.Parse(File.ReadAllText(Path.Combine(Set, "meta/stats.json")));
        var action = stats.RootElement.GetProperty("action");
        (string, string)[] statistics =
        [
            ("min", "min(@)"), ("max", "max(@)"), ("mean", "avg(@)"), ("std", "stddev_pop(@)"),
            ("q01", "quantile_cont(@, 0.01)"), ("q50", "quantile_cont(@, 0.5)"), ("q99", "quantile_cont(@, 0.99)"),
        ];
        foreach (var (name, sql) in statistics)
            for (var component = 1; component <= 5; component++)
            {
                var statistic = sql.Replace("@", $"CAST(action[{component}] AS DOUBLE)", StringComparison.Ordinal);
                var expected = double.Parse(Text($"SELECT {statistic} FROM {Data}"), CultureInfo.InvariantCulture);
                Assert.Equal(expected, action.GetProperty(name)[component - 1].GetDouble(), 1e-9);
            }
        Assert.Equal(18, action.GetProperty("count")[0].GetInt32());
        // One value a channel, as [3, 1, 1] within [0, 1].
        var image = stats.RootElement.GetProperty("observation.images.side");
        var pixels = Episodes.SelectMany(e => e.Steps).SelectMany(s => s.Transition.Observation.Images[1].Pixels.Where((_, i) => i % 3 == 1))
            .Select(v => v / 255.0).ToArray();
        Assert.Equal(pixels.Average(), image.GetProperty("mean")[1][0][0].GetDouble(), 1e-9);
        // Each episode's own, in its row.
        Assert.Equal("0", Text($"SELECT count(*) FROM {Meta} m WHERE abs(m.\"stats/next.reward/mean\"[1] - (SELECT avg(\"next.reward\") FROM {Data} d "
            + "WHERE d.episode_index = m.episode_index)) > 1e-9"));
        Assert.Equal("6 3 1|3 3 1|9 3 1", Text("SELECT \"stats/action/count\"[1], len(\"stats/observation.images.wrist/mean\"), "
            + $"len(\"stats/observation.images.wrist/mean\"[1]) FROM {Meta} ORDER BY episode_index"));
    }

    private List<object[]> Rows(string sql)
    {
        using var command = _duck.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        List<object[]> rows = [];
        while (reader.Read())
        {
            var row = new object[reader.FieldCount];
            for (var i = 0; i < row.Length; i++) row[i] = reader.GetValue(i) is Stream blob ? Bytes(blob) : reader.GetValue(i);
            rows.Add(row);
        }
        return rows;
    }

    private string Text(string sql) =>
        string.Join('|', Rows(sql).Select(row => string.Join(' ', row.Select(v => Convert.ToString(v, CultureInfo.InvariantCulture)))));

    private static byte[] Bytes(object blob)
    {
        if (blob is byte[] bytes) return bytes;
        var copy = new MemoryStream();
        ((Stream)blob).CopyTo(copy);
        return copy.ToArray();
    }
}
