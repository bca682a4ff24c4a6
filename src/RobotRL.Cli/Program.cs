using System.CommandLine;
using System.CommandLine.Help;
using RobotRL.Cli.Commands;
using RobotRL.Cli.Display;
using RobotRL.Cli.Doctor;

Terminal.Guard();
var root = new RootCommand("RobotRL: reinforcement learning for robot arms, with a human in the loop")
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
    SimNodeCommand.Create(),
    TeleopCommand.Create(),
    RecordCommand.Create(),
    PlotCommand.Create(),
    ViewsCommand.Create(),
    CamerasCommand.Create(),
    EpisodesCommand.Create(),
    EventsCommand.Create(),
    McapCommand.Create(),
    CalibrateCommand.Create(),
    AuditCommand.Create(),
    BenchCommand.Create(),
    DoctorCommand.Create(),
    CompletionCommand.Create(),
    DocsCommand.Create(),
};
root.SetAction(new HelpAction().Invoke);
using Termination termination = new();
return await CommandLine.RunAsync(root.Parse(args), termination.Token);
