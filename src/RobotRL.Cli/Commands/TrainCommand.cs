using System.CommandLine;
using RobotRL.Audit;
using RobotRL.Cli.Actor;
using RobotRL.Cli.Auditing;
using RobotRL.Cli.Composition;
using RobotRL.Cli.Runs;
using RobotRL.Cli.Training;
using RobotRL.Configuration;
using RobotRL.Model;
using RobotRL.Policy;
using RobotRL.Teleop;

namespace RobotRL.Cli.Commands;

/// <summary><c>robotrl train</c>: the main job. Resumes when the run's folder holds a run.</summary>
internal static class TrainCommand
{
    public static Command Create()
    {
        var config = SharedOptions.Config();
        Option<string> run = new("--run") { Description = "Folder of the run: made when new, resumed when it holds one", Required = true };
        var seed = SharedOptions.Seed(1);
        var envSteps = new Option<long>("--env-steps") { Description = "Environment steps to train for", DefaultValueFactory = _ => 20_000 }.Where(n => n >= 0, "write a number of steps, 0 for demonstrations alone");
        var until = new Option<double>("--until-success") { Description = "Stop once this share of the newest episodes (--success-window) succeeds without help", DefaultValueFactory = _ => 2 }.Where(p => p > 0, "write a success rate above 0; above 1 for never");
        var window = new Option<int>("--success-window") { Description = "How many episodes --until-success looks back", DefaultValueFactory = _ => 20 }.Where(n => n >= 1, "write a number of episodes, 1 or more");
        var humanSteps = new Option<long>("--human-steps") { Description = "Stop once a human drove this many steps, demonstrations included", DefaultValueFactory = _ => long.MaxValue }.Where(n => n >= 0, "write a number of steps");
        var wall = new Option<double>("--wall-seconds") { Description = "Stop this session after so many seconds", DefaultValueFactory = _ => double.PositiveInfinity }.Where(t => t > 0, "write a number of seconds above 0");
        var teleoperator = SharedOptions.Operator(OperatorKind.Scripted);
        var (operatorId, operatorRole) = (OperatorInCharge.Id(), OperatorInCharge.AsWhat());
        Option<bool> deterministic = new("--deterministic") { Description = "Act and learn in turn: the same seed gives the same run, bit for bit" };
        var pace = SharedOptions.Pace();
        var channel = SharedOptions.Channel();
        Option<LearnerPlace> learner = new("--learner") { Description = "Where learning happens: thread; process (started by this one, and again when it was killed); external (robotrl learner RUN)" };
        var controlCpu = new Option<int?>("--control-cpu") { Description = "With realtime: CPU of the control loop" }.Where(n => n is >= 0 and < 1024, "write 0 for the first CPU, 1 for the next");
        var controlPriority = new Option<int?>("--control-priority") { Description = "With realtime: its real-time priority" }.Where(n => n is > 0 and < 100, "write 1 to 99");
        var learnerCpus = new Option<int[]>("--learner-cpus") { Description = "With --learner process: CPUs of the learner", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [] }
            .Where(all => all.All(n => n is >= 0 and < 1024), "write 0 for the first CPU, 1 for the next");
        Option<string?> receipts = new("--receipts") { Description = "Append a line with a checksum to this file for every step that the store acknowledged" };
        var set = SharedOptions.Set();
        return new Command("train", "Train a policy with a human in the loop") { config, run, seed, envSteps, until, window, humanSteps, wall, teleoperator, operatorId, operatorRole, deterministic, pace, channel, learner, controlCpu, controlPriority, learnerCpus, receipts, set }
            .Does((parse, cancel) =>
            {
                var overrides = SharedOptions.Overrides(parse.GetRequiredValue(set));
                var configuration = SharedOptions.Load(parse.GetRequiredValue(config), overrides, parse.GetRequiredValue(run));
                if (!overrides.Any(o => o.Key == "safety.critic")) RequireOwnCritic(configuration, parse.GetRequiredValue(config), parse.GetRequiredValue(run));
                if (parse.GetValue(deterministic) && parse.GetValue(learner) != LearnerPlace.Thread)
                    throw new BadInputException("--deterministic: acting and learning take turns in one process; leave --learner out");
                RequirePace(parse.GetValue(teleoperator), parse.GetValue(pace));
                Placement placement = new(parse.GetValue(controlCpu), parse.GetValue(controlPriority), parse.GetRequiredValue(learnerCpus));
                RequirePlaces(placement, parse.GetValue(pace), parse.GetValue(channel), parse.GetValue(learner));
                using var acknowledged = parse.GetValue(receipts) is { } file ? new Receipts(file) : null;
                var result = Run(configuration, parse.GetRequiredValue(run),
                    new RunIdentity(configuration.Hash, RunIdentity.CurrentCodeVersion, parse.GetValue(seed), parse.GetValue(teleoperator).ToString(), parse.GetValue(deterministic)),
                    new TrainingGoal(parse.GetValue(envSteps), parse.GetValue(until), parse.GetValue(window), parse.GetValue(humanSteps), parse.GetValue(wall)),
                    parse.GetValue(teleoperator), OperatorInCharge.Driving(parse.GetValue(teleoperator), parse.GetValue(operatorId), parse.GetValue(operatorRole)),
                    parse.GetValue(pace), cancel, parse.GetValue(channel), parse.GetValue(learner), acknowledged, placement);
                CommandLine.Result(parse, result);
                return ExitCode.Done;
            });
    }

