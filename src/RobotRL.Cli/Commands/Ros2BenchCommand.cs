using System.CommandLine;
using RobotRL.Lab.Bench;
using RobotRL.Model;
using RobotRL.Sessions.Processes;

namespace RobotRL.Cli.Commands;

/// <summary><c>robotrl bench ros2</c>: round trips between two processes over ROS 2.</summary>
internal static class Ros2BenchCommand
{
    /// <param name="show">Prints figures as those of other benches.</param>
    /// <param name="brief">The option that all benches share.</param>
    public static Command Create(Action<ParseResult, Ros2Figures> show, Option<bool> brief)
    {
        Option<bool> echo = new("--echo") { Description = "Be the other process", Hidden = true };
        var backend = new Option<Ros2Backend>("--backend") { Description = "What carries messages; rcl, rcldotnet: the ROS 2 installation that is sourced" }
            .Or(Ros2Backend.Cyclone).InWords();
        return new Command("ros2", "Round trip of a joint state to another process, over ROS 2") { echo, backend }.Does((parse, cancel) =>
        {
            if (parse.GetValue(echo)) Ros2Bench.Echo(parse.GetValue(backend), cancel);
            else show(parse, Ros2Bench.Measure(parse.GetValue(brief), parse.GetValue(backend)));
            return ExitCode.Done;
        });
    }
}
