using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Sessions.Auditing;

/// <summary>The limits that a record was held against, spelled for people and queries.</summary>
internal static class LimitsInForce
{
    /// <summary>All of them: task and movement space, impedance, ages, critic.</summary>
    public static object Of(RobotDescription robot, SafetyLayerParameters? safety)
    {
        var l = robot.Limits;
        return new
        {
            Workspace = Box(l.Workspace),
            KeepOut = l.KeepOut.Select(Box),
            BarrierRatePerS = l.BarrierRate,
            Translation = Motion(l.Translation, "m"),
            Rotation = Motion(l.Rotation, "rad"),
            Joints = l.Joints,
            l.ContactForceN,
            l.CollisionForceN,
            l.ContactTorqueNm,
            l.CollisionTorqueNm,
            StateMaxAgeMs = Ms(l.StateMaxAgeNs),
            TargetMaxAgeMs = Ms(l.TargetMaxAgeNs),
            HeartbeatMaxAgeMs = Ms(l.HeartbeatMaxAgeNs),
            LoopMaxLateMs = Ms(l.LoopMaxLateNs),
            AutoClear = robot.AutoClear.ToString(),
            l.Stiffness,
            l.Grip,
            l.Wrench,
            Impedance = new
            {
                robot.Impedance.TranslationStiffnessNM,
                robot.Impedance.RotationStiffnessNmRad,
                robot.Impedance.DampingRatio,
                robot.Impedance.TranslationClipM,
                robot.Impedance.RotationClipRad,
                robot.Impedance.SpringForceBoundN,
            },
            Critic = safety is null ? null : new { Mode = safety.Mode.ToString(), safety.RiskThreshold, safety.FeasibilityThreshold,
                TriggerMs = Ms(safety.TriggerNs), safety.HoldS, safety.MaxAgeS, Folder = safety.CriticFolder },
        };
    }

    /// <summary>Those that the flags name.</summary>
    public static object? Named(LimitFlags flags, SafetyLimits l)
    {
        Dictionary<string, object> named = [];
        void Add(LimitFlags flag, string name, object value)
        {
            if ((flags & flag) != 0) named[name] = value;
        }
        Add(LimitFlags.Workspace, "workspace", Box(l.Workspace));
        Add(LimitFlags.KeepOut, "keep_out", l.KeepOut.Select(Box).ToArray());
        Add(LimitFlags.CartesianVelocity, "velocity", new[] { l.Translation.Velocity, l.Rotation.Velocity });
        Add(LimitFlags.CartesianAcceleration, "acceleration", new[] { l.Translation.Acceleration, l.Rotation.Acceleration });
        Add(LimitFlags.CartesianJerk, "jerk", new[] { l.Translation.Jerk, l.Rotation.Jerk });
        Add(LimitFlags.JointPosition, "joint_position_rad", l.Joints.Select(j => new[] { j.PositionMinRad, j.PositionMaxRad }).ToArray());
        Add(LimitFlags.JointVelocity, "joint_velocity_rad_s", l.Joints.Select(j => j.VelocityRadS).ToArray());
        Add(LimitFlags.JointAcceleration, "joint_acceleration_rad_s2", l.Joints.Select(j => j.AccelerationRadS2).ToArray());
        Add(LimitFlags.JointJerk, "joint_jerk_rad_s3", l.Joints.Select(j => j.JerkRadS3).ToArray());
        Add(LimitFlags.Torque, "torque_nm", l.Joints.Select(j => j.TorqueNm).ToArray());
        Add(LimitFlags.TorqueRate, "torque_rate_nm_s", l.Joints.Select(j => j.TorqueRateNmS).ToArray());
        Add(LimitFlags.ContactForce, "contact", new[] { l.ContactForceN, l.ContactTorqueNm });
        Add(LimitFlags.Stiffness, "stiffness_n_m", new[] { l.Stiffness.TranslationMinNM, l.Stiffness.TranslationMaxNM, l.Stiffness.RateNMS });
        Add(LimitFlags.EnergyTank, "tank", new[] { l.Stiffness.TankCapacityJ, l.Stiffness.TankOutflowW });
        Add(LimitFlags.Grip, "grip", new[] { l.Grip.ForceN, l.Grip.SpeedMS });
        if (l.Wrench is { } w) Add(LimitFlags.Wrench, "wrench", new[] { w.ForceN, w.TorqueNm, w.ForceRateNS, w.TorqueRateNmS });
        Add(LimitFlags.ActionRange, "action_range", 1);
        return named.Count == 0 ? null : named;
    }

    public static double[] Numbers(in Vector3D v) => [Math.Round(v.X, 6), Math.Round(v.Y, 6), Math.Round(v.Z, 6)];

    private static object Box(Box box) => new { MinM = Numbers(box.Min), MaxM = Numbers(box.Max) };

    private static object Motion(MotionLimits limits, string unit) => new { Unit = unit, limits.Velocity, limits.Acceleration, limits.Jerk };

    private static double Ms(long ns) => ns * 1e-6;
}
