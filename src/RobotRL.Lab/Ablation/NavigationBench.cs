using RobotRL.Configuration;
using RobotRL.Critic;
using RobotRL.Lab.Bench;
using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Lab.Ablation;

/// <summary>
/// A navigation benchmark under protection. The deterministic layer knows its outer bounds and the largest step; only the critic can know the obstacles.
/// </summary>
internal sealed class NavigationBench : IBench
{
    private const double ProgressReward = 0.5;
    private readonly NavigationDescription _task;
    private readonly Protection _protection;
    private readonly PointMass _point;
    private readonly DecisionReflex? _reflex;
    private readonly bool _shadow;
    private readonly List<(float[], float)> _experience = [];
    private readonly List<HarmEpisode> _interrupted = [];
    private int _wayPoint, _steps;

    public NavigationBench(NavigationConfiguration configuration, Protection protection, SafetyCritic? critic, bool shadow = false)
    {
        (_task, _protection, Learner, _shadow) = (configuration.Task, protection, configuration.Learner, shadow);
        _point = new(_task);
        _reflex = protection.Critic && critic is not null ? new() { Critic = critic } : null;
    }

    public ActionSpace Actions { get; } = new([0, 1], 1, 1, HasGripper: false);
    public LearnerParameters Learner { get; }
    public int MaxSteps => _task.MaxSteps;
    public double DecisionS => double.NaN;

    public Observation Begin(ulong seed)
    {
        _point.Begin(seed);
        _reflex?.Begin();
        (_wayPoint, _steps) = (0, 0);
        _experience.Clear();
        _interrupted.Clear();
        return Observe();
    }

    public BenchStep Step(in ArmAction proposed)
    {
        var (x, y) = (Math.Clamp((double)proposed.Motion[0], -1, 1), Math.Clamp((double)proposed.Motion[1], -1, 1));
        var flagged = _reflex?.Flags(_point, x, y) ?? false;
        if (flagged && !_shadow)
        {
            Interrupt(x, y);
            (x, y) = _reflex!.Recover(_point);
        }
        else _reflex?.Passed(_point);
        if (_protection.Limits) (x, y) = (Inside(_point.X, x, _task.Bounds.MinX, _task.Bounds.MaxX), Inside(_point.Y, y, _task.Bounds.MinY, _task.Bounds.MaxY));

        var (features, before) = (_point.Features(x, y), _point.DistanceToGoal);
        _point.Move(x, y);
        _experience.Add((features, (float)_point.Margin));
        _steps++;
        var (violated, success) = (_point.IsInside, !_point.IsInside && _point.IsAtGoal);
        // Progress tells a policy where the goal is; the sum over an episode does not depend on the way.
        var reward = ProgressReward * (before - _point.DistanceToGoal) / Way + (success ? 1 : 0);
        var executed = default(ArmAction);
        (executed.Motion[0], executed.Motion[1]) = ((float)x, (float)y);
        return new(
            Next: Observe(), Executed: executed, Reward: (float)reward, Violated: violated, Success: success,
            Stop: !violated && !success && _reflex is { IsExhausted: true } ? FaultCode.RecoveryExhausted : FaultCode.None, Flagged: flagged);
    }

    public ArmAction Demonstrate()
    {
        var (x, y) = _task.Route[_wayPoint];
        if (_wayPoint < _task.Route.Count - 1 && Math.Sqrt(Math.Pow(x - _point.X, 2) + Math.Pow(y - _point.Y, 2)) < 1.5 * _task.Step)
            (x, y) = _task.Route[++_wayPoint];
        var (dx, dy) = ((x - _point.X) / _task.Step, (y - _point.Y) / _task.Step);
        var size = Math.Max(1, Math.Max(Math.Abs(dx), Math.Abs(dy)));
        var action = default(ArmAction);
        (action.Motion[0], action.Motion[1]) = ((float)(dx / size), (float)(dy / size));
        return action;
    }

    public void Adopt(SafetyCritic critic) => _reflex!.Critic = critic;

    public IReadOnlyList<HarmEpisode> Experience() => [.. _interrupted, new([.. _experience], _point.IsInside, !_point.IsInside && _point.IsAtGoal)];

    public void Dispose() { }

    /// <summary>The motion led to a proposal that was not executed. Nobody knows how that would have ended.</summary>
    private void Interrupt(double x, double y)
    {
        if (_experience.Count > 0) _interrupted.Add(new([.. _experience, (_point.Features(x, y), (float)_point.Margin)], Violated: false, IsOver: false));
        _experience.Clear();
    }

    private double Way => Math.Sqrt(Math.Pow(_task.Start.X - _task.Goal.X, 2) + Math.Pow(_task.Start.Y - _task.Goal.Y, 2));

    /// <summary>Position relative to the goal, in the form that the networks of an arm's policy take.</summary>
    private Observation Observe()
    {
        var values = new float[BenchShapes.Proprioception];
        (values[0], values[1]) = ((float)((_point.X - _task.Goal.X) / _task.Scale), (float)((_point.Y - _task.Goal.Y) / _task.Scale));
        return new(new(_steps), values, []);
    }

    /// <summary>The part of a move that stays inside the bounds with three deviations of noise to spare.</summary>
    private double Inside(double at, double move, double min, double max)
    {
        var spare = 3 * _task.NoiseDeviation;
        return Math.Clamp(move, Math.Min(1, (min + spare - at) / _task.Step), Math.Max(-1, (max - spare - at) / _task.Step));
    }
}