    public static TrainingResult Run(
        RunConfiguration configuration, string folder, RunIdentity identity, TrainingGoal goal, OperatorKind teleoperator, OperatorInCharge inCharge, Pace pace, CancellationToken cancel,
        string? channel = null, LearnerPlace learner = LearnerPlace.Thread, Receipts? receipts = null, Placement? placement = null) =>
        InSession(configuration, folder, identity, goal, teleoperator, inCharge, pace, session => session.Run(learner, cancel), channel, receipts, placement);

    /// <summary>Makes the run's folder or goes on with what it holds.</summary>
    public static T InSession<T>(
        RunConfiguration configuration, string folder, RunIdentity identity, TrainingGoal goal, OperatorKind teleoperator, OperatorInCharge inCharge, Pace pace, Func<TrainingSession, T> body,
        string? channel = null, Receipts? receipts = null, Placement? placement = null)
    {
        SharedOptions.Require(pace, channel, identity.Deterministic);
        RequireTerminal(teleoperator);
        RunFile.RefuseLinks(folder);
        // Everything that can be refused is built before anything is written.
        if (configuration.Learner.EncoderWeightsPath is { } weights) using (new ResNet10(weights, TorchSharp.torch.CPU)) { }
        using var rig = new SimulatedRig(configuration, pace, channel, Path.GetFullPath(Path.Combine(folder, RunDirectory.EventsName)), placement);
        OutstandingStop? outstanding = null;
        var hands = Teleoperator(teleoperator, inCharge.Name, rig, identity.Seed, () => outstanding?.Ask());
        var run = OpenOrCreate(folder, identity, configuration);
        using var recording = RunLock.Recording(run);
        using var metrics = new MetricsLog(run.Path);
        using var audit = new AuditTrail(SessionAudit.Open(run, configuration, AuditActor.Here(inCharge.Name, inCharge.Role, goal.EnvSteps == 0 ? "record" : "train"),
            new { Operator = teleoperator.ToString(), Pace = pace.ToString(), identity.Deterministic, Goal = goal }), configuration, rig.Control, rig.Records);
        using var stop = outstanding = new(rig.Control, run.OutstandingStop);
        var session = new TrainingSession(run, rig, hands, audit, metrics, new TrainingView(CommandLine.Log, hands is KeyboardTeleoperator keys ? () => $"{KeyboardTeleoperator.Keys}\n{keys.Status}" : null), goal, line => Console.Error.WriteLine(line)) { Receipts = receipts, InCharge = inCharge, Stop = stop, LearnerCpus = placement?.LearnerCpus ?? [] };
        return audit.Around(() => DiskFault.Stops(rig, audit, () => body(session)));
    }

    /// <summary>The run of a folder, which must be of the same configuration and seed where there is one.</summary>
    public static RunDirectory OpenOrCreate(string folder, RunIdentity identity, RunConfiguration configuration) =>
        RunDirectory.Exists(folder) ? Resume(folder, identity) : RunDirectory.Create(folder, identity, configuration);

    private static RunDirectory Resume(string folder, RunIdentity identity)
    {
        var run = RunDirectory.Open(folder);
        if (run.Identity.ConfigHash != identity.ConfigHash)
            throw new BadInputException($"{folder}: the run was started with another configuration (hash {run.Identity.ConfigHash[..12]}, now {identity.ConfigHash[..12]}); use its config.yaml or name a new folder");
        if (run.Identity.Seed != identity.Seed)
            throw new BadInputException($"{folder}: the run was started with --seed {run.Identity.Seed}; use it or name a new folder");
        run.RequireWhole();
        return run.For(identity.Deterministic);
    }

    private static ITeleoperator Teleoperator(OperatorKind kind, string name, SimulatedRig rig, ulong seed, Action asked) => kind switch
    {
        OperatorKind.Scripted => new ScriptedOperator(rig.Configuration.Task, rig.Configuration.Operator, seed) { Identity = name },
        OperatorKind.None => new DemonstratorOnly(new ScriptedOperator(rig.Configuration.Task, rig.Configuration.Operator, seed) { Identity = name }),
        _ => new KeyboardTeleoperator(name, rig.Configuration.Task.Actions, () => rig.Now, () =>
        {
            asked();
            rig.Control.Stop();
        }),
    };

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
        if (kind == OperatorKind.Live && pace != Pace.Realtime) throw new BadInputException("--operator live: a person acts at wall-clock speed; add --pace realtime");
    }

    private static void RequirePlaces(Placement placement, Pace pace, string? channel, LearnerPlace learner)
    {
        if ((placement.ControlCpu ?? placement.ControlPriority) is not null && (pace != Pace.Realtime || channel is not null))
            throw new BadInputException("--control-cpu, --control-priority: only a control process that is started here can be placed; use --pace realtime without --channel");
        if (placement.LearnerCpus.Count > 0 && learner != LearnerPlace.Process) throw new BadInputException("--learner-cpus: only a learner that is started here can be placed; add --learner process");
    }

    private static void RequireTerminal(OperatorKind kind)
    {
        if (kind == OperatorKind.Live && Console.IsInputRedirected) throw new BadInputException("--operator live: the keys come from a terminal and standard input is redirected; start it in one");
    }
}
