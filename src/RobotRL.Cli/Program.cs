using System.CommandLine;
using RobotRL.Cli.Commands;
using RobotRL.Cli.Display;
using RobotRL.Cli.Doctor;
using RobotRL.Sessions.Processes;

Terminal.Guard();
var root = new RootCommand("RobotRL: real-robot reinforcement learning with a human in the loop")
{
    CommandLine.Json,
    TrainCommand.Create(),
    LaunchCommand.Create(),
    LearnerCommand.Create(),
    EvalCommand.Create(),
    ReplayCommand.Create(),
    DemoCommand.Create(),
    ResultsCommand.Create(),
    SafetyCommand.Create(),
    ControlCommand.Create(),
    RecordCommand.Create(),
    PlotCommand.Create(),
    ViewsCommand.Create(),
    EpisodesCommand.Create(),
    EventsCommand.Create(),
    McapCommand.Create(),
    AuditCommand.Create(),
    BenchCommand.Create(),
    DoctorCommand.Create(),
};
var parse = root.Parse(args);
if (CommandLine.Refused(parse)) return ExitCode.BadInput;
using Termination termination = new();
return await parse.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null }, termination.Token);
