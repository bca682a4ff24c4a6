using RobotRL.Ros2.Nodes;
using RobotRL.Ros2.Transport;

namespace RobotRL.Ros2.Tests;

/// <summary>
/// What carries the robot's side in these tests: Cyclone DDS, or rcl where <c>ROBOTRL_TEST_BACKEND=rcl</c> says so, in a shell that has sourced ROS 2. Whoever
/// is at the other end stays what it is.
/// </summary>
internal static class Chosen
{
    public static Backend Backend { get; } =
        Enum.Parse<Backend>(Environment.GetEnvironmentVariable("ROBOTRL_TEST_BACKEND") ?? nameof(Backend.Cyclone), ignoreCase: true);

    public static Ros2Node Node(string name, int domain, bool isHumble = true) =>
        Open(new() { NodeName = name, Domain = domain, IsHumble = isHumble });

    public static Ros2Node Open(TransportOptions options) => Ros2Node.Open(options with { Backend = Backend });
}
