namespace RobotRL.Ros2.Tests;

/// <summary>A domain for each test, so that tests do not hear each other.</summary>
internal static class Domains
{
    // ROS 2's own tools take 0; ports of domains above 232 are beyond 65535.
    private static readonly (int First, int Count) Free = Read(Environment.GetEnvironmentVariable("ROBOTRL_TEST_DOMAINS") ?? "40-229");

    private static int _next = Random.Shared.Next(Free.Count);

    /// <summary>rcldotnet knows one in a process, so all tests there share it: what a test leaves behind, the next one hears.</summary>
    private static readonly int? Shared = Chosen.Backend == Model.Ros2Backend.Rcldotnet ? Free.First + _next : null;

    public static int Next() => Shared ?? Free.First + Interlocked.Increment(ref _next) % Free.Count;

    /// <summary>Who shares the machine with others that test agrees on domains with them: FIRST-LAST.</summary>
    private static (int, int) Read(string range)
    {
        var ends = range.Split('-').Select(int.Parse).ToArray();
        return (ends[0], ends[1] - ends[0] + 1);
    }
}
