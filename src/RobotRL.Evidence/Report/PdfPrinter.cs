using System.Diagnostics;
using RobotRL.Sessions.Processes;

namespace RobotRL.Evidence.Report;

/// <summary>Prints a page with a browser, where the machine has one.</summary>
public static class PdfPrinter
{
    private static readonly string[] Browsers = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Writes the PDF; says why not, or null.</summary>
    public static string? Print(string html, string pdf)
    {
        var paths = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        if (Browsers.SelectMany(name => paths.Select(folder => Path.Combine(folder, name))).FirstOrDefault(File.Exists) is not { } browser)
            return "no PDF: there is no chromium here; apt-get install chromium";
        var profile = Directory.CreateTempSubdirectory("robotrl-report-").FullName;
        try
        {
            string[] arguments =
            [
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync",
                $"--user-data-dir={profile}", "--no-pdf-header-footer", $"--print-to-pdf={pdf}", new Uri(html).AbsoluteUri,
            ];
            var start = new ProcessStartInfo(browser, arguments) { RedirectStandardError = true, RedirectStandardOutput = true };
            using var process = Process.Start(start)!;
            var said = process.StandardError.ReadToEndAsync();
            _ = process.StandardOutput.ReadToEndAsync();
            if (!process.WaitForExit(Patience))
            {
                process.Kill(entireProcessTree: true);
                return $"no PDF: {browser} did not end within {Patience.TotalMinutes} minutes";
            }
            return process.ExitCode == 0 && File.Exists(pdf) ? null : $"no PDF: {browser} ended with {process.ExitCode}: {said.Result.Trim().Split('\n')[^1]}";
        }
        finally
        {
            try
            {
                Directory.Delete(profile, recursive: true);
            }
            catch (IOException)
            {
                // The browser's last helper may still hold a file: the folder is a temporary one.
            }
        }
    }
}
