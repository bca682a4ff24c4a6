using System.Security;
using RobotRL.Ros2.Transport;

namespace RobotRL.Ros2.Cyclone;

/// <summary>Domains of this process. Cyclone DDS configures each once, so all nodes of one share network and priority of the first.</summary>
internal static class CycloneDomain
{
    private const int MostParticipants = 60;

    private static readonly Dictionary<int, string> Configured = [];

    /// <exception cref="TransportException">It cannot be set up, or another node here has it with another network interface.</exception>
    public static void Open(TransportOptions options)
    {
        DdsLibrary.Require();
        var network = string.Join(' ', [options.Interface, .. options.Peers]);
        lock (Configured)
        {
            if (Configured.TryGetValue(options.Domain, out var before))
            {
                if (before != network)
                    throw new TransportException(
                        $"Domain {options.Domain} is open in this process with another interface or other peers: give all nodes the same.");
                return;
            }
            DdsLog.Catch();
            if (DdsNative.dds_create_domain((uint)options.Domain, Configuration(options)) < 0)
                throw new TransportException($"ros2.interface: Cyclone DDS cannot use {options.Interface} ({DdsLog.Last}); write an address of this machine");
            Configured.Add(options.Domain, network);
        }
    }

    /// <summary>As Cyclone DDS takes it.</summary>
    public static string Configuration(TransportOptions options)
    {
        var peers = options.IsLoopback && !options.Peers.Contains(TransportOptions.Loopback) ? options.Peers.Append(TransportOptions.Loopback) : options.Peers;
        var list = string.Concat(peers.Select(peer => $"<Peer address=\"{SecurityElement.Escape(peer)}\"/>"));
        string[] threads = options.Priority is null ? [] : ["recv"];
        var scheduling = string.Concat(threads.Select(name =>
            $"<Thread Name=\"{name}\"><Scheduling><Class>Realtime</Class><Priority>{options.Priority}</Priority></Scheduling></Thread>"));
        // The loopback interface of Linux has no multicast: each participant is asked for by its own port.
        return $"""
            <CycloneDDS><Domain Id="any">
              <General>
                <Interfaces><NetworkInterface address="{SecurityElement.Escape(options.Interface)}"/></Interfaces>
                <AllowMulticast>{(options.IsLoopback ? "false" : "spdp")}</AllowMulticast>
                <MaxMessageSize>65500B</MaxMessageSize>
              </General>
              <Discovery>
                <ParticipantIndex>auto</ParticipantIndex><MaxAutoParticipantIndex>{MostParticipants}</MaxAutoParticipantIndex>
                <Peers>{list}</Peers>
              </Discovery>
              <Internal><SocketReceiveBufferSize min="default" max="10MB"/></Internal>
              {(threads.Length > 0 ? $"<Threads>{scheduling}</Threads>" : "")}
              <Tracing><Verbosity>none</Verbosity></Tracing>
            </Domain></CycloneDDS>
            """;
    }
}
