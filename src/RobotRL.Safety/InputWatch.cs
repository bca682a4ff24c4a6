using RobotRL.Model;

namespace RobotRL.Safety;

/// <summary>Whether the inputs of a tick may be acted on: clock, age, finiteness, and signs of a sensor that repeats itself.</summary>
internal sealed class InputWatch(SafetyLimits limits, long periodNs)
{
    /// <summary>A clock that jumps this many periods between two ticks is not trusted; a Franka arm gives up after as many lost packets.</summary>
    private const int MostPeriods = 20;

    /// <summary>So many equal states in a row, while something must be moving, are a frozen sensor.</summary>
    private const int MostRepeats = 20;

    private const double MovingRadS = 1e-3;
    private const double MovedM = 1e-3;
    private const double MovedRad = 5e-3;

    private readonly int _joints = limits.Joints.Count;
    private Stamp? _lastTick, _waitingSince;
    private Stamp _lastCapture;
    private bool _hasState;
    private int _repeats, _repeatedStamps;
    private RobotState _last;
    private Pose _referenceAtFirst;

    /// <summary>Forgets the clock: after a reset, whatever it did meanwhile is known.</summary>
    public void RestartClock() => _lastTick = null;

    /// <summary>Forgets the state, where the arm may have been placed by other means. A state must come as soon as ever.</summary>
    public void Restart()
    {
        _waitingSince = null;
        _hasState = false;
        _repeats = _repeatedStamps = 0;
    }

    /// <summary>The reference was put elsewhere, which is no motion that a state should show.</summary>
    public void Place(in Pose reference) => _referenceAtFirst = reference;

    /// <summary>What is wrong with the inputs, or none.</summary>
    public Fault Check(Stamp now, in RobotState state, bool isNew, in Pose reference)
    {
        if (_lastTick is { } last)
        {
            var step = now.Since(last);
            if (step <= 0) return Fault(FaultCode.ClockBackward, now, step, 0);
            if (step > MostPeriods * periodNs) return Fault(FaultCode.ClockForward, now, step, MostPeriods * periodNs);
        }
        _lastTick = now;
        if (!isNew)
        {
            return Age(now, _hasState ? _lastCapture : _waitingSince ??= now);
        }
        if (!IsFinite(state)) return Fault(FaultCode.NonFiniteState, now, double.NaN, double.NaN);
        if (_hasState)
        {
            var since = state.CaptureTime.Since(_lastCapture);
            if (since < 0) return Fault(FaultCode.ClockBackward, now, since, 0);
            _repeatedStamps = since == 0 ? _repeatedStamps + 1 : 0;
            if (_repeatedStamps >= MostRepeats) return Fault(FaultCode.FrozenState, now, _repeatedStamps, MostRepeats);
        }
        if (Repeats(state, reference)) return Fault(FaultCode.FrozenState, now, _repeats, MostRepeats);
        _hasState = true;
        _lastCapture = state.CaptureTime;
        _last = state;
        return Age(now, state.CaptureTime);
    }

    private Fault Age(Stamp now, Stamp capture)
    {
        var age = now.Since(capture);
        if (age > limits.StateMaxAgeNs) return Fault(FaultCode.StaleState, now, age, limits.StateMaxAgeNs);
        // A state from the future means that robot and cycle no longer share a clock.
        return age < -limits.StateMaxAgeNs ? Fault(FaultCode.ClockForward, now, age, limits.StateMaxAgeNs) : default;
    }

    /// <summary>
    /// Equal to the bit so often, although a velocity is reported or the reference has moved. A simulated arm at rest repeats itself rightly.
    /// </summary>
    private bool Repeats(in RobotState state, in Pose reference)
    {
        if (!_hasState || !Same(state.Position, _last.Position) || !Same(state.Velocity, _last.Velocity))
        {
            _repeats = 0;
            return false;
        }
        if (_repeats == 0) _referenceAtFirst = reference;
        return ++_repeats >= MostRepeats &&
            (IsMoving(state.Velocity) || (reference.Position - _referenceAtFirst.Position).Length > MovedM ||
             (reference.Orientation * _referenceAtFirst.Orientation.Inverse).ToVector().Length > MovedRad);
    }

    private bool IsFinite(in RobotState s)
    {
        var sum = s.GripperWidthM;
        for (var i = 0; i < _joints; i++) sum += s.Position[i] + s.Velocity[i] + s.Effort[i];
        return double.IsFinite(sum) && s.ExternalWrenchInEndEffector.IsFinite;
    }

    private bool IsMoving(in JointVelocities velocity)
    {
        for (var i = 0; i < _joints; i++)
            if (Math.Abs(velocity[i]) > MovingRadS) return true;
        return false;
    }

    private bool Same(ReadOnlySpan<double> a, ReadOnlySpan<double> b) => a[.._joints].SequenceEqual(b[.._joints]);

    private static Fault Fault(FaultCode code, Stamp now, double value, double limit) => new(code, StopCategories.Of(code), now, value, limit);
}
