using RobotRL.Model;

namespace RobotRL.Safety;

/// <summary>Refuses an envelope that would bound nothing. The configuration reader tells files and lines; this is the last look before it is enforced.</summary>
internal static class LimitsCheck
{
    public static void Require(RobotDescription robot)
    {
        var limits = robot.Limits;
        Need(robot.ControlPeriodNs > 0, "control period must be positive");
        Need(limits.Joints.Count == robot.JointCount, $"{limits.Joints.Count} joint limits for {robot.JointCount} joints");
        for (var i = 0; i < limits.Joints.Count; i++)
        {
            var j = limits.Joints[i];
            Need(j.PositionMinRad < j.PositionMaxRad, $"joint {i + 1}: lowest position must be below the highest");
            Need(Positive(j.VelocityRadS) && Positive(j.AccelerationRadS2) && Positive(j.JerkRadS3) && Positive(j.TorqueNm) && Positive(j.TorqueRateNmS),
                $"joint {i + 1}: velocity, acceleration, jerk, torque and torque rate must be positive");
        }
        foreach (var m in (ReadOnlySpan<MotionLimits>)[limits.Translation, limits.Rotation])
            Need(Positive(m.Velocity) && Positive(m.Acceleration) && Positive(m.Jerk), "Cartesian velocity, acceleration and jerk must be positive");
        Need(IsBox(limits.Workspace), "workspace box is empty");
        foreach (var box in limits.KeepOut) Need(IsBox(box), "a keep-out box is empty");
        Need(Positive(limits.BarrierRate), "barrier rate must be positive");
        Need(Positive(limits.ContactForceN) && limits.ContactForceN < limits.CollisionForceN && double.IsFinite(limits.CollisionForceN),
            "contact force must be positive and below the collision force");
        Need(Positive(limits.ContactTorqueNm) && limits.ContactTorqueNm < limits.CollisionTorqueNm && double.IsFinite(limits.CollisionTorqueNm),
            "contact torque must be positive and below the collision torque");
        Need(limits.StateMaxAgeNs > 0 && limits.TargetMaxAgeNs > 0 && limits.HeartbeatMaxAgeNs > 0, "maximum ages must be positive");
        Need(limits.LoopMaxLateNs >= robot.ControlPeriodNs, "the loop may not be late by less than a period");
        Need(robot.AutoClear.IsEmpty || robot.IsSimulated,
            $"auto_clear must be empty: driver {robot.Driver} is no simulation, so an operator clears each stop");
        Need(robot.AutoClear.Except(FaultSet.Clearable).IsEmpty, $"auto_clear: {robot.AutoClear.Except(FaultSet.Clearable)} is an operator's to clear");
        var s = limits.Stiffness;
        Need(s.TranslationMinNM >= 0 && s.TranslationMinNM <= s.TranslationMaxNM && s.RotationMinNmRad >= 0 && s.RotationMinNmRad <= s.RotationMaxNmRad &&
             s.DampingRatioMin >= 0 && s.DampingRatioMin <= s.DampingRatioMax && double.IsFinite(s.TranslationMaxNM + s.RotationMaxNmRad + s.DampingRatioMax),
            "stiffness and damping ranges must be finite, with the minimum below the maximum");
        Need(Positive(s.RateNMS) && s.TankInitialJ >= 0 && s.TankCapacityJ >= s.TankInitialJ && s.TankOutflowW >= 0 &&
             double.IsFinite(s.TankCapacityJ + s.TankOutflowW), "stiffness rate and energy tank must be finite, the initial content within the capacity");

        void Need(bool holds, string what)
        {
            if (!holds) throw new ArgumentException($"{robot.Name}: safety limits: {what}.", nameof(robot));
        }
    }

    private static bool Positive(double x) => x > 0 && double.IsFinite(x);

    private static bool IsBox(in Box box) =>
        box.Min.IsFinite && box.Max.IsFinite && box.Min.X < box.Max.X && box.Min.Y < box.Max.Y && box.Min.Z < box.Max.Z;
}
