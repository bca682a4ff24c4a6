using RobotRL.Model;

namespace RobotRL.Sensing;

/// <summary>What the policy is told of the robot's state at one instant.</summary>
/// <param name="CaptureTime">When the robot sampled it.</param>
/// <param name="EndEffector">Pose in base; twist of the end-effector origin in base axes.</param>
/// <param name="ExternalWrenchInEndEffector">What the environment exerts on the tool.</param>
/// <param name="GripperWidthM">Distance between the fingers.</param>
public readonly record struct ToolState(Stamp CaptureTime, EndEffectorState EndEffector, Wrench ExternalWrenchInEndEffector, double GripperWidthM)
{
    /// <summary>The control loop's tick that it was read at; 0 where no loop counts.</summary>
    public long Tick { get; init; }
}

/// <summary>Builds the proprioceptive part of an observation.</summary>
public static class Proprioception
{
    /// <summary>Normalised values beyond this say no more than "far out".</summary>
    public const float Bound = 10;

    /// <summary>The values in the order documented at <see cref="Observation.Proprioception"/>, each divided by its scale and clipped.</summary>
    /// <param name="state">Now.</param>
    /// <param name="startInBase">X_BE at the start of the episode.</param>
    /// <param name="scale">What one unit means.</param>
    /// <exception cref="SensorFaultException">A value is not finite.</exception>
    public static float[] Build(in ToolState state, in Pose startInBase, ProprioceptionScale scale)
    {
        var pose = startInBase.Inverse * state.EndEffector.PoseInBase;
        var twist = state.EndEffector.TwistInBase.Rotated(state.EndEffector.PoseInBase.Orientation.Inverse);
        var wrench = state.ExternalWrenchInEndEffector;
        var values = new float[Observation.ProprioceptionSize];
        Put(values, 0, pose.Position, scale.PositionM);
        Put(values, 3, pose.Orientation.ToVector(), scale.RotationRad);
        Put(values, 6, twist.Linear, scale.LinearMS);
        Put(values, 9, twist.Angular, scale.AngularRadS);
        Put(values, 12, wrench.Force, scale.ForceN);
        Put(values, 15, wrench.Torque, scale.TorqueNm);
        values[18] = Normal(state.GripperWidthM, scale.GripperWidthM);
        foreach (var value in values)
            if (!float.IsFinite(value)) throw new SensorFaultException("robot state", FaultCode.NonFiniteState, state.CaptureTime, "a value is not finite");
        return values;
    }

    private static void Put(float[] values, int at, in Vector3D v, double scale) =>
        (values[at], values[at + 1], values[at + 2]) = (Normal(v.X, scale), Normal(v.Y, scale), Normal(v.Z, scale));

    private static float Normal(double value, double scale) => double.IsFinite(value) ? Math.Clamp((float)(value / scale), -Bound, Bound) : float.NaN;
}
