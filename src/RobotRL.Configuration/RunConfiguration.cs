using RobotRL.Model;

namespace RobotRL.Configuration;

/// <summary>Everything a run is made of, checked as a whole. Immutable: a running robot's limits do not change.</summary>
public sealed record RunConfiguration
{
    public required RobotDescription Robot { get; init; }
    public required TaskDescription Task { get; init; }
    public required OperatorParameters Operator { get; init; }
    public required LearnerParameters Learner { get; init; }

    /// <summary>The reflex above the deterministic envelope; none where the file has no <c>safety</c> section.</summary>
    public SafetyLayerParameters? Safety { get; init; }

    /// <summary>How the cell is reached over ROS 2; none where the file has no <c>ros2</c> section.</summary>
    public Ros2Parameters? Ros2 { get; init; }

    /// <summary>The device of an operator behind ROS 2; none without a <c>teleop</c> section. Not part of the hash: who corrects may change.</summary>
    public TeleopParameters? Teleop { get; init; }

    /// <summary>How evidence is kept; the standard where the file has no <c>audit</c> section.</summary>
    public AuditParameters Audit { get; init; } = AuditParameters.Standard;

    /// <summary>How episodes get to the disk; not part of the hash.</summary>
    public required RecordingParameters Recording { get; init; }

    /// <summary>
    /// SHA-256, lower-case hex, of every value but those of <c>audit</c>, and of the content of every file that is referred to.
    /// It does not depend on where the files lie or how the YAML is laid out.
    /// </summary>
    public required string Hash { get; init; }

    /// <summary>All values in one file, paths absolute: loading it gives this configuration again, hash included.</summary>
    public required string ResolvedYaml { get; init; }

    /// <summary>Every value that the hash is of, by its dotted key, as <c>--set</c> takes it: how evidence is kept is nobody's on the network.</summary>
    public IReadOnlyList<(string Key, string Value)> Values { get; init; } = [];

    /// <summary>Consequences of the configuration that a person should see beside it.</summary>
    public required IReadOnlyList<string> Remarks { get; init; }

    /// <summary>
    /// Reads a task file, the robot file that it names under <c>robot.file</c> with the task's own values over it, and then
    /// <paramref name="overrides"/>: dotted keys with YAML values, such as <c>("learner.method", "behaviour_cloning")</c>; a list item is named by its index.
    /// Reads only. A cell's file lies over the task's: the same task in another cell. A device's file holds the section <c>teleop</c> alone, in place of any
    /// other.
    /// </summary>
    /// <exception cref="ConfigurationException">Anything is missing, unknown, out of range or contradictory; holds every error.</exception>
    public static RunConfiguration Load(
        string path, IReadOnlyList<(string Key, string Value)>? overrides = null, string? cell = null, string? device = null)
    {
        path = Path.GetFullPath(path);
        var errors = new Diagnostics(path);
        var tree = ConfigurationTree.Read(path, overrides ?? [], errors, cell, device);
        if (tree is null) errors.ThrowIfAny();
        if (tree!.Values.ContainsKey(NavigationConfiguration.Key))
            throw new ConfigurationException(
                [$"{path}: {NavigationConfiguration.Key}: a benchmark without a robot; it is for 'robotrl safety pretrain' and 'robotrl safety eval'"]);
        var canonical = new CanonicalText();
        var root = new Section(tree, "", errors, canonical);
        // Written and hashed only where it is given: without it a configuration stays the one that it was.
        var (arms, distanceM) = root.Has("cell") ? root.Child("cell", CellSection.Read) : ([], 0);
        var configuration = new RunConfiguration
        {
            Robot = root.Child("robot", RobotSection.Read),
            Task = root.Child("task", s => TaskSection.Read(s, arms)),
            Operator = root.Child("operator", LearnerSection.ReadOperator),
            Learner = root.Child("learner", LearnerSection.ReadLearner),
            Ros2 = root.Has("ros2") ? root.Child("ros2", Ros2Section.Read) : null,
            Teleop = root.Has(TeleopSection.Key) ? canonical.Unhashed(() => root.Child(TeleopSection.Key, TeleopSection.Read)) : null,
            Safety = root.Has("safety") ? root.Child("safety", SafetySection.Read) : null,
            Recording = root.Has("recording")
                ? canonical.Unhashed(() => root.Child("recording", ReadRecording))
                : RecordingParameters.Standard,
            Audit = root.Has("audit") ? canonical.Unhashed(() => root.Child("audit", AuditSection.Read)) : AuditParameters.Standard,
            Hash = "",
            ResolvedYaml = "",
            Remarks = [],
        };
        configuration = configuration with { Task = configuration.Task with { JointCount = configuration.Robot.JointCount, ArmDistanceM = distanceM } };
        CrossChecks.Make(root, configuration);
        root.RefuseUnknownKeys();
        errors.ThrowIfAny();
        return configuration with
        {
            Hash = canonical.Hash,
            ResolvedYaml = canonical.Text,
            Values = canonical.Values,
            Remarks = CrossChecks.Remarks(configuration),
        };
    }

    /// <summary>
    /// Copies every file that the configuration refers to into a folder and returns the YAML that refers to the copies, relative to the folder's parent.
    /// Loaded from there, it has the same hash.
    /// </summary>
    public string KeepFiles(string folder) => KeptFiles.Copy(this, folder);

    private static RecordingParameters ReadRecording(Section s)
    {
        var standard = RecordingParameters.Standard;
        return new(
            s.Has("flush_interval_ms") ? s.DurationNs("flush_interval_ms", 0, 60_000) : standard.FlushIntervalNs,
            s.Has("ticks") ? s.Boolean("ticks") : standard.Ticks);
    }
}
