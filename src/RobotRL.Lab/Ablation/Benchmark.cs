using System.Security.Cryptography;
using System.Text;
using RobotRL.Configuration;
using RobotRL.Critic;
using RobotRL.Sessions.Runs;

namespace RobotRL.Lab.Ablation;

/// <summary>One task of the ablation: its configuration, how its experience of harm is scripted, and how it is driven under a protection.</summary>
public abstract class Benchmark
{
    /// <summary>In the order in which they are measured when nobody chooses.</summary>
    public static IReadOnlyList<string> Names { get; } = ["navigation-1", "navigation-2", "maze", "peg-insert"];

    public static Benchmark Of(string name) => name switch
    {
        "navigation-1" or "navigation-2" => new NavigationBenchmark(name),
        // Sliding along a wall at half the limit does no harm: the floors are high.
        "maze" => new ArmBenchmark(name, forceLimitN: 40, maxSteps: 60,
            new(Demonstrations: 10, PretrainSteps: 300, Episodes: 60, EvaluationEpisodes: 20, ShadowEpisodes: 10, Horizon: 5, CriticUpdates: 20),
            CalibrationGoal.OfArm(0.02) with { RiskFloor = 0.1, FeasibilityFloor = -0.2 }),
        // What is approached under protection is approached slowly, and learned slowly: there is twice the time and two thirds more episodes, for every arm.
        "peg-insert" => new ArmBenchmark(name, forceLimitN: 40, maxSteps: 120,
            new(Demonstrations: 20, PretrainSteps: 250, Episodes: 100, EvaluationEpisodes: 20, ShadowEpisodes: 10, Horizon: 5, CriticUpdates: 20),
            CalibrationGoal.OfArm(0.05)),
        _ => throw new BadInputException($"{name}: no benchmark of the safety critic; one of {string.Join(", ", Names)}"),
    };

    public abstract string Name { get; }

    /// <summary>Of the task's configuration.</summary>
    protected abstract string ConfigurationHash { get; }

    public abstract SafetyFeatureLayout Features { get; }
    public abstract SafetyCriticParameters Critic { get; }
    public abstract AblationSize Size { get; }

    /// <summary>Seeds of the table.</summary>
    public abstract int Seeds { get; }

    /// <summary>Decisions of scripted experience, and updates on it.</summary>
    public abstract (int Experience, int Updates) Pretraining { get; }

    public abstract CalibrationGoal Calibration { get; }

    public abstract IEnumerable<HarmEpisode> Collect(int steps, ulong seed, CancellationToken cancel);

    /// <summary>The harm in recorded runs of the task.</summary>
    public virtual IEnumerable<HarmEpisode> Recorded(string run) =>
        throw new BadInputException($"--runs {run}: {Name} has no robot and no recorded runs; leave the option out");

    public abstract IBench Open(Protection protection, string? criticFolder, bool shadow);

    /// <summary>The pretrained critic, which learns on from the episodes that it watches over.</summary>
    public OnlineCritic LearnOn(string criticFolder, ulong seed) =>
        new(criticFolder, Features, Critic, Calibration, Sessions.Runs.Seeds.Derive(seed, SeedUse.Critic));

    /// <summary>
    /// Names what a cell's result stands for: another configuration, size or critic is another cell.
    /// Of a critic, the weights and thresholds count, but not the time when they were made.
    /// </summary>
    public string HashOf(Protection protection, string? criticFolder)
    {
        var critic = "";
        if (protection.Critic)
        {
            var manifest = CriticFile.Read(criticFolder!, Features.Name).Manifest;
            critic = FormattableString.Invariant($"{manifest.Sha256} {manifest.RiskThreshold:R} {manifest.FeasibilityThreshold:R}");
        }
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{ConfigurationHash} {Size} {critic}")))[..16];
    }
}

internal sealed class NavigationBenchmark(string name) : Benchmark
{
    private readonly NavigationConfiguration _configuration = NavigationConfiguration.Load(ShippedFiles.Configuration($"sim/{name}.yaml"));

    public override string Name => name;
    protected override string ConfigurationHash => _configuration.Hash;
    public override SafetyFeatureLayout Features => SafetyFeatureLayout.Navigation;
    public override SafetyCriticParameters Critic => new() { RiskDiscount = _configuration.Task.RiskDiscount };
    public override AblationSize Size =>
        new(Demonstrations: 1, PretrainSteps: 100, Episodes: 60, EvaluationEpisodes: 20, ShadowEpisodes: 10, Horizon: 5, CriticUpdates: 10);
    public override int Seeds => 10;
    public override (int, int) Pretraining => (30_000, 4_000);
    public override CalibrationGoal Calibration => CalibrationGoal.OfPoint(0.02);
    public override IEnumerable<HarmEpisode> Collect(int steps, ulong seed, CancellationToken cancel) =>
        NavigationExperience.Collect(_configuration, steps, seed);

    public override IBench Open(Protection protection, string? criticFolder, bool shadow) =>
        new NavigationBench(_configuration, protection, protection.Critic ? CriticFile.Read(criticFolder!, Features.Name).Critic : null, shadow);
}
