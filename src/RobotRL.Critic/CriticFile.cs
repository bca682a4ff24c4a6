using System.Security.Cryptography;
using System.Text.Json;
using RobotRL.Model;
using RobotRL.Policy;
using RobotRL.Safety;

namespace RobotRL.Critic;

/// <summary>Reads a safety critic: <c>critic.json</c> and the <c>critic.safetensors</c> that it names by hash. Never on the loop's thread.</summary>
public static class CriticFile
{
    public const string Manifest = "critic.json", Tensors = "critic.safetensors";
    private const int Format = 1, CanaryRows = 16, Hidden = 256;

    /// <summary>The manifest, as a trainer writes it.</summary>
    public sealed record Description(
        int Format, string Sha256, string Features, long Version, double RiskThreshold, double FeasibilityThreshold, string TrainedOn, DateTimeOffset Created);

    /// <param name="folder">Where both files lie.</param>
    /// <param name="features">What the caller can compute: <see cref="SafetyFeatures.Name"/>, or <c>navigation-4</c>.</param>
    /// <exception cref="InvalidDataException">The weights cannot be trusted; one line says why.</exception>
    public static (SafetyCritic Critic, Description Manifest, CriticFiles Files) Read(string folder, string features = SafetyFeatures.Name)
    {
        var path = Path.Combine(folder, Manifest);
        try
        {
            var text = PlainFile.ReadAllBytes(path, PlainFile.MostTextBytes);
            var manifest = JsonSerializer.Deserialize<Description>(text, JsonNames.SnakeCase) ?? throw new JsonException("empty");
            if (manifest.Format != Format) throw new InvalidDataException($"format {manifest.Format} is not {Format}; train the critic anew");
            if (manifest.Features != features)
                throw new InvalidDataException($"features '{manifest.Features}' are not '{features}', which this robot has; name another critic");
            var weights = Contents(Path.Combine(folder, Tensors), manifest, out var tensors);
            return (Of(weights, features, manifest.Version, manifest.RiskThreshold, manifest.FeasibilityThreshold), manifest, new(text, tensors));
        }
        catch (JsonException e) { throw new InvalidDataException($"{path}: not a critic's manifest ({e.Message.ReplaceLineEndings(" ")})", e); }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }
    }

    private static Safetensors Contents(string path, Description manifest, out byte[] bytes)
    {
        bytes = PlainFile.ReadAllBytes(path);
        var hash = Convert.ToHexStringLower(SHA256.HashData(bytes));
        if (hash != manifest.Sha256)
            throw new InvalidDataException($"{Tensors} has hash {hash}, the manifest names {manifest.Sha256}: it is damaged, cut short or another's");
        return Safetensors.Read(path);
    }

    /// <summary>A critic from a trainer's export, from a file or straight from memory: checked either way.</summary>
    /// <exception cref="InvalidDataException">The weights cannot be trusted; one line says why.</exception>
    public static SafetyCritic Of(Safetensors tensors, string features, long version, double riskThreshold, double feasibilityThreshold)
    {
        if (tensors.NotFinite is { } bad) throw new InvalidDataException($"tensor {bad} holds a value that is not finite");
        var inputs = InputsOf(features);
        var hasRecovery = tensors.Names.Contains("recovery.w0");
        var (recoveryInputs, recoveryOutputs) = RecoveryOf(features);
        return new(new()
        {
            Inputs = inputs,
            Version = version,
            RiskThreshold = riskThreshold,
            FeasibilityThreshold = feasibilityThreshold,
            Risk1 = Network("risk1", inputs, 1),
            Risk2 = Network("risk2", inputs, 1),
            Feasibility1 = Network("feasibility1", inputs, 1),
            Feasibility2 = Network("feasibility2", inputs, 1),
            Recovery = hasRecovery ? Network("recovery", recoveryInputs, recoveryOutputs) : null,
            RecoveryInputs = recoveryInputs,
            RecoveryOutputs = recoveryOutputs,
            Canary = new(
                tensors.Get("canary.inputs", CanaryRows, inputs), tensors.Get("canary.risk", CanaryRows), tensors.Get("canary.feasibility", CanaryRows)),
        });

        PerceptronWeights Network(string name, int from, int to) => new(
            tensors.Get(name + ".w0", Hidden, from), tensors.Get(name + ".b0", Hidden),
            tensors.Get(name + ".w1", Hidden, Hidden), tensors.Get(name + ".b1", Hidden),
            tensors.Get(name + ".w2", to, Hidden), tensors.Get(name + ".b2", to));
    }

    private static int InputsOf(string features) => features == SafetyFeatures.Name ? SafetyFeatures.Count : 4;

    private static (int Inputs, int Outputs) RecoveryOf(string features) => features == SafetyFeatures.Name ? (SafetyFeatures.StateCount, 6) : (2, 2);
}
