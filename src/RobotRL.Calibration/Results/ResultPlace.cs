namespace RobotRL.Calibration.Results;

/// <summary>Where a result goes, and under whose name.</summary>
/// <param name="Root">Folder of all results.</param>
/// <param name="Cell">Name of the cell, a folder below it.</param>
/// <param name="Camera">Name of the camera, a folder below that.</param>
/// <param name="Author">Who made it.</param>
public sealed record ResultPlace(string Root, string Cell, string Camera, string Author)
{
    private const int LongestName = 64;

    /// <summary>Folder of the results of this camera.</summary>
    public string Folder => Path.Combine(Root, Cell, Camera);

    /// <exception cref="InvalidDataException">A name cannot be a folder's, or cannot be read back.</exception>
    public ResultPlace Checked()
    {
        foreach (var (option, name) in ((string, string)[])[("--cell", Cell), ("--camera", Camera)])
            if (name.Length is 0 or > LongestName || !char.IsAsciiLetterOrDigit(name[0]) || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
                throw new InvalidDataException($"{option} {name}: is no name; write up to {LongestName} letters, digits, - and _, a letter or digit first");
        if (Author.Trim().Length == 0 || Author.Length > LongestName || Author.Any(char.IsControl))
            throw new InvalidDataException($"--author {Author}: is no name; write up to {LongestName} characters on one line");
        if (File.Exists(Root)) throw new InvalidDataException($"--out {Root}: is a file; name a folder");
        return this;
    }
}
