using RobotRL.Cli.Runs;
using RobotRL.Configuration;
using RobotRL.Control;
using RobotRL.Model;
using RobotRL.Replay;
using RobotRL.Safety;

namespace RobotRL.Cli.Ablation;

/// <summary>
/// What a run's recorded episodes tell of harm: state and executed action of every decision. Force is known at decisions only, so a violation is what the log
/// shows: a force above the limit, or a safety stop that ended the episode.
/// </summary>
internal static class RecordedExperience
{
    private const int ForceAt = 12;

    public static IEnumerable<HarmEpisode> Read(string run, RunConfiguration configuration, double forceLimitN)
    {
        var (task, stiffness) = (configuration.Task, CartesianStiffness.Of(configuration.Robot.Impedance));
        var mapping = new ActionMapping(task.Actions);
        var features = new SafetyFeatures(task, configuration.Robot.Limits.Stiffness);
        foreach (var episode in EpisodeStore.Open(RunDirectory.Open(run).Episodes, TornEpisodes.Leave, _ => { }).Episodes())
        {
            if (episode.Info.Task != task.Kind.ToString()) throw new BadInputException($"--runs {run}: a run of {episode.Info.Task}, not of {task.Kind}; name another");
            List<(float[], float)> steps = [];
            var (violated, over) = (false, false);
            foreach (var transition in episode.Transitions)
            {
                var x = new float[SafetyFeatures.Count];
                SafetyFeatures.WriteState(x, transition.Observation.Proprioception);
                for (var axis = 0; axis < ActionSpace.Axes; axis++) x[SafetyFeatures.ActionStart + axis] = transition.Action.Executed.Motion[axis];
                features.WriteStiffness(x, mapping.StiffnessOf(transition.Action.Executed, stiffness));
                var force = new Vector3D(transition.Next.Proprioception[ForceAt], transition.Next.Proprioception[ForceAt + 1], transition.Next.Proprioception[ForceAt + 2]).Length * task.Scale.ForceN;
                var stopped = transition.Terminated && transition.Reward == 0;
                steps.Add((x, (float)Math.Max((force - forceLimitN) / forceLimitN, stopped ? 0.1 : -1)));
                (violated, over) = (force > forceLimitN || stopped, transition.Terminated);
                if (violated) break;
            }
            if (steps.Count > 0) yield return new(steps, violated, over && !violated);
        }
    }
}
