using System.Globalization;

namespace RobotRL.Sessions.Processes;

/// <summary>
/// How many device interrupts each CPU has served since the machine started. An interrupt runs before every thread, one with the highest real-time
/// priority too,
/// so the loop belongs where disk and network do not.
/// </summary>
public static class CpuInterrupts
{
    private const string Statistics = "/proc/interrupts";

    /// <summary>By CPU; empty where the system does not tell.</summary>
    public static long[] Now() => File.Exists(Statistics) ? Parse(File.ReadLines(Statistics)) : [];

    /// <summary>The CPU with the fewest; of equal ones, and where the system does not tell, the last, since systems start from the first.</summary>
    public static int Quietest()
    {
        var counts = Now();
        return counts.Length == Environment.ProcessorCount ? QuietestOf(counts) : Environment.ProcessorCount - 1;
    }

    /// <summary>Index of the smallest count; of equal ones the last.</summary>
    public static int QuietestOf(ReadOnlySpan<long> counts)
    {
        var quietest = 0;
        for (var cpu = 1; cpu < counts.Length; cpu++)
            if (counts[cpu] <= counts[quietest]) quietest = cpu;
        return quietest;
    }

    /// <summary>Sums the lines of devices, which are those with a number: the lettered ones (timers, calls between CPUs) go with whatever runs there.</summary>
    public static long[] Parse(IEnumerable<string> lines)
    {
        long[] counts = [];
        foreach (var line in lines)
        {
            var words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (counts.Length == 0)
            {
                counts = new long[words.Count(w => w.StartsWith("CPU", StringComparison.Ordinal))];
                continue;
            }
            if (words.Length <= counts.Length) continue;
            if (!int.TryParse(words[0].AsSpan().TrimEnd(':'), NumberStyles.None, CultureInfo.InvariantCulture, out _)) continue;
            for (var cpu = 0; cpu < counts.Length; cpu++) counts[cpu] += long.Parse(words[1 + cpu], CultureInfo.InvariantCulture);
        }
        return counts;
    }
}
