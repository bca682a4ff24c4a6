using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace RobotRL.Mcap.Tests;

/// <summary>The public npm reader, as a judge that shares no code with this one.</summary>
internal static class NpmReader
{
    /// <summary>What it finds in a file; skips the test, saying why, where node or npm is missing or the packages cannot be had.</summary>
    public static JsonElement Read(string file)
    {
        var folder = Folder();
        Install(folder);
        var (exit, output, errors) = Run(folder, "node", "read.mjs", file);
        Assert.True(exit == 0, $"The npm reader refuses {file}: {errors}");
        return JsonDocument.Parse(output).RootElement;
    }

    private static string Folder([CallerFilePath] string thisFile = "") => Path.Combine(Path.GetDirectoryName(thisFile)!, "reader");

    private static void Install(string folder)
    {
        // Two test projects may come here at once.
        using var installing = new Mutex(false, "RobotRL.Mcap.Tests.reader");
        installing.WaitOne();
        try
        {
            if (File.Exists(Path.Combine(folder, "node_modules", ".package-lock.json"))) return;
            var (exit, _, errors) = Run(folder, "npm", "ci", "--no-audit", "--no-fund");
            if (exit != 0) Skip($"npm ci in {folder} failed: {errors}");
        }
        finally
        {
            installing.ReleaseMutex();
        }
    }

    private static (int Exit, string Output, string Errors) Run(string folder, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        Process? process = null;
        try
        {
            process = Process.Start(start);
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            Skip($"{program} is not installed ({e.Message})");
        }
        using var running = process!;
        var errors = running.StandardError.ReadToEndAsync();
        var output = running.StandardOutput.ReadToEnd();
        running.WaitForExit();
        return (running.ExitCode, output, errors.Result);
    }

    private static void Skip(string why)
    {
        var text = $"SKIPPED: the npm reader @mcap/core does not judge our files: {why}";
        Console.Error.WriteLine(text);
        Assert.Skip(text);
    }
}
