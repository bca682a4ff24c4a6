using System.Globalization;
using RobotRL.Configuration;
using RobotRL.Critic;
using RobotRL.Episodes;
using RobotRL.Model;
using RobotRL.Safety;
using RobotRL.Sessions.Runs;

namespace RobotRL.Lab.Ablation;

/// <summary>A task of the simulated arm in the ablation.</summary>
/// <param name="name">Of the task's configuration.</param>
/// <param name="forceLimitN">External force that is a violation, N.</param>
/// <param name="maxSteps">Decisions of an episode.</param>
/// <param name="size">How much a cell does.</param>
/// <param name="calibration">Of its critic.</param>
internal sealed class ArmBenchmark(string name, double forceLimitN, int maxSteps, AblationSize size, CalibrationGoal calibration) : Benchmark
{
    /// <summary>Limits that bind nowhere a task goes: every command still passes the same gate.</summary>
    private static readonly (string, string)[] Unbound =
    [
        ("robot.limits.contact_force_n", "998"), ("robot.limits.collision_force_n", "999"),
        ("robot.limits.contact_torque_nm", "198"), ("robot.limits.collision_torque_nm", "199"),
        ("robot.force_sensor.range_force_n", "10000"), ("robot.force_sensor.range_torque_nm", "1000"),
        ("robot.limits.joint_collision_nm", "[999, 999, 999, 999, 999, 999, 999]"),
        ("robot.limits.workspace", "{min_m: [0.2, -0.6, -0.2], max_m: [0.9, 0.6, 1]}"),
    ];

    private static readonly (string, string)[] WithoutImages =
    [
        ("task.cameras", "[]"), ("learner.encoder", "none"), ("learner.hidden_sizes", "[128, 128]"), ("learner.batch_size", "128"),
        ("learner.critic_updates_per_actor_update", "1"), ("learner.publish_every", "1"), ("learner.cloning_weight", "10"), ("learner.reflex_penalty", "-0.15"),
    ];

    private readonly string _path = ShippedFiles.Configuration($"sim/{name}.yaml");

    public override string Name => name;
    protected override string ConfigurationHash => Load(limits: true).Hash + forceLimitN;
    public override SafetyFeatureLayout Features => SafetyFeatureLayout.Arm(Load(limits: true).Task.Actions.ActiveAxes);
    public override SafetyCriticParameters Critic => new() { RiskDiscount = 0.6 };
    public override AblationSize Size => size;
    public override int Seeds => 5;
    public override (int, int) Pretraining => (16_000, 6_000);
    public override CalibrationGoal Calibration => calibration;

    public override IEnumerable<HarmEpisode> Collect(int steps, ulong seed, CancellationToken cancel)
    {
        using var bench = new ArmBench(Load(limits: false), forceLimitN);
        foreach (var episode in ArmExperience.Collect(bench, steps, seed, cancel)) yield return episode;
    }

    public override IEnumerable<HarmEpisode> Recorded(string run)
    {
        var configuration = Load(limits: true);
        var experience = new RecordedExperience(configuration.Task, configuration.Robot, forceLimitN);
        foreach (var episode in EpisodeStore.Open(RunDirectory.Open(run).Episodes, TornEpisodes.Leave, _ => { }).Episodes())
        {
            var kind = configuration.Task.Kind;
            if (episode.Info.Task != kind.ToString()) throw new BadInputException($"--runs {run}: a run of {episode.Info.Task}, not of {kind}; name another");
            foreach (var chain in experience.Of(episode.Transitions)) yield return chain;
        }
    }

    public override IBench Open(Protection protection, string? criticFolder, bool shadow)
    {
        var configuration = Load(protection.Limits);
        if (protection.Critic) configuration = configuration with { Safety = Reflex(criticFolder!, shadow ? CriticMode.Shadow : CriticMode.On) };
        return new ArmBench(configuration, forceLimitN);
    }

    private RunConfiguration Load(bool limits) =>
        RunConfiguration.Load(_path, [.. WithoutImages, ("task.max_steps", maxSteps.ToString(CultureInfo.InvariantCulture)), .. limits ? [] : Unbound]);

    private static SafetyLayerParameters Reflex(string criticFolder, CriticMode mode) => new()
    {
        CriticFolder = criticFolder,
        Mode = mode,
        RiskThreshold = null,
        FeasibilityThreshold = null,
        TriggerNs = 3_000_000,
        Hysteresis = 0.05,
        // Back along the path, and not far: it leads out of a hole too, and what is nearly reached need not be approached anew.
        // A soft arm coasts: at the speeds of these tasks it must be stiff to brake, and the hold that follows is soft.
        Recovery = new(RecoveryKind.Analytic, PathS: 0.2, DurationS: 0.2, StiffnessShare: 1),
        HoldS = 2,
        MaxAgeS = 0,
    };
}
