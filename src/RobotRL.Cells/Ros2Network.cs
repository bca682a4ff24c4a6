using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using RobotRL.Model;
using RobotRL.Robots.Ros2;
using RobotRL.Sessions.Runs;

namespace RobotRL.Cells;

/// <summary>Whether what a cell says of its network can be had on this machine, before a library is asked that says it in words of its own.</summary>
internal static class Ros2Network
{
    /// <exception cref="BadInputException">The interface is none of this machine's, or a peer has no address.</exception>
    public static void Require(Ros2Parameters ros2)
    {
        var own = NetworkInterface.GetAllNetworkInterfaces().SelectMany(card => card.GetIPProperties().UnicastAddresses)
            .Select(one => one.Address).Where(one => one.AddressFamily == AddressFamily.InterNetwork).ToList();
        if (!IPAddress.TryParse(ros2.Interface, out var address) || !(IPAddress.IsLoopback(address) || own.Contains(address)))
            throw new BadInputException(Ros2Words.At(ros2, "ros2.interface",
                $"{ros2.Interface} is no address of this machine; write one of {string.Join(", ", own)}"));
        for (var i = 0; i < ros2.Peers.Count; i++)
            if (!IsKnown(ros2.Peers[i]))
                throw new BadInputException(Ros2Words.At(ros2, $"ros2.peers.{i}", $"the name '{ros2.Peers[i]}' has no address here; write the address itself"));
    }

    private static bool IsKnown(string peer)
    {
        try
        {
            return IPAddress.TryParse(peer, out _) || Dns.GetHostAddresses(peer).Length > 0;
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            return false;
        }
    }
}
