using System.Text.Json;
using RobotRL.Sessions.Evaluation;
using RobotRL.Sessions.Runs;
using RobotRL.Sessions.Training;

namespace RobotRL.Lab.Results;

/// <summary>The result of one cell of the comparison.</summary>
/// <param name="ConfigHash">Of the configuration that was trained: a cell counts only for this one.</param>
/// <param name="StepsTo90">Environment steps until nine of ten of the newest 20 episodes succeeded without help; null when that never came.</param>
/// <param name="WallTo90S">Wall-clock seconds likewise, of all sessions of the run.</param>
/// <param name="Learning">What the learner was set to; null in books from before it was noted.</param>
public sealed record ResultEntry(
    string Task, string Arm, ulong Seed, string ConfigHash, TrainingResult Training, EvaluationResult Evaluation, long? StepsTo90, double? WallTo90S, int Cores,
    string CodeVersion, LearningSettings? Learning = null);

/// <summary>
/// The finished cells: <c>results.json</c>, which travels with the repository, so that a comparison begun on one machine goes on on another; beside it
/// <c>results.md</c>, and the same tables in <c>docs/results.md</c>.
/// </summary>
public sealed class ResultBook(string folder)
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };
    private readonly string _path = Path.Combine(folder, "results.json");

    /// <summary>All cells, by task, way of learning and seed.</summary>
    public IReadOnlyList<ResultEntry> Cells
    {
        get
        {
            if (!File.Exists(_path)) return [];
            try
            {
                return JsonSerializer.Deserialize<ResultEntry[]>(File.ReadAllText(_path), Json) ?? [];
            }
            catch (JsonException e)
            {
                throw new BadInputException($"{_path}: not a list of results ({e.Message}); restore it or move it away");
            }
        }
    }

    public ResultEntry? Find(string task, Variant arm, ulong seed) => Cells.FirstOrDefault(c => c.Task == task && c.Arm == arm.Name && c.Seed == seed);

    /// <summary>Adds a cell, in place of an older one, and rewrites the tables. Two comparisons may run side by side.</summary>
    public void Add(ResultEntry cell)
    {
        Directory.CreateDirectory(folder);
        using var turn = Turn.Of(_path);
        ResultEntry[] cells =
        [
            .. Cells.Where(c => (c.Task, c.Arm, c.Seed) != (cell.Task, cell.Arm, cell.Seed)).Append(cell)
                .OrderBy(c => c.Task, StringComparer.Ordinal).ThenBy(c => Variant.All.Index().First(a => a.Item.Name == c.Arm).Index).ThenBy(c => c.Seed),
        ];
        RunDirectory.WriteAside(_path, JsonSerializer.Serialize(cells, Json));
        var table = ResultsTable.Of(cells);
        RunDirectory.WriteAside(Path.Combine(folder, "results.md"), table);
        MarkedSection.Replace(folder, "results", table);
    }
}
