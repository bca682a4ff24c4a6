namespace RobotRL.Configuration;

/// <summary>Where a value was written: a line of a file, or an override on the command line.</summary>
/// <param name="File">Absolute path; for an override the directory that relative paths start from.</param>
/// <param name="Line">Counted from one; 0 for an override.</param>
/// <param name="Override">The overridden key, where the value came from the command line.</param>
internal readonly record struct Origin(string File, int Line, string? Override = null)
{
    /// <summary>The directory that relative paths in the value start from.</summary>
    public string Directory => Override is null ? Path.GetDirectoryName(File)! : File;

    /// <summary>The file as messages name it; empty for an override.</summary>
    public string Name => Override is null ? Shown(File) : "";

    public string Describe(string key) => Override switch
    {
        null when key.Length == 0 => $"{Shown(File)}:{Line}",
        null => $"{Shown(File)}:{Line}: {key}",
        _ when Override == key => $"--set {key}",
        _ => $"--set {Override}: {key}",
    };

    /// <summary>Relative to the working directory where the file lies below it, so that the line can be clicked and read.</summary>
    private static string Shown(string file)
    {
        var relative = Path.GetRelativePath(Environment.CurrentDirectory, file);
        return relative.StartsWith("..", StringComparison.Ordinal) ? file : relative;
    }
}

/// <summary>A YAML value that knows where it was written.</summary>
internal abstract record ConfigurationNode(Origin Origin)
{
    public abstract string Kind { get; }
}

/// <param name="Origin">Where.</param>
/// <param name="Text">The characters, unquoted.</param>
/// <param name="Quoted">Quoted text is text, never a number.</param>
internal sealed record ScalarNode(Origin Origin, string Text, bool Quoted) : ConfigurationNode(Origin)
{
    public bool IsNull => !Quoted && Text is "" or "~" or "null";
    public override string Kind => IsNull ? "nothing" : $"'{Text}'";
}

internal sealed record ListNode(Origin Origin, List<ConfigurationNode> Items) : ConfigurationNode(Origin)
{
    public override string Kind => "a list";
}

internal sealed record MapNode(Origin Origin, OrderedDictionary<string, ConfigurationNode> Values) : ConfigurationNode(Origin)
{
    public override string Kind => "a section";

    /// <summary>
    /// This map with the values of <paramref name="over"/> in place of its own, section by section. Sections keep the place where they were first written.
    /// </summary>
    public MapNode With(MapNode over)
    {
        var merged = new OrderedDictionary<string, ConfigurationNode>(Values);
        foreach (var (key, value) in over.Values)
            merged[key] = merged.GetValueOrDefault(key) is MapNode below && value is MapNode above ? below.With(above) : value;
        return this with { Values = merged };
    }
}
