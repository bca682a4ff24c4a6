using RobotRL.Critic;
using RobotRL.Model;
using RobotRL.Sessions.Acting;
using RobotRL.Sessions.Runs;

namespace RobotRL.Sessions.Training;

/// <summary>
/// Lets the safety critic of a configuration with <c>safety.online</c> learn on between a run's episodes. What comes of it is written to the critic's
/// folder, where the
/// loop of another process looks for it, and the loop of this one takes it up.
/// </summary>
internal sealed class CriticLearning : IDisposable
{
    private readonly SafetyLayerParameters _safety;
    private readonly OnlineCriticParameters _online;
    private readonly ICell _cell;
    private readonly RecordedExperience _experience;
    private readonly OnlineCritic _critic;
    private readonly string _trainedOn;

    private CriticLearning(SafetyLayerParameters safety, OnlineCriticParameters online, ICell cell, RunDirectory run)
    {
        (_safety, _online, _cell) = (safety, online, cell);
        var (task, threads) = (cell.Configuration.Task, cell.Configuration.Learner.Threads);
        _experience = new(task, cell.Configuration.Robot, online.ForceLimitN);
        _critic = new(safety.CriticFolder!, SafetyFeatureLayout.Arm(task.Actions.ActiveAxes), new() { RiskDiscount = online.RiskDiscount, Threads = threads },
            CalibrationGoal.OfArm(online.FalseInterventionRate), Seeds.Derive(run.Identity.Seed, SeedUse.Critic));
        _trainedOn = $"{run.Path}, online";
    }

    /// <summary>None where the configuration asks for none.</summary>
    /// <exception cref="BadInputException">There is no critic to go on from.</exception>
    public static CriticLearning? Of(ICell cell, RunDirectory run)
    {
        if (cell.Configuration.Safety is not { Online: { } online, Mode: not CriticMode.Off } safety) return null;
        try { return new(safety, online, cell, run); }
        catch (InvalidDataException e)
        {
            throw new BadInputException($"safety.online: {e.Message}; 'robotrl safety pretrain' makes a critic that can learn on");
        }
    }

    /// <summary>An episode of an earlier session, from the disk.</summary>
    public void TakeUp(IEnumerable<Transition> episode) => _critic.Add(_experience.Of(episode));

    /// <summary>Learns from an episode that has just ended, or from none, and publishes: the robot rests meanwhile.</summary>
    public SafetyManifest Learn(IReadOnlyList<Transition> episode)
    {
        TakeUp(episode);
        _critic.Learn(episode.Count == 0 ? 0 : _online.UpdatesPerEpisode);
        var manifest = _critic.Write(_safety.CriticFolder!, _trainedOn);
        if (!_cell.IsRealtime) _cell.TakeUpCritic();
        return manifest;
    }

    public void Dispose() => _critic.Dispose();
}
