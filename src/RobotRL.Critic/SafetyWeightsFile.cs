using System.Security.Cryptography;
using System.Text.Json;
using RobotRL.Learning;
using RobotRL.Model;
using RobotRL.Policy;

namespace RobotRL.Critic;

/// <summary>The file beside the weights of a safety critic: <c>critic.json</c>.</summary>
/// <param name="Sha256">Of <c>critic.safetensors</c>: a reader refuses any other file.</param>
/// <param name="Features">Name of the feature set that the networks take.</param>
/// <param name="Version">Rises with every set that a learner writes.</param>
/// <param name="TrainedOn">The data that it learned from, for people.</param>
/// <param name="Created">When, ISO 8601, UTC.</param>
public sealed record SafetyManifest(
    int Format, string Sha256, string Features, long Version, double RiskThreshold, double FeasibilityThreshold, string TrainedOn, string Created);

/// <summary>
/// Writes a safety critic for the control loop. Both files are written aside and then renamed, the manifest last, so that a manifest never names weights that
/// are not there.
/// </summary>
public static class SafetyWeightsFile
{
    public const string Tensors = "critic.safetensors", Manifest = "critic.json", Learner = "learner.safetensors";
    private const int Format = 1;
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static SafetyManifest Write(string folder, SafetyCriticLearner learner, SafetyThresholds thresholds, string trainedOn, DateTimeOffset created)
    {
        Directory.CreateDirectory(folder);
        var (tensors, manifest) = (Path.Combine(folder, Tensors), Path.Combine(folder, Manifest));
        learner.Export().Write(tensors + ".tmp");
        var hash = Convert.ToHexStringLower(SHA256.HashData(RunFile.ReadAllBytes(tensors + ".tmp")));
        var description = new SafetyManifest(
            Format: Format, Sha256: hash, Features: learner.Features.Name, Version: learner.Steps,
            RiskThreshold: thresholds.Risk, FeasibilityThreshold: thresholds.Feasibility,
            TrainedOn: trainedOn, Created: created.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ"));
        Checkpoint.WriteDurably(manifest + ".tmp", JsonSerializer.SerializeToUtf8Bytes(description, Json));
        File.Move(tensors + ".tmp", tensors, overwrite: true);
        File.Move(manifest + ".tmp", manifest, overwrite: true);
        DirectoryFlush.Flush(folder);
        return description;
    }

    /// <summary>All it takes to learn on: <c>learner.safetensors</c>, beside the weights.</summary>
    public static void WriteLearner(string folder, SafetyCriticLearner learner)
    {
        var (tensors, path) = (new Safetensors(), Path.Combine(folder, Learner));
        learner.Save(tensors);
        tensors.Write(path + ".tmp");
        File.Move(path + ".tmp", path, overwrite: true);
    }

    /// <summary>Gives weights that are there other thresholds.</summary>
    public static void Recalibrate(string folder, SafetyThresholds thresholds)
    {
        var manifest = Path.Combine(folder, Manifest);
        var description = JsonSerializer.Deserialize<SafetyManifest>(RunFile.ReadAllBytes(manifest), Json)
            ?? throw new InvalidDataException($"{manifest}: empty.");
        description = description with { RiskThreshold = thresholds.Risk, FeasibilityThreshold = thresholds.Feasibility };
        Checkpoint.WriteDurably(manifest + ".tmp", JsonSerializer.SerializeToUtf8Bytes(description, Json));
        File.Move(manifest + ".tmp", manifest, overwrite: true);
        DirectoryFlush.Flush(folder);
    }
}
