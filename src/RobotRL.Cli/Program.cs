using System.CommandLine;

return new RootCommand("RobotRL: real-robot reinforcement learning with a human in the loop").Parse(args).Invoke();
