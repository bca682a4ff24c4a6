using System.CommandLine;
using RobotRL.Cells;
using RobotRL.Cli.Display;
using RobotRL.Configuration;
using RobotRL.Model;
using RobotRL.Sessions.Processes;
using RobotRL.Sessions.Runs;
using RobotRL.Sessions.Training;

namespace RobotRL.Cli.Commands;

/// <summary><c>robotrl train</c>: the main job. Resumes when the run's folder holds a run.</summary>
internal static class TrainCommand
{
    public static Command Create()
    {
        var config = SharedOptions.Config();
        Option<string> run = new("--run") { Description = "Folder of the run: made when new, resumed when it holds one", Required = true };
        var seed = SharedOptions.Seed(1);
        var envSteps = new Option<long>("--env-steps") { Description = "Environment steps to train for" }
            .Or(20_000).Where(n => n >= 0, "write a number of steps, 0 for demonstrations alone");
        var until = new Option<double?>("--until-success")
        {
            Description = "Stop once this share of the newest episodes (--success-window) succeeds without help; exit code 1 when it ends otherwise",
        }.Share();
        var window = new Option<int>("--success-window") { Description = "How many episodes --until-success looks back" }
            .Or(20).Where(n => n >= 1, "write a number of episodes, 1 or more");
        var humanSteps = new Option<long?>("--human-steps") { Description = "Stop once a human drove this many steps, demonstrations included" }
            .Where(n => n >= 0, "write a number of steps");
        var wall = new Option<double?>("--wall-seconds") { Description = "Stop this session after so many seconds" }
            .Where(t => t > 0, "write a number of seconds above 0");
        var teleoperator = SharedOptions.Operator(OperatorKind.Scripted);
        var (operatorId, operatorRole) = (OperatorOptions.Id(), OperatorOptions.AsWhat());
        Option<bool> deterministic = new("--deterministic") { Description = "Act and learn in turn: the same seed gives the same run, bit for bit" };
        var pace = SharedOptions.Pace();
        var (channel, cell, device) = (SharedOptions.Channel(), SharedOptions.Cell(), SharedOptions.Device());
        var learner = new Option<LearnerPlace>("--learner")
        {
            Description = "Where learning happens: thread; process (started by this one, and again when it was killed); external (robotrl learner RUN)",
        }.Or(LearnerPlace.Thread).InWords();
        var controlCpu = new Option<int?>("--control-cpu") { Description = "With realtime: CPU of the control loop" }
            .Where(n => n is >= 0 and < 1024, "write 0 for the first CPU, 1 for the next");
        var controlPriority = new Option<int?>("--control-priority") { Description = "With realtime: its real-time priority" }
            .Where(n => n is > 0 and < 100, "write 1 to 99");
        var learnerCpus = CommandLine.Several<int>("--learner-cpus", "With --learner process: CPUs of the learner")
            .Where(all => all.All(n => n is >= 0 and < 1024), "write 0 for the first CPU, 1 for the next");
        Option<string?> receipts = new("--receipts") { Description = "Append a line with a checksum to this file for every step that the store acknowledged" };
        Option<int?> owner = new("--owner") { Description = "Save and end when this process has ended", Hidden = true };
        var set = SharedOptions.Set();
        return new Command("train", "Train a policy with a human in the loop")
        {
            config, run, cell, seed, envSteps, until, window, humanSteps, wall, teleoperator, device, operatorId, operatorRole, deterministic, pace, channel,
            learner, controlCpu, controlPriority, learnerCpus, receipts, owner, set,
        }.Does((parse, cancel) =>
            {
                var overrides = SharedOptions.Overrides(parse.GetRequiredValue(set));
                var configuration = SharedOptions.Load(
                    parse.GetRequiredValue(config), overrides, parse.GetRequiredValue(run), parse.GetValue(cell), parse.GetValue(device));
                if (!overrides.Any(o => o.Key == "safety.critic")) RequireOwnCritic(configuration, parse.GetRequiredValue(config), parse.GetRequiredValue(run));
                if (parse.GetValue(deterministic) && parse.GetValue(learner) != LearnerPlace.Thread)
                    throw new BadInputException("--deterministic: acting and learning take turns in one process; leave --learner out");
                RequirePace(parse.GetValue(teleoperator), parse.GetValue(pace));
                Placement placement = new(parse.GetValue(controlCpu), parse.GetValue(controlPriority), parse.GetRequiredValue(learnerCpus));
                RequirePlaces(placement, parse.GetValue(pace), parse.GetValue(channel), parse.GetValue(learner));
                using var acknowledged = parse.GetValue(receipts) is { } file ? new Receipts(file) : null;
                SharedOptions.Require(parse.GetValue(pace), parse.GetValue(channel), parse.GetValue(deterministic));
                TrainingOrder order = new()
                {
                    Configuration = configuration,
                    Folder = parse.GetRequiredValue(run),
                    Identity = new(configuration.Hash, RunIdentity.CurrentCodeVersion, parse.GetValue(seed), parse.GetValue(teleoperator).ToString(),
                        parse.GetValue(deterministic)),
                    Goal = new(parse.GetValue(envSteps), parse.GetValue(until) ?? TrainingGoal.Never, parse.GetValue(window),
                        parse.GetValue(humanSteps) ?? long.MaxValue, parse.GetValue(wall) ?? double.PositiveInfinity),
                    Operator = parse.GetValue(teleoperator),
                    InCharge = OperatorInCharge.Driving(parse.GetValue(teleoperator), parse.GetValue(operatorId), parse.GetValue(operatorRole)),
                    Pace = parse.GetValue(pace),
                    Channel = parse.GetValue(channel),
                    Learner = parse.GetValue(learner),
                    Receipts = acknowledged,
                    Placement = placement,
                    View = TrainingView.OnTerminal,
                };
                RequireOperator(order.Operator, parse.GetValue(device));
                using var end = CancellationTokenSource.CreateLinkedTokenSource(cancel);
                using var owned = parse.GetValue(owner) is { } id ? Belonging.To(id, end, readsKeys: true) : null;
                var result = TrainingRoot.Train(order, end.Token);
                return JobEnd.Tell(parse, order, result);
            });
    }

