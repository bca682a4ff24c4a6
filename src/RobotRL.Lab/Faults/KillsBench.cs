using RobotRL.Configuration;
using RobotRL.Model;
using RobotRL.Safety;
using RobotRL.Sessions.Runs;

namespace RobotRL.Lab.Faults;

/// <summary>Processes killed in mid-motion, as a power cut of theirs would.</summary>
/// <param name="Kills">How often each was killed.</param>
/// <param name="HeldWithinEnvelope">Kills of the actor after which the arm came to stand, powered, with every measured limit kept on the way.</param>
/// <param name="ResetAlone">Of those, after how many a new actor and an operator's reset were all it took to move on.</param>
/// <param name="LearnerWentOn">
/// Kills of a learner that writes weights, after which the robot moved on without a stop and without damaged weights, and took up the next learner's weights.
/// </param>
/// <param name="StopP50Ms">From the kill to the stop command, in robot time.</param>
/// <param name="StandstillMaxMs">From the stop command to standstill.</param>
public sealed record KillFigures(
    int Kills, int HeldWithinEnvelope, int ResetAlone, int LearnerWentOn, double StopP50Ms, double StopMaxMs, double StandstillMaxMs, bool Holds);

/// <summary><c>robotrl bench kills</c>: the control process outlives its actor and its learner, and holds the arm.</summary>
public static class KillsBench
{
    public static KillFigures Run(int kills, Action<string> log, CancellationToken cancel)
    {
        var (held, moved, went, standstill) = (0, 0, 0, 0.0);
        List<double> stops = [];
        var workspace = RunConfiguration.Load(ShippedFiles.Configuration("sim/reach.yaml")).Robot.Limits.Workspace;
        using (FaultStage stage = new())
        {
            for (var i = 0; i < kills && !cancel.IsCancellationRequested; i++)
            {
                // Somewhere within a motion, not always at its beginning.
                FaultStage.Within(20 + 137 * i % 700, () => false);
                var seen = stage.Watch(stage.Actor.Kill);
                // A measured limit that broke on the way would have replaced the fault, all but the workspace, whose stop is no more severe.
                var isHeld = stage.Latest is { Gate: GateState.Held, Fault.Code: FaultCode.HeartbeatLost }
                    && workspace.Contains(stage.Latest.EndEffector.PoseInBase.Position);
                if (isHeld) held++;
                else log($"kill {i + 1} of the actor: {seen}");
                stops.Add(seen.StopMs ?? double.PositiveInfinity);
                standstill = Math.Max(standstill, seen.StandstillMs ?? double.PositiveInfinity);
                stage.ReplaceActor();
                stage.AwaitMoving();
                if (stage.Latest.Gate == GateState.Running) moved++;
                if ((i + 1) % 10 == 0) log($"{i + 1} kills of the actor, {held} held, {moved} moved on");
            }
        }
        using (LearnerStage stage = new())
        {
            for (var i = 0; i < kills && !cancel.IsCancellationRequested; i++)
            {
                if (i > 0) stage.Replace();
                FaultStage.Within(137 * i % 300, () => false);
                var sighting = stage.Kill();
                if (sighting.IsAnswered && sighting.Fault.IsNone) went++;
                else log($"kill {i + 1} of the learner: {sighting}");
                if ((i + 1) % 10 == 0) log($"{i + 1} kills of the learner, {went} went on");
            }
        }
        stops.Sort();
        return new(
            Kills: kills, HeldWithinEnvelope: held, ResetAlone: moved, LearnerWentOn: went,
            StopP50Ms: stops.Count > 0 ? stops[stops.Count / 2] : 0, StopMaxMs: stops.Count > 0 ? stops[^1] : 0, StandstillMaxMs: standstill,
            Holds: (held, moved, went) == (kills, kills, kills));
    }
}
