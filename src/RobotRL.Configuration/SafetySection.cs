using System.Security.Cryptography;
using RobotRL.Model;

namespace RobotRL.Configuration;

/// <summary>Reads <c>safety</c>: the critic and its reflex.</summary>
internal static class SafetySection
{
    public const string Manifest = "critic.json";

    public static SafetyLayerParameters Read(Section s)
    {
        var mode = s.Choice("mode", ("off", CriticMode.Off), ("shadow", CriticMode.Shadow), ("on", CriticMode.On));
        var maxAgeS = s.Number("max_age_s", 0, 1e6, "s");
        return new()
        {
            Mode = mode,
            MaxAgeS = maxAgeS,
            CriticFolder = s.Has("critic") ? ReadCritic(s, learnsOnline: maxAgeS > 0) : null,
            RiskThreshold = s.Has("risk_threshold") ? s.Number("risk_threshold", 0.001, 0.999) : null,
            FeasibilityThreshold = s.Has("feasibility_threshold") ? s.Number("feasibility_threshold", -1, 1) : null,
            TriggerNs = s.DurationNs("trigger_ms", 0, 1000),
            Hysteresis = s.Number("hysteresis", 0, 0.9),
            Recovery = s.Child("recovery", r => new RecoveryParameters(
                r.Choice("kind", ("analytic", RecoveryKind.Analytic), ("learned", RecoveryKind.Learned)),
                r.Number("path_s", 0.05, 10, "s"), r.Number("duration_s", 0.05, 10, "s"), r.Number("stiffness_share", 0.01, 1))),
            HoldS = s.Number("hold_s", 0.05, 60, "s"),
            Online = s.Has("online") ? ReadOnline(s, maxAgeS) : null,
        };
    }

    private static OnlineCriticParameters ReadOnline(Section s, double maxAgeS)
    {
        s.Require(s.Has("critic") && maxAgeS > 0, "online", "needs a critic to go on from, and weights that age: critic, and max_age_s above 0");
        return s.Child("online", o => new OnlineCriticParameters(
            o.Number("force_limit_n", 1, 1000, "N"), o.Number("risk_discount", 0.01, 0.99),
            o.Number("false_interventions", 0, 0.5), o.Integer("updates_per_episode", 1, 10_000)));
    }

    /// <summary>
    /// The folder. Weights that stay as they are belong to what the configuration's hash names; weights that are learned while the robot runs cannot,
    /// and may not be there yet.
    /// </summary>
    private static string? ReadCritic(Section s, bool learnsOnline) =>
        s.Folder("critic", learnsOnline ? null : Manifest, folder => learnsOnline ? "online" : ContentHash(Path.Combine(folder, Manifest)));

    private static string ContentHash(string manifest) => Convert.ToHexStringLower(SHA256.HashData(PlainFile.ReadAllBytes(manifest, PlainFile.MostTextBytes)));
}
