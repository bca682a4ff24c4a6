using System.Text.Json;
using RobotRL.Lab.Results;
using RobotRL.Sessions.Runs;

namespace RobotRL.Lab.Ablation;

/// <summary>
/// The finished cells: <c>safety.json</c>, which travels with the repository; beside it <c>safety.md</c>, and the same tables in <c>docs/results.md</c>.
/// </summary>
public sealed class AblationBook(string folder)
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };
    private readonly string _path = Path.Combine(folder, "safety.json");

    /// <summary>All cells, by task, protection and seed.</summary>
    public IReadOnlyList<AblationResult> Cells
    {
        get
        {
            if (!File.Exists(_path)) return [];
            try { return JsonSerializer.Deserialize<AblationResult[]>(File.ReadAllText(_path), Json) ?? []; }
            catch (JsonException e) { throw new BadInputException($"{_path}: not a list of results ({e.Message}); restore it or move it away"); }
        }
    }

    public bool Has(string task, string arm, ulong seed, string hash) => Cells.Any(c => c.Task == task && c.Arm == arm && c.Seed == seed && c.Hash == hash);

    /// <summary>Adds a cell, in place of an older one, and rewrites the tables. Two comparisons may run side by side.</summary>
    public void Add(AblationResult cell)
    {
        Directory.CreateDirectory(folder);
        using var turn = Turn.Of(_path);
        AblationResult[] cells =
        [
            .. Cells.Where(c => (c.Task, c.Arm, c.Seed) != (cell.Task, cell.Arm, cell.Seed)).Append(cell)
                .OrderBy(c => c.Task, StringComparer.Ordinal).ThenBy(c => Protection.All.Index().First(p => p.Item.Name == c.Arm).Index).ThenBy(c => c.Seed),
        ];
        RunDirectory.WriteAside(_path, JsonSerializer.Serialize(cells, Json));
        var table = AblationTable.Of(cells);
        RunDirectory.WriteAside(Path.Combine(folder, "safety.md"), table);
        MarkedSection.Replace(folder, "safety", table);
    }
}
