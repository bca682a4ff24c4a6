namespace RobotRL.Configuration;

/// <summary>
/// How a cell is started: which task, who corrects, and where control loop, actor and learner run.
/// It is a document of its own kind, and is read as strictly as a run's configuration.
/// </summary>
public sealed record LaunchConfiguration
{
    private const string Key = "launch";

    /// <summary>CPUs that a mask of the system holds.</summary>
    private const int MaxCpus = 1024;

    /// <summary>Of the task, absolute.</summary>
    public required string ConfigPath { get; init; }

    /// <summary>scripted, none, live or ros2.</summary>
    public required string Operator { get; init; }

    /// <summary>File of the operator's device, absolute; null for none.</summary>
    public string? TeleopPath { get; init; }

    public required int Seed { get; init; }
    public required int EnvSteps { get; init; }

    /// <summary>Real-time priority of the loop, 1 to 99.</summary>
    public required int ControlPriority { get; init; }

    /// <summary>CPU of the loop; null: any.</summary>
    public int? ControlCpu { get; init; }

    /// <summary>CPUs of the actor, and of the learner; empty: any.</summary>
    public IReadOnlyList<int> ActorCpus { get; init; } = [];

    public IReadOnlyList<int> LearnerCpus { get; init; } = [];

    /// <summary>Reads only.</summary>
    /// <param name="path">Of the launch file.</param>
    /// <param name="cpus">How many CPUs there are where it is started.</param>
    /// <exception cref="ConfigurationException">Anything is missing, unknown, out of range or contradictory; holds every error.</exception>
    public static LaunchConfiguration Load(string path, int cpus)
    {
        path = Path.GetFullPath(path);
        var errors = new Diagnostics(path);
        var tree = ConfigurationTree.Read(path, [], errors);
        if (tree is null) errors.ThrowIfAny();
        var root = new Section(tree, "", errors, new CanonicalText());
        var launch = root.Child(Key, s => Read(s, Math.Min(cpus, MaxCpus)));
        root.RefuseUnknownKeys();
        errors.ThrowIfAny();
        return launch;
    }

    private static LaunchConfiguration Read(Section s, int cpus)
    {
        var control = s.Child("control", c => (Cpu: c.Has("cpu") ? c.Integer("cpu", 0, cpus - 1) : (int?)null, Priority: c.Integer("priority", 1, 99)));
        return new()
        {
            ConfigPath = s.ExistingFile("config", path => path) ?? "",
            Operator = s.Choice("operator", ("scripted", "scripted"), ("none", "none"), ("live", "live"), ("ros2", "ros2")),
            TeleopPath = s.Has("teleop") ? s.ExistingFile("teleop", path => path) : null,
            Seed = s.Integer("seed", 0, int.MaxValue),
            EnvSteps = s.Integer("env_steps", 0, int.MaxValue),
            ControlPriority = control.Priority,
            ControlCpu = control.Cpu,
            ActorCpus = Cpus("actor"),
            LearnerCpus = Cpus("learner"),
        };

        int[] Cpus(string who) => s.Has(who) ? s.Child(who, c => c.Integers("cpus", 1, cpus, 0, cpus - 1)) : [];
    }
}
