using System.Diagnostics;
using RobotRL.Control;

namespace RobotRL.Sessions.Processes;

/// <summary>Where the processes that a realtime training starts run.</summary>
/// <param name="ControlCpu">CPU of the loop; null for any.</param>
/// <param name="ControlPriority">Its real-time priority, 1 to 99; null for the standard.</param>
/// <param name="LearnerCpus">CPUs of the learner; empty for any.</param>
public sealed record Placement(int? ControlCpu, int? ControlPriority, IReadOnlyList<int> LearnerCpus)
{
    public static Placement Anywhere { get; } = new(null, null, []);

    /// <summary>As arguments of <c>robotrl control</c>.</summary>
    public IEnumerable<string> ControlArguments()
    {
        if (ControlCpu is { } cpu) foreach (var word in new[] { "--cpu", $"{cpu}" }) yield return word;
        if (ControlPriority is { } priority) foreach (var word in new[] { "--priority", $"{priority}" }) yield return word;
    }

    /// <summary>Starts a process on some CPUs alone, from its first instruction on where the system lets it inherit them.</summary>
    /// <param name="cpus">Their numbers; empty for any.</param>
    /// <param name="start">Starts it.</param>
    public static Process Start(IReadOnlyList<int> cpus, Func<Process> start)
    {
        if (cpus.Count == 0) return start();
        Process? process = null;
        Exception? failure = null;
        // A thread of its own: what is bound stays bound.
        var starter = new Thread(() =>
        {
            try
            {
                if (!OperatingSystem.IsWindows() && !RealTimeThread.TryBind([.. cpus]))
                    throw new IOException($"The system does not let a process run on CPU {string.Join(", ", cpus)} alone");
                process = start();
                if (OperatingSystem.IsWindows()) process.ProcessorAffinity = (nint)cpus.Aggregate(0L, (mask, cpu) => mask | 1L << cpu);
            }
            catch (Exception e)
            {
                failure = e;
            }
        })
        { Name = "start" };
        starter.Start();
        starter.Join();
        return process ?? throw new InvalidOperationException($"A process did not start: {failure!.Message}", failure);
    }
}
