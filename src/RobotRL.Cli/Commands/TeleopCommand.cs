using System.CommandLine;
using RobotRL.Cells;
using RobotRL.Ros2.Transport;
using RobotRL.Sessions.Processes;
using RobotRL.Sessions.Runs;
using RobotRL.Teleop;

namespace RobotRL.Cli.Commands;

/// <summary><c>robotrl teleop</c>: this terminal's keys for a session on another machine, over ROS 2.</summary>
internal static class TeleopCommand
{
    public static Command Create()
    {
        var operatorId = new Option<string>("--operator-id") { Description = "Who drives: the name that the session was given", Required = true }
            .Where(OperatorOptions.IsName, OperatorOptions.Requirement);
        var topic = new Option<string>("--topic") { Description = "Where the session listens" }.Or("/robotrl/intervention")
            .Where(name => name.Length > 1 && name[0] == '/', "write an absolute topic, such as /robotrl/intervention");
        var domain = new Option<int>("--domain") { Description = "ROS 2 domain" }.Or(0).Where(n => n is >= 0 and <= 232, "write 0 to 232");
        var address = new Option<string>("--interface") { Description = "Address of this machine's network card towards the session" }
            .Or(TransportOptions.Loopback);
        var peers = CommandLine.Several<string>("--peers", "Addresses of machines to ask where multicast does not reach");
        var distribution = new Option<string>("--distribution") { Description = "humble, iron or jazzy: how nodes announce themselves" }.Or("humble")
            .Where(name => name is "humble" or "iron" or "jazzy", "write humble, iron or jazzy");
        return new Command("teleop", "Send this terminal's keys to a session on another machine: train --operator ros2 --teleop intervention")
        {
            operatorId, topic, domain, address, peers, distribution,
        }.Does((parse, cancel) =>
        {
            if (Console.IsInputRedirected)
                throw new BadInputException("teleop: the keys come from a terminal and standard input is redirected; start it in one");
            TransportOptions network = new()
            {
                NodeName = $"/robotrl/teleop_{Environment.ProcessId}",
                Domain = parse.GetValue(domain),
                Interface = parse.GetRequiredValue(address),
                Peers = parse.GetRequiredValue(peers),
                IsHumble = parse.GetValue(distribution) == "humble",
            };
            Console.Error.WriteLine(KeyboardTeleoperator.Keys);
            RemoteKeyboard.Run(network, parse.GetRequiredValue(topic), parse.GetRequiredValue(operatorId), Console.Error.WriteLine, cancel);
            return ExitCode.Done;
        });
    }
}
