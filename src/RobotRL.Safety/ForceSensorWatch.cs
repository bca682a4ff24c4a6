using RobotRL.Model;

namespace RobotRL.Safety;

/// <summary>
/// Whether the force-torque sensor can be believed: not at the end of its range, and no value of it the same to the bit for long while the arm moves,
/// be that zero or any other. A sensor at rest, above all one without noise, repeats itself rightly.
/// </summary>
internal sealed class ForceSensorWatch
{
    private readonly ForceSensorParameters _sensor;
    private readonly Vector3D _fromEndEffector;

    private bool _hasLast;
    private Stamp _last;
    private Wrench _wrench;
    private Durations _repeats;

    /// <param name="sensor">The sensor.</param>
    /// <param name="endEffectorInFlange">Where wrenches are reported.</param>
    public ForceSensorWatch(ForceSensorParameters sensor, in Pose endEffectorInFlange)
    {
        _sensor = sensor;
        _fromEndEffector = endEffectorInFlange.Inverse.Transform(sensor.PositionInFlangeM);
    }

    /// <summary>Forgets what was seen: the arm was put elsewhere.</summary>
    public void Restart()
    {
        _hasLast = false;
        _repeats = default;
    }

    /// <summary>What is wrong with the sensor, or none. As index the first of the six values (forces, then torques) that does not change.</summary>
    /// <param name="now">Of the tick.</param>
    /// <param name="state">New, finite and in order.</param>
    /// <param name="isMoving">Whether the arm moves.</param>
    public Fault Check(Stamp now, in RobotState state, bool isMoving)
    {
        ref readonly var wrench = ref state.ExternalWrenchInEndEffector;
        var force = wrench.Force.Length;
        // The lever from the end effector to where the sensor is.
        var torque = (wrench.Torque - Vector3D.Cross(_fromEndEffector, wrench.Force)).Length;
        var fault = force >= _sensor.RangeForceN ? Of(now, force, _sensor.RangeForceN, -1)
            : torque >= _sensor.RangeTorqueNm ? Of(now, torque, _sensor.RangeTorqueNm, -1) : default;
        var dtNs = state.CaptureTime.Since(_last);
        if (_hasLast && dtNs <= 0) return fault;
        if (_hasLast)
        {
            var passed = isMoving ? dtNs : 0;
            for (var i = 0; i < 6; i++)
            {
                _repeats[i] = Component(wrench, i) == Component(_wrench, i) ? _repeats[i] + passed : 0;
                if (fault.IsNone && _repeats[i] > _sensor.RepeatMaxNs) fault = Of(now, _repeats[i], _sensor.RepeatMaxNs, i);
            }
        }
        (_last, _wrench, _hasLast) = (state.CaptureTime, wrench, true);
        return fault;
    }

    private static double Component(in Wrench wrench, int i) => i < 3 ? wrench.Force[i] : wrench.Torque[i - 3];

    private static Fault Of(Stamp now, double value, double limit, int index) =>
        new(FaultCode.ForceSensorFailure, StopCategories.Of(FaultCode.ForceSensorFailure), now, value, limit, index);

    [System.Runtime.CompilerServices.InlineArray(6)]
    private struct Durations
    {
        private long _first;
    }
}
