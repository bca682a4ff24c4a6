namespace RobotRL.Configuration;

/// <summary>A configuration that cannot be run. Holds every error found, one line each: <c>file:line: key: what is wrong; remedy</c>.</summary>
public sealed class ConfigurationException(IReadOnlyList<string> errors) : Exception(string.Join(Environment.NewLine, errors))
{
    /// <summary>One line an error, in the order of the files' lines.</summary>
    public IReadOnlyList<string> Errors { get; } = errors;
}
