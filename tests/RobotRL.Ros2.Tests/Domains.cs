namespace RobotRL.Ros2.Tests;

/// <summary>A domain for each test, so that tests do not hear each other.</summary>
internal static class Domains
{
    // ROS 2's own tools take 0; ports of domains above 232 are beyond 65535.
    private const int First = 40, Count = 190;

    private static int _next = Random.Shared.Next(Count);

    public static int Next() => First + Interlocked.Increment(ref _next) % Count;
}
