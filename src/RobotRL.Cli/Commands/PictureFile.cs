using System.CommandLine;
using RobotRL.Sessions.Runs;

namespace RobotRL.Cli.Commands;

/// <summary>Where a picture goes.</summary>
internal static class PictureFile
{
    public static Option<string> Option() => new("--out") { Description = "Picture to write: a .png file in a folder that exists", Required = true };

    /// <summary>The full path, refused before any work is done for a picture that could not be written.</summary>
    public static string Check(string path)
    {
        if (!path.EndsWith(".png", StringComparison.OrdinalIgnoreCase))
            throw new BadInputException($"--out {path}: pictures are PNG; let the name end in .png");
        var full = Path.GetFullPath(path);
        if (!Directory.Exists(Path.GetDirectoryName(full))) throw new BadInputException($"--out {path}: the folder does not exist; make it first");
        return full;
    }
}