    /// <summary>A run that came from somebody else must not choose which folder of ours training writes a critic to.</summary>
    private static void RequireOwnCritic(RunConfiguration configuration, string config, string run)
    {
        if (configuration.Safety is not { Online: not null, Mode: not CriticMode.Off, CriticFolder: { } critic }) return;
        var below = Path.TrimEndingDirectorySeparator(Path.GetFullPath(run)) + Path.DirectorySeparatorChar;
        if (Path.GetFullPath(config).StartsWith(below, StringComparison.Ordinal) && !critic.StartsWith(below, StringComparison.Ordinal))
            throw new BadInputException($"safety.critic: training would write to {critic}, and this configuration lies in the run; "
                + $"say so yourself with --set safety.critic={critic}, or give your own configuration file");
    }

    private static void RequirePace(OperatorKind kind, Pace pace)
    {
        if (kind.IsPerson() && pace != Pace.Realtime)
            throw new BadInputException($"--operator {kind.Word()}: a person acts at wall-clock speed; add --pace realtime");
    }

    private static void RequirePlaces(Placement placement, Pace pace, string? channel, LearnerPlace learner)
    {
        if ((placement.ControlCpu ?? placement.ControlPriority) is not null && (pace != Pace.Realtime || channel is not null))
            throw new BadInputException(
                "--control-cpu, --control-priority: only a control process that is started here can be placed; use --pace realtime without --channel");
        if (placement.LearnerCpus.Count > 0 && learner != LearnerPlace.Process)
            throw new BadInputException("--learner-cpus: only a learner that is started here can be placed; add --learner process");
    }

    internal static void RequireOperator(OperatorKind kind, string? device)
    {
        if (device is not null && kind != OperatorKind.Ros2)
            throw new BadInputException("--teleop: a device is an operator's over ROS 2; add --operator ros2, or leave it out");
        if (kind == OperatorKind.Live && Console.IsInputRedirected)
            throw new BadInputException("--operator live: the keys come from a terminal and standard input is redirected; start it in one");
    }
}
