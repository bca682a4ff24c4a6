using System.Runtime.InteropServices;

namespace RobotRL.Lab.Bench;

/// <summary>The machine that a figure was measured on: without it, a figure says little.</summary>
/// <param name="Load">One-minute load average when measuring began: above the number of cores, others competed; −1 where the system has none.</param>
public sealed record Machine(string Name, int Cores, string Os, string Runtime, double Load)
{
    public static Machine Here => new(
        Processor(), Environment.ProcessorCount, RuntimeInformation.OSDescription.Trim(), RuntimeInformation.FrameworkDescription, LoadAverage());

    private static string Processor()
    {
        const string cpuInfo = "/proc/cpuinfo";
        var line = File.Exists(cpuInfo) ? File.ReadLines(cpuInfo).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal)) : null;
        return line?.Split(':', 2)[1].Trim() ?? Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? RuntimeInformation.ProcessArchitecture.ToString();
    }

    private static double LoadAverage()
    {
        const string load = "/proc/loadavg";
        return File.Exists(load) ? double.Parse(File.ReadAllText(load).Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture) : -1;
    }
}
