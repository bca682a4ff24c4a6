using System.Globalization;
using RobotRL.Model;

namespace RobotRL.Calibration.Sources;

/// <summary>Reads <c>poses.csv</c>: for each image the pose of the flange in the base, strictly.</summary>
internal static class PosesFile
{
    public const string Name = "poses.csv";

    /// <summary>What three decimals leave.</summary>
    private const double QuaternionTolerance = 2e-3;

    private const double FarthestM = 100;

    private static readonly string[] Columns = ["file", "x", "y", "z", "qx", "qy", "qz", "qw"];

    /// <exception cref="InvalidDataException">Anything is wrong; names file, line, column and remedy.</exception>
    public static IReadOnlyList<(string File, Pose FlangeInBase)> Read(string folder)
    {
        var path = Path.Combine(folder, Name);
        if (!File.Exists(path))
            throw new InvalidDataException($"{path}: not found; write one row an image, below the line {string.Join(',', Columns)}: the flange in the base, m");
        var rows = new List<(string, Pose)>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var hasHead = false;
        foreach (var (i, line) in PlainFile.ReadAllText(path).Split('\n').Index())
        {
            if (line.AsSpan().Trim().IsEmpty) continue;
            var (at, cells) = ($"{path}:{i + 1}", line.Split(',', StringSplitOptions.TrimEntries));
            if (!hasHead)
            {
                if (!cells.SequenceEqual(Columns)) throw new InvalidDataException($"{at}: the first line names the columns; write {string.Join(',', Columns)}");
                hasHead = true;
                continue;
            }
            if (cells.Length != Columns.Length)
                throw new InvalidDataException($"{at}: {cells.Length} values where {Columns.Length} belong; write {string.Join(',', Columns)}");
            CheckFile(folder, at, cells[0], seen);
            rows.Add((cells[0], PoseOf(at, cells)));
        }
        if (rows.Count == 0) throw new InvalidDataException($"{path}: holds no poses; write one row an image, below the line {string.Join(',', Columns)}");
        return rows;
    }

    private static void CheckFile(string folder, string at, string file, HashSet<string> seen)
    {
        if (file.Length == 0 || file.Contains('/', StringComparison.Ordinal) || file.Contains('\\', StringComparison.Ordinal) || !ImageFolder.IsImage(file))
            throw new InvalidDataException($"{at}: file: '{file}' is no image's name; write the name of an image that lies beside {Name}");
        if (!seen.Add(file)) throw new InvalidDataException($"{at}: file: {file} was named before; keep one row an image");
        if (!File.Exists(Path.Combine(folder, file))) throw new InvalidDataException($"{at}: file: {file} is not there; correct the name or remove the row");
    }

    private static Pose PoseOf(string at, string[] cells)
    {
        var v = new double[Columns.Length];
        for (var i = 1; i < v.Length; i++)
        {
            var (what, most) = i <= 3 ? ($"a number of metres up to {FarthestM}", FarthestM) : ("a number from -1 to 1", 1 + QuaternionTolerance);
            if (!double.TryParse(cells[i], NumberStyles.Float, CultureInfo.InvariantCulture, out v[i]) || !(Math.Abs(v[i]) <= most))
                throw new InvalidDataException($"{at}: {Columns[i]}: '{cells[i]}' is not {what}; correct it");
        }
        var length = Math.Sqrt(v.Skip(4).Sum(q => q * q));
        if (!(Math.Abs(length - 1) <= QuaternionTolerance))
            throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture,
                $"{at}: qx to qw: the quaternion has length {length:0.####}, and a rotation has 1; write x, y, z, w with four decimals or more"));
        return new(new(v[1], v[2], v[3]), new Rotation(v[4], v[5], v[6], v[7]).Normalized);
    }
}
