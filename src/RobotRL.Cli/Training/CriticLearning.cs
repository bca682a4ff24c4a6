using RobotRL.Cli.Ablation;
using RobotRL.Cli.Composition;
using RobotRL.Cli.Runs;
using RobotRL.Configuration;
using RobotRL.Learning;
using RobotRL.Model;

namespace RobotRL.Cli.Training;

/// <summary>
/// Lets the safety critic of a configuration with <c>safety.online</c> learn on between a run's episodes. What comes of it is written to the critic's folder, where the
/// loop of another process looks for it, and the loop of this one takes it up.
/// </summary>
internal sealed class CriticLearning : IDisposable
{
    private readonly SafetyLayerParameters _safety;
    private readonly OnlineCriticParameters _online;
    private readonly SimulatedRig _rig;
    private readonly RecordedExperience _experience;
    private readonly OnlineCritic _critic;
    private readonly string _trainedOn;

    private CriticLearning(SafetyLayerParameters safety, OnlineCriticParameters online, SimulatedRig rig, RunDirectory run)
    {
        (_safety, _online, _rig) = (safety, online, rig);
        var (task, threads) = (rig.Configuration.Task, rig.Configuration.Learner.Threads);
        _experience = new(rig.Configuration, online.ForceLimitN);
        _critic = new(safety.CriticFolder!, SafetyFeatureLayout.Arm(task.Actions.ActiveAxes), new() { RiskDiscount = online.RiskDiscount, Threads = threads },
            CalibrationGoal.OfArm(online.FalseInterventionRate), Seeds.Derive(run.Identity.Seed, SeedUse.Critic));
        _trainedOn = $"{run.Path}, online";
    }

    /// <summary>None where the configuration asks for none.</summary>
    /// <exception cref="BadInputException">There is no critic to go on from.</exception>
    public static CriticLearning? Of(SimulatedRig rig, RunDirectory run)
    {
        if (rig.Configuration.Safety is not { Online: { } online, Mode: not CriticMode.Off } safety) return null;
        try { return new(safety, online, rig, run); }
        catch (InvalidDataException e) { throw new BadInputException($"safety.online: {e.Message}; 'robotrl safety pretrain' makes a critic that can learn on"); }
    }

    /// <summary>An episode of an earlier session, from the disk.</summary>
    public void TakeUp(IEnumerable<Transition> episode) => _critic.Add(_experience.Of(episode));

    /// <summary>Learns from an episode that has just ended, or from none, and publishes: the robot rests meanwhile.</summary>
    public SafetyManifest Learn(IReadOnlyList<Transition> episode)
    {
        TakeUp(episode);
        _critic.Learn(episode.Count == 0 ? 0 : _online.UpdatesPerEpisode);
        var manifest = _critic.Write(_safety.CriticFolder!, _trainedOn);
        if (!_rig.IsRealtime) _rig.Safety.TakeUp();
        return manifest;
    }

    public void Dispose() => _critic.Dispose();
}
