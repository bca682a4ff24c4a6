using System.Globalization;

namespace RobotRL.Lab.Bench;

/// <summary>The time that a hypervisor took from a CPU while something there wanted to run. No thread can do anything about it.</summary>
internal static class StolenTime
{
    private const double MsPerTick = 10;
    private const int Field = 8;

    /// <summary>So far, ms, in steps of 10; null where the system does not tell.</summary>
    public static double? OfCpuMs(int cpu)
    {
        const string Statistics = "/proc/stat";
        if (!File.Exists(Statistics)) return null;
        var line = File.ReadLines(Statistics).FirstOrDefault(l => l.StartsWith($"cpu{cpu} ", StringComparison.Ordinal));
        return line?.Split(' ') is { Length: > Field } fields ? double.Parse(fields[Field], CultureInfo.InvariantCulture) * MsPerTick : null;
    }
}
