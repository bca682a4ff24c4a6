using RobotRL.Calibration.Boards;
using RobotRL.Model;

namespace RobotRL.Calibration.Sources;

/// <summary>A folder of images, with the arm's poses in <c>poses.csv</c> where they are needed.</summary>
internal static class ImageFolder
{
    private const long MostBytes = 200_000_000;

    private static readonly string[] Endings = [".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp", ".pgm", ".ppm"];

    /// <summary>The images by name. With poses, those that the table names, in its order.</summary>
    /// <exception cref="InvalidDataException">The table or an image cannot be used; one line with the remedy.</exception>
    public static IEnumerable<CalibrationSample> Read(string folder, bool needsPoses, List<Rejection> rejected)
    {
        string[] files = [.. Directory.EnumerateFiles(folder).Where(IsImage).Order(StringComparer.Ordinal)];
        if (!needsPoses)
        {
            if (files.Length == 0)
                throw new InvalidDataException($"{folder}: holds no images ({string.Join(' ', Endings)}); name the folder with the images of the board");
            return files.Select(file => new CalibrationSample(ReadImage(file)));
        }
        var poses = PosesFile.Read(folder);
        rejected.AddRange(files.Select(file => Path.GetFileName(file)!).Except(poses.Select(p => p.File), StringComparer.Ordinal)
            .Select(file => new Rejection(file, $"has no row in {PosesFile.Name}")));
        return poses.Select(row => new CalibrationSample(ReadImage(Path.Combine(folder, row.File)), row.FlangeInBase));
    }

    public static bool IsImage(string file) => Endings.Contains(Path.GetExtension(file).ToLowerInvariant());

    public static GrayImage ReadImage(string file)
    {
        var name = Path.GetFileName(file);
        try
        {
            return GrayImage.Decode(name, PlainFile.ReadAllBytes(file, MostBytes));
        }
        catch (InvalidDataException e) when (e.Message.StartsWith(name, StringComparison.Ordinal))
        {
            throw new InvalidDataException(Path.GetDirectoryName(file) is { Length: > 0 } folder ? $"{folder}/{e.Message}" : e.Message, e);
        }
    }
}
