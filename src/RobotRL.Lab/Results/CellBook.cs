using System.Text.Json;
using RobotRL.Sessions.Runs;

namespace RobotRL.Lab.Results;

/// <summary>A finished cell of a comparison: a task, an arm of the comparison, a seed.</summary>
public interface IComparisonCell
{
    string Task { get; }
    string Arm { get; }
    ulong Seed { get; }
}

/// <summary>
/// The finished cells of a comparison: <c>NAME.json</c>, which travels with the repository, so that a comparison begun on one machine goes on on another;
/// beside it <c>NAME.md</c>, and the same tables in <c>docs/results.md</c>.
/// </summary>
/// <param name="folder">Where they lie.</param>
/// <param name="name">Of the files, and of the section of the page.</param>
/// <param name="arms">Arms of the comparison, in the order of the tables.</param>
/// <param name="table">Writes the tables.</param>
public abstract class CellBook<T>(string folder, string name, IEnumerable<string> arms, Func<IReadOnlyList<T>, string> table) where T : class, IComparisonCell
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    private readonly string _path = Path.Combine(folder, name + ".json");
    private readonly Dictionary<string, int> _order = arms.Index().ToDictionary(a => a.Item, a => a.Index);

    /// <summary>All cells, by task, arm and seed.</summary>
    public IReadOnlyList<T> Cells
    {
        get
        {
            if (!File.Exists(_path)) return [];
            try
            {
                return JsonSerializer.Deserialize<T[]>(File.ReadAllText(_path), Json) ?? [];
            }
            catch (JsonException e)
            {
                throw new BadInputException($"{_path}: not a list of results ({e.Message}); restore it or move it away");
            }
        }
    }

    /// <summary>Adds a cell, in place of an older one, and rewrites the tables. Two comparisons may run side by side.</summary>
    public void Add(T cell)
    {
        Directory.CreateDirectory(folder);
        using var turn = Turn.Of(_path);
        T[] cells =
        [
            .. Cells.Where(c => (c.Task, c.Arm, c.Seed) != (cell.Task, cell.Arm, cell.Seed)).Append(cell)
                .OrderBy(c => c.Task, StringComparer.Ordinal).ThenBy(c => _order[c.Arm]).ThenBy(c => c.Seed),
        ];
        RunDirectory.WriteAside(_path, JsonSerializer.Serialize(cells, Json));
        var text = table(cells);
        RunDirectory.WriteAside(Path.Combine(folder, name + ".md"), text);
        MarkedSection.Replace(folder, name, text);
    }
}
