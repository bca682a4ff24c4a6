using System.Text.Json;
using System.Text.Json.Serialization;
using RobotRL.Learning;
using RobotRL.Model;
using static TorchSharp.torch.utils.tensorboard;

namespace RobotRL.Sessions.Runs;

/// <summary>
/// The run's figures, twice: <c>metrics.jsonl</c> (a JSON object a line, flushed as it is written) and TensorBoard events.
/// Fields whose name begins with <c>wall_</c> depend on the machine's clock; every other one repeats for one seed in deterministic mode.
/// Thread-safe: learner and actor both write.
/// </summary>
public sealed class MetricsLog : IDisposable
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new FiniteOrNull() },
    };

    private readonly Lock _lock = new();
    private readonly FileStream _lines;
    private readonly TorchSharp.Modules.SummaryWriter _events;

    /// <param name="directory">The run's.</param>
    /// <param name="name">A learner in a process of its own writes beside the actor's file, not into it.</param>
    public MetricsLog(string directory, string name = "metrics")
    {
        var path = Path.Combine(directory, $"{name}.jsonl");
        CutTornLine(path);
        _lines = RunFile.Open(path, FileMode.Append, FileAccess.Write);
        _events = SummaryWriter(Path.Combine(directory, "tensorboard"));
    }

    /// <summary>Writes what a learner's loop reports.</summary>
    public void Write(in LearnerReport report, double wallS)
    {
        var m = report.Metrics;
        Write("learner", m.Step, new
        {
            m.Step,
            m.CriticLoss,
            m.GraspLoss,
            m.ActorLoss,
            m.QMean,
            m.TargetMean,
            m.Entropy,
            m.Temperature,
            m.CloningError,
            WallStepsPerS = Math.Round(report.StepsPerSecond, 2),
            WallS = Math.Round(wallS, 3),
        });
    }

    /// <summary>Writes one record; numeric properties also become TensorBoard scalars named <c>kind/property</c> at <paramref name="step"/>.</summary>
    public void Write<T>(string kind, long step, T record)
    {
        var element = JsonSerializer.SerializeToElement(record, Json);
        lock (_lock)
        {
            using (var writer = new Utf8JsonWriter(_lines))
            {
                writer.WriteStartObject();
                writer.WriteString("kind", kind);
                foreach (var property in element.EnumerateObject()) property.WriteTo(writer);
                writer.WriteEndObject();
            }
            _lines.WriteByte((byte)'\n');
            _lines.Flush();
            foreach (var property in element.EnumerateObject())
                if (property.Value.ValueKind == JsonValueKind.Number)
                    _events.add_scalar($"{kind}/{property.Name}", property.Value.GetSingle(), (int)step);
        }
    }

    public void Dispose()
    {
        lock (_lock)
            try
            {
                _lines.Dispose();
            }
            catch (IOException)
            {
                // A line that could not be written has been told of.
            }
    }

    /// <summary>JSON has no word for what is not a number: such a figure is null.</summary>
    private sealed class FiniteOrNull : JsonConverter<double>
    {
        public override double Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.Null ? double.NaN : reader.GetDouble();

        public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
        {
            if (double.IsFinite(value)) writer.WriteNumberValue(value);
            else writer.WriteNullValue();
        }
    }

    /// <summary>A kill may leave half a line: it is no record, and the next one must not be glued to it.</summary>
    private static void CutTornLine(string path)
    {
        if (!File.Exists(path)) return;
        using var file = RunFile.Open(path, FileMode.Open, FileAccess.ReadWrite);
        var end = file.Length;
        while (end > 0)
        {
            file.Position = end - 1;
            if (file.ReadByte() == '\n') break;
            end--;
        }
        file.SetLength(end);
    }
}
