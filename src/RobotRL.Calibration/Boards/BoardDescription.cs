using System.Globalization;
using OpenCvSharp.Aruco;
using RobotRL.Model;

namespace RobotRL.Calibration.Boards;

/// <summary>
/// A flat board. Its frame has its origin at the first inner corner, x along the rows, y down the columns and z into the board, away from a camera that sees
/// it.
/// </summary>
public sealed record BoardDescription
{
    /// <summary>What most generators of boards offer first; it holds enough markers for 14 × 14 squares.</summary>
    public const PredefinedDictionaryType StandardDictionary = PredefinedDictionaryType.Dict5X5_100;

    private const string Forms = "write chessboard:COLUMNSxROWS:EDGE in inner corners, such as chessboard:9x6:0.025, "
        + "or charuco:COLUMNSxROWS:EDGE:MARKER[:DICTIONARY[:legacy]] in squares, such as charuco:8x6:0.030:0.022:DICT_5X5_100";

    private const int FewestCorners = 3, MostCorners = 50;
    private const double ShortestM = 0.001, LongestM = 1;

    /// <summary>As it was written.</summary>
    public required string Text { get; init; }

    public required bool IsCharuco { get; init; }

    /// <summary>Inner corners in a row.</summary>
    public required int Columns { get; init; }

    /// <summary>Inner corners in a column.</summary>
    public required int Rows { get; init; }

    /// <summary>Edge of a square, m.</summary>
    public required double EdgeM { get; init; }

    /// <summary>Edge of a marker, m; of a ChArUco board.</summary>
    public double MarkerM { get; init; }

    /// <summary>The markers; of a ChArUco board.</summary>
    public PredefinedDictionaryType Dictionary { get; init; } = StandardDictionary;

    /// <summary>Whether the first square is white where the rows are even in number, as OpenCV had it before 4.6; of a ChArUco board.</summary>
    public bool IsLegacy { get; init; }

    public int CornerCount => Columns * Rows;

    /// <summary>Whether it looks the same upside down, so that its pose is not known.</summary>
    public bool IsSymmetric => !IsCharuco && Columns % 2 == Rows % 2;

    /// <summary>Where a corner is in the board's frame, m.</summary>
    public Vector3D Corner(int id) => new(id % Columns * EdgeM, id / Columns * EdgeM, 0);

    /// <summary>The middle of the corners in the board's frame, m.</summary>
    public Vector3D Middle => new((Columns - 1) * EdgeM / 2, (Rows - 1) * EdgeM / 2, 0);

    /// <exception cref="InvalidDataException">The text describes no board; one line with the remedy.</exception>
    public static BoardDescription Parse(string text)
    {
        var parts = text.Split(':');
        var isCharuco = parts[0] == "charuco";
        if (parts[0] is not ("chessboard" or "charuco") || (isCharuco ? parts.Length is < 4 or > 6 : parts.Length != 3)) throw Wrong(text, Forms);
        var size = parts[1].Split('x');
        if (size.Length != 2 || !int.TryParse(size[0], NumberStyles.None, CultureInfo.InvariantCulture, out var columns)
            || !int.TryParse(size[1], NumberStyles.None, CultureInfo.InvariantCulture, out var rows)) throw Wrong(text, $"'{parts[1]}' is no size; {Forms}");
        var (innerColumns, innerRows) = isCharuco ? (columns - 1, rows - 1) : (columns, rows);
        if (innerColumns is < FewestCorners or > MostCorners || innerRows is < FewestCorners or > MostCorners)
            throw Wrong(text, $"a board has {FewestCorners} to {MostCorners} inner corners each way; correct {parts[1]}");
        var board = new BoardDescription
        {
            Text = text,
            IsCharuco = isCharuco,
            Columns = innerColumns,
            Rows = innerRows,
            EdgeM = Length(text, parts[2], "the edge of a square"),
        };
        if (!isCharuco) return board;
        board = board with { MarkerM = Length(text, parts[3], "the edge of a marker"), Dictionary = DictionaryOf(text, parts), IsLegacy = parts.Length == 6 };
        if (board.IsLegacy && parts[5] != "legacy") throw Wrong(text, $"'{parts[5]}' is not the word legacy; {Forms}");
        if (board.MarkerM >= board.EdgeM) throw Wrong(text, $"a marker of {parts[3]} m does not fit into a square of {parts[2]} m; correct the lengths");
        using var dictionary = CvAruco.GetPredefinedDictionary(board.Dictionary);
        return columns * rows / 2 <= dictionary.BytesList.Rows ? board
            : throw Wrong(text, $"needs {columns * rows / 2} markers, and the dictionary has {dictionary.BytesList.Rows}; name a larger one");
    }

    private static double Length(string text, string part, string what) =>
        double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out var m) && m is >= ShortestM and <= LongestM ? m
            : throw Wrong(text, $"'{part}' is not {what}; write it in metres, from {ShortestM} to {LongestM}");

    private static PredefinedDictionaryType DictionaryOf(string text, string[] parts)
    {
        if (parts.Length < 5) return StandardDictionary;
        static string Letters(string name) => name.Replace("_", "", StringComparison.Ordinal);
        foreach (var type in Enum.GetValues<PredefinedDictionaryType>())
            if (string.Equals(Letters($"{type}"), Letters(parts[4]), StringComparison.OrdinalIgnoreCase)) return type;
        throw Wrong(text, $"'{parts[4]}' is no dictionary; write one of OpenCV's, such as DICT_4X4_50, DICT_5X5_100 or DICT_APRILTAG_36h11");
    }

    private static InvalidDataException Wrong(string text, string what) => new($"--board {text}: {what}");
}
