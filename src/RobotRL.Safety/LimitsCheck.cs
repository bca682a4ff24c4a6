using RobotRL.Model;

namespace RobotRL.Safety;

/// <summary>
/// Refuses an envelope that would bound nothing. The configuration reader tells files and lines; this is the last look before it is enforced.
/// </summary>
internal static class LimitsCheck
{
    public static void Require(RobotDescription robot)
    {
        var limits = robot.Limits;
        Need(robot.ControlPeriodNs > 0, "control period must be positive");
        Need(Enum.IsDefined(robot.Command), "there is no such kind of command");
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
        Need(IsBox(limits.Cell), "cell box is empty");
        Need(limits.SelfDistanceM >= 0 && double.IsFinite(limits.SelfDistanceM), "distance between parts must not be negative");
        var o = limits.Orientation;
        Need(o.Nominal.IsFinite && o.TiltRad is > 0.02 and <= Math.PI && o.YawRad is > 0.02 and <= Math.PI, "orientation: tilt and yaw must be in (0.02, pi]");
        Need(Positive(limits.Posture.Velocity) && Positive(limits.Posture.Acceleration) && Positive(limits.Posture.Jerk),
            "posture velocity, acceleration and jerk must be positive");
        Need(Positive(limits.StandstillRad), "standstill window must be positive");
        foreach (var part in robot.Body.Parts)
            Need(part.Link >= 0 && part.Link <= robot.JointCount + 1 && part.From.IsFinite && part.To.IsFinite && Positive(part.RadiusM),
                $"body part {part.Name} is none");
        Need(Positive(limits.BarrierRate), "barrier rate must be positive");
        Need(Positive(limits.ContactForceN) && limits.ContactForceN < limits.CollisionForceN && double.IsFinite(limits.CollisionForceN),
            "contact force must be positive and below the collision force");
        Need(Positive(limits.ContactTorqueNm) && limits.ContactTorqueNm < limits.CollisionTorqueNm && double.IsFinite(limits.CollisionTorqueNm),
            "contact torque must be positive and below the collision torque");
        Need(limits.JointCollisionNm.Count == robot.JointCount && limits.JointCollisionNm.All(Positive),
            "joint collision torques must be positive, one a joint");
        Need(Positive(limits.MeasuredTorqueMarginNm), "margin of measured torque must be positive");
        Need(limits.StateMaxAgeNs > 0 && limits.TargetMaxAgeNs > 0 && limits.HeartbeatMaxAgeNs > 0, "maximum ages must be positive");
        Need(limits.LoopMaxLateNs >= robot.ControlPeriodNs, "the loop may not be late by less than a period");
        Need(robot.AutoClear.IsEmpty || robot.IsSimulated,
            $"auto_clear must be empty: driver {robot.Driver} is no simulation, so an operator clears each stop");
        Need(robot.AutoClear.Except(FaultSet.Clearable).IsEmpty, $"auto_clear: {robot.AutoClear.Except(FaultSet.Clearable)} is an operator's to clear");
        Need(Positive(limits.Grip.ForceN) && Positive(limits.Grip.SpeedMS), "grip force and speed must be positive");
        if (limits.Wrench is { } w)
            Need(Positive(w.ForceN) && Positive(w.TorqueNm) && Positive(w.ForceRateNS) && Positive(w.TorqueRateNmS) && w.ForceN <= limits.ContactForceN &&
                 w.TorqueNm <= limits.ContactTorqueNm, "a wrench's limits must be positive, and no more than a contact may feel");
        var s = limits.Stiffness;
        Need(s.TranslationMinNM >= 0 && s.TranslationMinNM <= s.TranslationMaxNM && s.RotationMinNmRad >= 0 && s.RotationMinNmRad <= s.RotationMaxNmRad &&
             s.DampingRatioMin >= 0 && s.DampingRatioMin <= s.DampingRatioMax && double.IsFinite(s.TranslationMaxNM + s.RotationMaxNmRad + s.DampingRatioMax),
            "stiffness and damping ranges must be finite, with the minimum below the maximum");
        Need(Positive(s.RateNMS) && Positive(s.RotationRateNmRadS) && Positive(s.DampingRatePerS) && s.TankInitialJ >= 0 &&
            s.TankCapacityJ >= s.TankInitialJ && s.TankOutflowW >= 0 &&
             double.IsFinite(s.TankCapacityJ + s.TankOutflowW),
                 "stiffness and damping rates and energy tank must be finite, the initial content within the capacity");
        var d = robot.Dynamics;
        foreach (var list in (IReadOnlyList<double>[])[d.RotorInertiaKgM2, d.ViscousFrictionNmS, d.BreakawayNm])
            Need(list.Count == robot.JointCount && list.All(x => x >= 0 && double.IsFinite(x)),
                "rotor inertia, friction and breakaway torque must be finite and not negative, one a joint");
        Need(d.Links.Count == robot.JointCount && d.Links.All(IsBody) && IsBody(d.ToolInFlange),
            "a link's mass, centre of mass or inertia is not a rigid body's");
        Need(d.GravityMS2.IsFinite && Positive(d.ObserverRatePerS), "gravity must be finite and the observer's rate positive");
        if (robot.ForceSensor is { } f)
            Need(f.PositionInFlangeM.IsFinite && f.RangeForceN > limits.CollisionForceN && Positive(f.RangeTorqueNm) && f.RepeatMaxNs > 0 &&
                double.IsFinite(f.RangeForceN),
                "a force sensor's range must reach beyond the collision force, and its repeats must end");
        var sensors = robot.JointSensors;
        Need(Positive(sensors.MovingRadS) && sensors.RepeatMaxNs > 0 && sensors.WindowNs > 0 && Positive(sensors.ToleranceRad),
            "what joint sensors are held to must be positive");

        void Need(bool holds, string what)
        {
            if (!holds) throw new ArgumentException($"{robot.Name}: safety limits: {what}.", nameof(robot));
        }
    }

    private static bool Positive(double x) => x > 0 && double.IsFinite(x);

    private static bool IsBody(RigidBody b) => b.MassKg >= 0 && double.IsFinite(b.MassKg) && b.CenterOfMassM.IsFinite && b.Inertia.IsFinite &&
        b.Inertia.IsPhysical;

    private static bool IsBox(in Box box) =>
        box.Min.IsFinite && box.Max.IsFinite && box.Min.X < box.Max.X && box.Min.Y < box.Max.Y && box.Min.Z < box.Max.Z;
}
