using RobotRL.Safety;

namespace RobotRL.Lab.Faults;

/// <summary>A robot in motion whose critic's weights a learner's process writes over and over; that process is there to be killed.</summary>
internal sealed class LearnerStage : IDisposable
{
    private const double WeightsMaxAgeS = 1;
    private const int GoesOnMs = 2500, TakeUpMs = 120_000;

    private readonly string _folder = Directory.CreateTempSubdirectory("robotrl-faults-").FullName;
    private readonly FaultStage _stage;
    private FaultStage.Child _learner;

    public LearnerStage()
    {
        _learner = Start();
        try
        {
            _stage = new($"""

                safety:
                  critic: {_folder}
                  mode: on
                  risk_threshold: 0.999
                  feasibility_threshold: 1
                  trigger_ms: 1000
                  hysteresis: 0.1
                  recovery: {"{kind: analytic, path_s: 0.5, duration_s: 0.5, stiffness_share: 0.5}"}
                  hold_s: 0.5
                  max_age_s: {WeightsMaxAgeS}
                """ + "\n", patient: true);
        }
        catch
        {
            Clear();
            throw;
        }
    }

    /// <summary>
    /// Kills it in the midst of writing: the robot goes on, a set that is caught between its two files is refused, and the last whole one grows stale.
    /// </summary>
    public FaultSighting Kill()
    {
        // A busy machine may let the weights grow stale between two of them: as soon as they are fresh.
        var before = _stage.Latest.Reflex;
        FaultStage.Within(TakeUpMs, () => (before = _stage.Latest.Reflex).Critic == CriticStatus.Ready);
        var seen = _stage.Watch(_learner.Kill, GoesOnMs);
        var after = _stage.Latest.Reflex;
        var refused = after.Refused - before.Refused;
        return seen with
        {
            Answer = $"critic {before.Critic} → {after.Critic}, {(refused > 0 ? "a half-written set refused, " : "")}then the deterministic layer alone",
            IsAnswered = (before.Critic, after.Critic) == (CriticStatus.Ready, CriticStatus.Stale) && refused <= 1,
        };
    }

    /// <summary>Another learner in the place of the one that is gone.</summary>
    public void Replace()
    {
        _learner.Dispose();
        _learner = Start();
    }

    public void Dispose()
    {
        _stage.Dispose();
        Clear();
    }

    private FaultStage.Child Start()
    {
        FaultStage.Child learner = new(["bench", "faults", "party", FaultParty.Learner, "--folder", _folder]);
        learner.Await(() => learner.Lines.Contains(FaultParty.Writing));
        return learner;
    }

    private void Clear()
    {
        _learner.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
