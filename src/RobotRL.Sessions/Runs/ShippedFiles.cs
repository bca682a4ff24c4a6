namespace RobotRL.Sessions.Runs;

/// <summary>Finds the configurations that come with the program.</summary>
public static class ShippedFiles
{
    /// <summary>Path of <c>robot-configs/NAME</c>: below the working directory, or above the program.</summary>
    public static string Configuration(string name) =>
        Above(Environment.CurrentDirectory).Concat(Above(AppContext.BaseDirectory))
            .Select(folder => Path.Combine(folder, "robot-configs", name)).FirstOrDefault(File.Exists)
        ?? throw new BadInputException($"robot-configs/{name}: not found from here; start robotrl in its repository");

    private static IEnumerable<string> Above(string folder)
    {
        for (var at = new DirectoryInfo(folder); at is not null; at = at.Parent) yield return at.FullName;
    }
}
