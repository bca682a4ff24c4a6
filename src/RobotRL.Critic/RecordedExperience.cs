using RobotRL.Control;
using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Critic;

/// <summary>
/// Harm in recorded episodes, with state and executed action of every decision. Force is known at decisions only, so a violation must show in the log
/// as a force above the limit, or as a stop that says that the motion did harm. Any other stop, and one of unknown cause, says nothing
/// about the future of that motion: the log merely ends there.
/// </summary>
public sealed class RecordedExperience(TaskDescription task, RobotDescription robot, double forceLimitN)
{
    private readonly ObservationLayout _layout = task.ObservationLayout;
    private readonly ActionMapping _mapping = new(task.Actions);
    private readonly SafetyFeatures _features = new(task, robot.Limits.Stiffness);
    private readonly CartesianStiffness _stiffness = CartesianStiffness.Of(robot.Impedance);

    /// <summary>
    /// The chains of one episode. Where the reflex acted, a chain ends with the proposal that was not executed, because nobody knows how that would have ended.
    /// Another chain begins with the action that was executed instead.
    /// </summary>
    /// <param name="episode">Its transitions, in order.</param>
    /// <param name="arm">Whose harm.</param>
    public IEnumerable<HarmEpisode> Of(IEnumerable<Transition> episode, int arm = 0)
    {
        List<(float[], float)> steps = [];
        var (violated, over) = (false, false);
        foreach (var transition in episode.TakeWhile(t => t.IsLearnable))
        {
            if ((transition.Action.Limits & LimitFlags.Critic) != 0 && steps.Count > 0)
            {
                yield return new([.. steps, (Features(transition.Observation, transition.Action.Proposed, arm), -1)], Violated: false, IsOver: false);
                steps.Clear();
            }
            var next = transition.Next.Proprioception;
            var at = _layout.Find(arm, ObservationPart.Wrench)!.Start;
            var force = new Vector3D(next[at], next[at + 1], next[at + 2]).Length * task.Scale.ForceN;
            var harm = EpisodeEnding.Of(transition.Stop).IsHarm;
            steps.Add((Features(transition.Observation, transition.Action.Executed, arm),
                (float)Math.Max((force - forceLimitN) / forceLimitN, harm ? 0.1 : -1)));
            (violated, over) = (force > forceLimitN || harm, transition is { Terminated: true, Reward: > 0 });
            if (violated) break;
        }
        if (steps.Count > 0) yield return new(steps, violated, over && !violated);
    }

    private float[] Features(Observation observation, in PolicyAction action, int arm)
    {
        var x = new float[SafetyFeatures.Count];
        SafetyFeatures.WriteState(x, observation.Proprioception, _layout, arm);
        for (var axis = 0; axis < ActionSpace.Axes; axis++) x[SafetyFeatures.ActionStart + axis] = action[arm].Motion[axis];
        _features.WriteStiffness(x, _mapping.StiffnessOf(action[arm], _stiffness));
        return x;
    }
}
