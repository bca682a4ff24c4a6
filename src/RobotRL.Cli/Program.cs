using System.CommandLine;
using RobotRL.Cli.Commands;
using RobotRL.Cli.Doctor;

var root = new RootCommand("RobotRL: real-robot reinforcement learning with a human in the loop")
{
    CommandLine.Json,
    TrainCommand.Create(),
    EvalCommand.Create(),
    DoctorCommand.Create(),
};
var parse = root.Parse(args);
var exit = parse.Invoke(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromMinutes(2) });
return parse.Errors.Count > 0 ? ExitCode.BadInput : exit;
