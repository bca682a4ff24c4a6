using System.CommandLine;
using RobotRL.Configuration;
using RobotRL.Lab.Faults;
using RobotRL.Sessions.Processes;

namespace RobotRL.Cli.Commands;

/// <summary><c>robotrl bench faults party</c>: the processes that faults happen to.</summary>
internal static class FaultPartyCommand
{
    public static Command Create()
    {
        Option<string> channel = new("--channel") { Required = true };
        Option<bool> garbage = new("--garbage");
        var config = SharedOptions.Config();
        var actor = new Command(FaultParty.Actor, "Moves the robot of a control process") { config, channel, garbage }.Does((parse, _) =>
        {
            FaultParty.Act(RunConfiguration.Load(parse.GetRequiredValue(config)), parse.GetRequiredValue(channel), parse.GetValue(garbage));
            return ExitCode.Done;
        });
        Option<string> folder = new("--folder") { Required = true };
        var learner = new Command(FaultParty.Learner, "Writes a safety critic's weights over and over") { folder }.Does((parse, _) =>
        {
            FaultParty.Learn(parse.GetRequiredValue(folder));
            return ExitCode.Done;
        });
        Option<string> run = new("--run") { Required = true };
        Option<string> name = new("--camera") { Required = true };
        Option<CameraFault> fault = new("--fault") { Required = true };
        var steps = new Option<int>("--after-steps").Or(10);
        var set = SharedOptions.Set();
        var camera = new Command("camera", "Records in real time until a camera fails") { config, run, name, fault, steps, set }.Does((parse, _) =>
        {
            var overrides = SharedOptions.Overrides(parse.GetRequiredValue(set));
            var configuration = SharedOptions.Load(parse.GetRequiredValue(config), overrides, parse.GetRequiredValue(run));
            CameraFaults.Record(configuration, parse.GetRequiredValue(run), parse.GetRequiredValue(name), parse.GetValue(fault), parse.GetValue(steps));
            return ExitCode.Done;
        });
        return new Command("party", "A process for faults to happen to") { Hidden = true, Subcommands = { actor, learner, camera } };
    }
}
