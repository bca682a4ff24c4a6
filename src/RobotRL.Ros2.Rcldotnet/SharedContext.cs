using RobotRL.Ros2.Rcl;
using RobotRL.Ros2.Transport;
using ROS2;

namespace RobotRL.Ros2.Rcldotnet;

/// <summary>
/// rcldotnet begins once in a process, on one domain, for all that use it there. It asks the environment for the domain, so that is set before.
/// </summary>
internal static class SharedContext
{
    private const string DomainVariable = "ROS_DOMAIN_ID";

    private static readonly object Beginning = new();
    private static int? _domain;

    /// <exception cref="TransportException">It is on another domain.</exception>
    public static void Begin(TransportOptions options)
    {
        lock (Beginning)
        {
            _domain ??= Failing.AsTransport("initialise", () => Begun(options));
            if (_domain == options.Domain) return;
            throw new TransportException($"rcldotnet is on domain {_domain} in this process and knows one alone: "
                + $"write ros2.domain: {_domain}, or start another process for {options.Domain}.");
        }
    }

    /// <summary>Another part of this process may have begun before.</summary>
    private static int Begun(TransportOptions options)
    {
        if (RCLdotnet.Ok()) return int.TryParse(Environment.GetEnvironmentVariable(DomainVariable), out var set) ? set : 0;
        RclEnvironment.Set(options);
        RclEnvironment.Set(DomainVariable, $"{options.Domain}");
        RCLdotnet.Init();
        return options.Domain;
    }
}
