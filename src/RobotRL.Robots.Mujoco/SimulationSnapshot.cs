using RobotRL.Model;
using RobotRL.Robots.Mujoco.Binding;

namespace RobotRL.Robots.Mujoco;

/// <summary>
/// All that the future of a simulation depends on, without what follows from it: a few hundred numbers. Reused without allocation for
/// captures from one model; also the way to hand a state to another thread's data for drawing.
/// </summary>
public sealed class SimulationSnapshot
{
    private readonly MujocoModel _model;
    private readonly double[] _values;

    // Of each arm what the simulator does not know: closed brakes, and where its joints are led to by velocities, rad.
    private readonly (bool IsBraked, JointPositions? LedRad)[] _beside = new (bool, JointPositions?)[PolicyAction.MostArms];

    public SimulationSnapshot(MujocoModel model)
    {
        _model = model;
        _values = new double[1 + model.PositionCount + 3 * model.VelocityCount + model.ActivationCount + model.ActuatorCount
            + 6 * model.BodyCount + 7 * model.MocapCount + model.SensorSize];
    }

    /// <summary>Time, positions, velocities and the rest, in a fixed order: equal values are equal states.</summary>
    public ReadOnlySpan<double> Values => _values;

    /// <summary>Takes the values of another process's snapshot of the same model.</summary>
    public Span<double> Writable => _values;

    internal void Capture(MujocoData data, ReadOnlySpan<double> integrated, ReadOnlySpan<MujocoArm> arms)
    {
        for (var i = 0; i < arms.Length; i++) _beside[i] = (arms[i].IsBraked, arms[i].LedRad);
        integrated.CopyTo(_values.AsSpan(1));
        Visit(data, capture: true);
    }

    /// <summary>Puts data of the same model into this state and computes what follows from it.</summary>
    public void Restore(MujocoData data)
    {
        Visit(data, capture: false);
        Positions.CopyTo(data.Position);
        data.Step1(); // leaves the force sensors alone: they are of the step before
    }

    internal void Restore(MujocoData data, Span<double> integrated, ReadOnlySpan<MujocoArm> arms)
    {
        Restore(data);
        Positions.CopyTo(integrated);
        for (var i = 0; i < arms.Length; i++) (arms[i].IsBraked, arms[i].LedRad) = _beside[i];
    }

    private ReadOnlySpan<double> Positions => _values.AsSpan(1, _model.PositionCount);

    private void Visit(MujocoData data, bool capture)
    {
        if (data.Model != _model) throw new ArgumentException("The snapshot is of another model.", nameof(data));
        var rest = _values.AsSpan();
        Move(new Span<double>(ref data.TimeS), ref rest, capture);
        rest = rest[_model.PositionCount..];
        Move(data.Velocity, ref rest, capture);
        Move(data.AccelerationWarmStart, ref rest, capture);
        Move(data.AppliedForce, ref rest, capture);
        Move(data.Activation, ref rest, capture);
        Move(data.Control, ref rest, capture);
        Move(data.AppliedBodyForce, ref rest, capture);
        Move(data.MocapPosition, ref rest, capture);
        Move(data.MocapQuaternion, ref rest, capture);
        Move(data.WritableSensorData, ref rest, capture);
    }

    private static void Move(Span<double> live, ref Span<double> stored, bool capture)
    {
        if (capture) live.CopyTo(stored);
        else stored[..live.Length].CopyTo(live);
        stored = stored[live.Length..];
    }
}
