using RobotRL.Learning;
using RobotRL.Policy;
using RobotRL.Safety;

namespace RobotRL.Critic;

/// <summary>
/// A critic that learns on from the episodes that it watches over. Half of its updates are on the experience that it was trained on, so that it does not
/// forget cases that it no longer sees. After an episode its thresholds are set anew on steps that it never learned from. Its weights are then published, and
/// are checked like weights from a file.
/// </summary>
public sealed class OnlineCritic : IDisposable
{
    private const int Capacity = 100_000;
    private readonly SafetyCriticLearner _learner;
    private readonly SafetyBuffer _trained = new(1_000_000), _lived = new(Capacity);
    private readonly HarmEpisode[] _ordinary;
    private readonly CalibrationGoal _goal;
    private SafetyThresholds? _thresholds;
    private bool _turn;

    /// <param name="folder">Of the pretrained critic.</param>
    /// <param name="features">Its feature set.</param>
    /// <param name="parameters">How it learns.</param>
    /// <param name="goal">What its thresholds are set to.</param>
    /// <param name="seed">Of its batches.</param>
    public OnlineCritic(string folder, SafetyFeatureLayout features, SafetyCriticParameters parameters, CalibrationGoal goal, ulong seed)
    {
        _goal = goal;
        var (_, manifest, _) = CriticFile.Read(folder, features.Name);
        var (learned, heldOut) = HarmLog.Split(HarmLog.Read(folder, features.Inputs));
        _ordinary = heldOut.Any(e => e.IsDemonstration) ? [.. heldOut.Where(e => e.IsDemonstration)] : heldOut;
        foreach (var transition in learned.SelectMany(e => e.Transitions())) _trained.Add(transition);
        _learner = new(features, parameters, seed);
        _learner.Load(Safetensors.Read(Path.Combine(folder, SafetyWeightsFile.Learner)), manifest.Version);
    }

    /// <summary>Takes up the chains of an episode.</summary>
    public void Add(IEnumerable<HarmEpisode> episode)
    {
        foreach (var transition in episode.SelectMany(e => e.Transitions())) _lived.Add(transition);
    }

    /// <summary>Learns, with every other update on its experience since it went online, and returns the resulting critic.</summary>
    /// <exception cref="LearningDivergedException">A loss or a weight is not finite; the files that were written last stay.</exception>
    public SafetyCritic Learn(int updates)
    {
        for (var i = 0; i < updates; i++)
        {
            _turn = !_turn;
            _learner.Step(_turn && _lived.Count > 0 ? _lived : _trained);
        }
        _thresholds = CriticPretraining.Calibrate(_ordinary, _learner.Query, _goal);
        var weights = _learner.Export();
        if (weights.NotFinite is { } bad) throw new LearningDivergedException(_learner.Steps, $"the safety critic's {bad} is not finite");
        return CriticFile.Of(weights, _learner.Features.Name, _learner.Steps, _thresholds.Risk, _thresholds.Feasibility);
    }

    /// <summary>Writes the critic that <see cref="Learn"/> returned last, and all it takes to learn on, over the files that it started from.</summary>
    public SafetyManifest Write(string folder, string trainedOn)
    {
        SafetyWeightsFile.WriteLearner(folder, _learner);
        return SafetyWeightsFile.Write(folder, _learner, _thresholds!, trainedOn, DateTimeOffset.UtcNow);
    }

    public void Dispose() => _learner.Dispose();
}
