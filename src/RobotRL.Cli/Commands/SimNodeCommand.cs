using System.CommandLine;
using RobotRL.Cells.SimulatedNode;
using RobotRL.Model;
using RobotRL.Sessions.Processes;
using RobotRL.Sessions.Runs;

namespace RobotRL.Cli.Commands;

/// <summary><c>robotrl sim-node</c>: a simulated robot with its cameras behind ROS 2, for whoever drives robots there.</summary>
internal static class SimNodeCommand
{
    public static Command Create()
    {
        var config = SharedOptions.Config();
        var (cell, set) = (SharedOptions.Cell().Or("ros2"), SharedOptions.Set());
        var domain = new Option<int?>("--domain") { Description = "ROS 2 domain, instead of the configured one" }
            .Where(n => n is >= 0 and <= 232, "write 0 to 232");
        var seconds = new Option<double?>("--seconds") { Description = "End by itself after so long" }.Where(t => t > 0, "write a number of seconds above 0");
        Option<string?> arm = new("--arm") { Description = "Play this arm of the cell alone, as its own computer would; another process plays the other" };
        Option<int?> owner = new("--owner") { Description = "End when this process has ended", Hidden = true };
        Option<string?> ready = new("--ready") { Description = "Write this file once it is there for others", Hidden = true };
        return new Command("sim-node", "Play a simulated robot behind ROS 2") { config, cell, domain, arm, seconds, owner, ready, set }.Does((parse, cancel) =>
        {
            var overrides = SharedOptions.Overrides(parse.GetRequiredValue(set));
            if (parse.GetValue(domain) is { } number) overrides = [.. overrides, ("ros2.domain", $"{number}")];
            var configuration = SharedOptions.Load(parse.GetRequiredValue(config), overrides, cell: parse.GetValue(cell));
            using var end = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            if (parse.GetValue(seconds) is { } length) end.CancelAfter(TimeSpan.FromSeconds(length));
            using var owned = parse.GetValue(owner) is { } id ? Belonging.To(id, end) : null;
            var only = parse.GetValue(arm);
            using SimNode node = new(configuration, Console.Error.WriteLine, only);
            var which = only is null ? "" : $", arm {only},";
            Console.Error.WriteLine($"Simulated robot {configuration.Robot.Name}{which} on {node.Place}; Ctrl+C ends it.");
            if (parse.GetValue(ready) is { } file) RunFile.Write(file, "");
            node.Run(end.Token);
            Console.Error.WriteLine($"Ended: {node.Figures.Missed} periods missed, at most {node.Figures.LongestLateNs * 1e-6:F1} ms late.");
            return ExitCode.Done;
        });
    }
}
