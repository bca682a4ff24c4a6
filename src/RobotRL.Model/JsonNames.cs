using System.Text.Json;

namespace RobotRL.Model;

/// <summary>How results and records are spelled in JSON.</summary>
public static class JsonNames
{
    /// <summary>Properties in lower case with underscores.</summary>
    public static JsonSerializerOptions SnakeCase { get; } = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };
}
