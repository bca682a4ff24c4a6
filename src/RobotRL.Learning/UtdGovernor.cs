using RobotRL.Model;

namespace RobotRL.Learning;

/// <summary>
/// Holds learner steps per environment step at the configured ratio U. With e environment steps past the start and l learner steps, the drift
/// d = l − U·e stays within ± slack: past it, the side that is ahead waits. Thread-safe; counts alone decide, no clock.
/// </summary>
/// <remarks>
/// <code>
///          learner waits
///   + slack ─────────────
///         0 ............   d = l − U·e
///   − slack ─────────────
///          actor waits
/// </code>
/// </remarks>
public sealed class UtdGovernor
{
    private readonly object _gate = new();
    private readonly double _ratio;
    private readonly long _startAfter;
    private readonly double _slack;
    private long _environmentSteps, _learnerSteps;
    private Exception? _failure;
    private bool _completed;

    /// <param name="parameters">Ratio, slack and start.</param>
    /// <param name="environmentSteps">Environment steps already taken, when a run goes on.</param>
    /// <param name="learnerSteps">Learner steps already taken, pretraining excluded.</param>
    public UtdGovernor(LearnerParameters parameters, long environmentSteps = 0, long learnerSteps = 0)
    {
        (_ratio, _slack, _startAfter) = (parameters.UpdateToData, parameters.UpdateToDataSlack, parameters.StartAfter);
        // Below this both sides could wait for each other at once.
        if (2 * _slack < _ratio + 1)
            throw new ArgumentException($"A slack of {_slack} learner steps cannot hold a ratio of {_ratio}: at least {(_ratio + 1) / 2} are needed.");
        (_environmentSteps, _learnerSteps) = (environmentSteps, learnerSteps);
    }

    public long EnvironmentSteps { get { lock (_gate) return _environmentSteps; } }
    public long LearnerSteps { get { lock (_gate) return _learnerSteps; } }

    /// <summary>d, learner steps; positive when the learner is ahead.</summary>
    public double Drift { get { lock (_gate) return _learnerSteps - Due; } }

    /// <summary>Whether a learner step is due in lockstep, where the learner never runs ahead.</summary>
    public bool LearnerIsDue { get { lock (_gate) return Started && _learnerSteps + 1 <= Due; } }

    /// <summary>Counts one environment step.</summary>
    public void EnvironmentStepped() => Count(ref _environmentSteps);

    /// <summary>Counts one learner step.</summary>
    public void LearnerStepped() => Count(ref _learnerSteps);

    /// <summary>Takes over where a learner in another process stands; it may have fallen back to its checkpoint.</summary>
    public void LearnerAt(long steps)
    {
        lock (_gate)
        {
            _learnerSteps = steps;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Whether one more environment step keeps the drift above − slack.</summary>
    public bool ActorMayGo { get { lock (_gate) return WithinSlack; } }

    /// <summary>The actor's side: returns as soon as one more environment step keeps the drift above − slack.</summary>
    /// <exception cref="OperationCanceledException">Cancelled while it had to wait.</exception>
    /// <exception cref="InvalidOperationException">The learner failed; its exception is inside.</exception>
    public void WaitForLearner(CancellationToken cancellation) =>
        Wait(() => WithinSlack, cancellation);

    /// <summary>The learner's side: returns as soon as one more learner step keeps the drift below + slack.</summary>
    /// <returns>False when the run is over.</returns>
    /// <exception cref="OperationCanceledException">Cancelled while it had to wait.</exception>
    public bool WaitForData(CancellationToken cancellation)
    {
        Wait(() => Started && _learnerSteps + 1 - Due <= _slack, cancellation);
        lock (_gate) return !_completed;
    }

    /// <summary>Ends the waiting of both sides: the run is over, or the learner failed and says why.</summary>
    public void Complete(Exception? failure = null)
    {
        lock (_gate)
        {
            (_completed, _failure) = (true, _failure ?? failure);
            Monitor.PulseAll(_gate);
        }
    }

    private bool WithinSlack => !Started || _ratio * (_environmentSteps + 1 - _startAfter) - _learnerSteps <= _slack;
    private bool Started => _environmentSteps >= _startAfter;
    private double Due => _ratio * Math.Max(0, _environmentSteps - _startAfter);

    private void Count(ref long steps)
    {
        lock (_gate)
        {
            steps++;
            Monitor.PulseAll(_gate);
        }
    }

    // A token is looked at only where the side must wait: going on without waiting is never an error.
    private void Wait(Func<bool> mayGo, CancellationToken cancellation)
    {
        using var wake = cancellation.UnsafeRegister(static gate => { lock (gate!) Monitor.PulseAll(gate); }, _gate);
        lock (_gate)
        {
            while (!_completed && !mayGo())
            {
                cancellation.ThrowIfCancellationRequested();
                Monitor.Wait(_gate);
            }
            if (_failure is not null) throw new InvalidOperationException("The learner failed: " + _failure.Message, _failure);
        }
    }
}
