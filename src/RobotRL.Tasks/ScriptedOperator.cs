using RobotRL.Model;
using RobotRL.Teleop;

namespace RobotRL.Tasks;

/// <summary>What a scripted operator carries from one episode to the next: enough to go on exactly after a restart between episodes.</summary>
public readonly record struct ScriptedOperatorState(ulong Random);

/// <summary>
/// An imperfect human: an expert behind slow eyes and an unsteady hand. In a demonstration it drives throughout. Online it watches, takes over
/// when progress stalls or force rises, drives at least a minimum time and until progress is made, and hands back. In an evaluation it only watches.
/// Deterministic: the same seed and the same views give the same commands.
/// </summary>
public sealed class ScriptedOperator : ITeleoperator
{
    private const long PressNs = 100_000_000;

    private readonly IExpert[] _experts;
    private readonly ActionLayout _actions;
    private readonly OperatorParameters _parameters;
    private readonly Anticipation _anticipation;
    private readonly HandNoise _noise;
    private readonly long _holdNs;
    private readonly long _stallNs;

    private EpisodeKind _kind;
    private bool _isFirst = true;
    private InterventionReason _reason;
    private Stamp _engagedAt;
    private double _progressMark;
    private Stamp? _pressingSince;
    private Stamp _progressAt;

    /// <param name="experts">One for each arm: a pair of hands drives all of them at once.</param>
    /// <param name="actions">What an action is made of.</param>
    /// <param name="parameters">How imperfect it is.</param>
    /// <param name="seed">Of its unsteadiness.</param>
    public ScriptedOperator(IReadOnlyList<IExpert> experts, ActionLayout actions, OperatorParameters parameters, ulong seed)
    {
        (_experts, _actions, _parameters) = ([.. experts], actions, parameters);
        _anticipation = new Anticipation(actions, Ns(parameters.ReactionTimeS));
        _noise = new HandNoise(parameters.ActionNoise, seed, experts.Count);
        _holdNs = Ns(parameters.MinimumHoldS);
        _stallNs = Ns(parameters.StallTimeS);
    }

    /// <summary>The scripted operator of a task.</summary>
    public ScriptedOperator(TaskDescription task, OperatorParameters parameters, ulong seed)
        : this([.. task.ActionLayout.Arms.Select(arm => Experts.For(task.Kind, arm))], task.ActionLayout, parameters, seed) { }

    public string Identity { get; init; } = "scripted";

    /// <summary>Read and written between episodes.</summary>
    public ScriptedOperatorState State { get => new(_noise.State); set => _noise.State = value.Random; }

    public void BeginEpisode(EpisodeKind kind)
    {
        _kind = kind;
        _isFirst = true;
        _reason = InterventionReason.None;
        _anticipation.Clear();
        foreach (var expert in _experts) expert.Reset();
    }

    public OperatorCommand Poll(in OperatorView view)
    {
        var seen = _anticipation.See(view);
        if (_isFirst) Begin(view.Time, seen);
        if (_kind is EpisodeKind.Evaluation) return OperatorCommand.Watching;
        if (_kind is EpisodeKind.Online) Judge(view.Time, seen);
        if (_reason is InterventionReason.None) return OperatorCommand.Watching;

        var expected = _anticipation.Anticipate(seen);
        PolicyAction wanted = default;
        for (var arm = 0; arm < _experts.Length; arm++) wanted[arm] = _experts[arm].Act(expected.Arms[arm]);
        var action = _noise.Shake(wanted, _actions, view.Time);
        _anticipation.Remember(action);
        return new OperatorCommand(true, action, _reason);
    }

    private void Begin(Stamp time, in CellTruth seen)
    {
        _isFirst = false;
        _pressingSince = null;
        _noise.BeginEpisode(time);
        Mark(time, seen.Progress);
        if (_kind is EpisodeKind.Demonstration) _reason = InterventionReason.Demonstration;
    }

    /// <summary>Takes over or hands back.</summary>
    private void Judge(Stamp now, in CellTruth seen)
    {
        if (_reason is InterventionReason.None)
        {
            if (seen.Progress >= _progressMark + _parameters.StallProgress) Mark(now, seen.Progress);
            if (seen.Success) return;
            if (Presses(now, seen)) TakeOver(InterventionReason.Force, now, seen);
            else if (now.Since(_progressAt) >= _stallNs) TakeOver(InterventionReason.Stalled, now, seen);
        }
        else if (now.Since(_engagedAt) >= _holdNs
            && (seen.Success || seen.Progress >= _progressMark + _parameters.HandBackProgress && seen.ContactForceN <= _parameters.ForceN))
        {
            _reason = InterventionReason.None;
            Mark(now, seen.Progress);
        }
    }

    /// <summary>Whether the force has stayed above the bound long enough to be felt as pressing: an impact is over before a hand can answer it.</summary>
    private bool Presses(Stamp now, in CellTruth seen)
    {
        if (seen.ContactForceN <= _parameters.ForceN) _pressingSince = null;
        else _pressingSince ??= now;
        return _pressingSince is { } since && now.Since(since) >= PressNs;
    }

    private void TakeOver(InterventionReason reason, Stamp now, in CellTruth seen)
    {
        (_reason, _engagedAt) = (reason, now);
        Mark(now, seen.Progress);
        foreach (var expert in _experts) expert.Reset();
    }

    private void Mark(Stamp now, double progress) => (_progressMark, _progressAt) = (progress, now);

    private static long Ns(double seconds) => (long)Math.Round(seconds * 1e9);
}
