using System.Diagnostics;
using System.Text.Json;

namespace RobotRL.Cli.Tests;

/// <summary>What a run of the built command line came to.</summary>
internal sealed record RobotrlResult(int ExitCode, string[] Output, string Error)
{
    /// <summary>The last line on stdout, which is one JSON object with <c>--json</c>.</summary>
    public JsonElement Json => JsonDocument.Parse(Output[^1]).RootElement;
}

/// <summary>Runs the built command line as a user does: another process, no stdin.</summary>
internal static class RobotrlProcess
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    public static string Root { get; } = FindRoot();

    /// <summary>The program of the same configuration as these tests.</summary>
    private static string Program { get; } =
        Path.Combine(Root, "src", "RobotRL.Cli", "bin", new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name, "net10.0", "robotrl.dll");

    public static RobotrlResult Run(params string[] arguments) => Run(new Dictionary<string, string>(), arguments);

    public static RobotrlResult Run(IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Program, .. arguments])
        {
            WorkingDirectory = Root,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(Patience))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"robotrl {string.Join(' ', arguments)} gave no answer within {Patience}");
        }
        return new(process.ExitCode, output.Result.TrimEnd().Split('\n'), error.Result);
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "RobotRL.sln")))
                return folder.FullName;
        throw new DirectoryNotFoundException($"No RobotRL.sln above {AppContext.BaseDirectory}");
    }
}
