using System.CommandLine;
using RobotRL.Cli.Commands;
using RobotRL.Cli.Doctor;

return new RootCommand("RobotRL: real-robot reinforcement learning with a human in the loop") { CommandLine.Json, DoctorCommand.Create() }.Parse(args).Invoke();
