using RobotRL.Model;
using RobotRL.Ros2.Nodes;
using RobotRL.Ros2.Rcl;
using RobotRL.Ros2.Transport;

namespace RobotRL.Ros2.Tests;

/// <summary>
/// What carries messages in this process: Cyclone DDS, or what <c>ROBOTRL_TEST_BACKEND</c> says, <c>rcl</c> or <c>rcldotnet</c>, in a shell that has sourced
/// ROS 2. Other processes stay what they are.
/// </summary>
internal static class Chosen
{
    public static Ros2Backend Backend { get; } =
        Enum.Parse<Ros2Backend>(Environment.GetEnvironmentVariable("ROBOTRL_TEST_BACKEND") ?? nameof(Ros2Backend.Cyclone), ignoreCase: true);

    public static Ros2Node Node(string name, int domain, bool isHumble = true)
    {
        Assert.SkipWhen(Backend != Ros2Backend.Cyclone && isHumble != (RclLibrary.Layout == RclLayout.Humble), "Another distribution is sourced.");
        return Open(new() { NodeName = name, Domain = domain, IsHumble = isHumble });
    }

    public static Ros2Node Open(TransportOptions options) => Ros2Node.Open(options with { Backend = Backend });
}
