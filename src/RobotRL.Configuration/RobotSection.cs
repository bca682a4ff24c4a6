using RobotRL.Model;

namespace RobotRL.Configuration;

/// <summary>Reads <c>robot</c>: kinematics, every limit, impedance.</summary>
internal static class RobotSection
{
    private const double Revolution = 2 * Math.PI;

    public static RobotDescription Read(Section s)
    {
        var kinematics = s.Children("kinematics", link => new DhLink(
            link.Number("a_m", -2, 2, "m"), link.Number("d_m", -2, 2, "m"), link.Number("alpha_rad", -Math.PI, Math.PI, "rad")));
        s.Require(kinematics.Count is > 0 and <= Joints.Max, "kinematics", $"has {kinematics.Count} joints, supported are 1 to {Joints.Max}; correct the table");
        var joints = Math.Clamp(kinematics.Count, 1, Joints.Max);
        var robot = new RobotDescription
        {
            Name = s.Text("name"),
            Driver = s.Choice("driver", ("mujoco", "mujoco"), ("loopback", "loopback")),
            Kinematics = kinematics,
            Flange = s.Child("flange", TaskSection.ReadPose),
            HomeRad = s.Numbers("home_rad", joints, -Revolution, Revolution, "rad", "one a joint"),
            Limits = s.Child("limits", limits => ReadLimits(limits, joints)),
            Impedance = s.Child("impedance", ReadImpedance),
            Dynamics = s.Child("dynamics", d => DynamicsSection.Read(d, joints)),
            JointSensors = s.Child("joint_sensors", DynamicsSection.ReadJointSensors),
            ForceSensor = s.ChildOrNone("force_sensor", DynamicsSection.ReadForceSensor),
            ControlPeriodNs = s.DurationNs("control_period_ms", 0.1, 20),
            GripperMaxWidthM = s.Number("gripper_max_width_m", 0, 0.5, "m"),
        };
        for (var i = 0; i < robot.Limits.Joints.Count; i++)
        {
            var (limit, home) = (robot.Limits.Joints[i], robot.HomeRad[i]);
            s.Require(home >= limit.PositionMinRad && home <= limit.PositionMaxRad, "home_rad",
                $"joint {i + 1} at {home} rad is outside its limits [{limit.PositionMinRad}, {limit.PositionMaxRad}]; choose a posture inside them",
                s["limits.joints.position_min_rad"], s["limits.joints.position_max_rad"]);
        }
        CheckImpedance(s, robot.Impedance, robot.Limits);
        if (robot.ForceSensor is { } sensor)
            s.Require(sensor.RangeForceN > robot.Limits.CollisionForceN, "force_sensor.range_force_n",
                $"{sensor.RangeForceN} N is not above limits.collision_force_n, {robot.Limits.CollisionForceN} N: "
                + "a collision would saturate the sensor; lower the limit",
                s["limits.collision_force_n"]);
        return robot;
    }

    private static SafetyLimits ReadLimits(Section s, int joints)
    {
        var limits = new SafetyLimits
        {
            Joints = s.Child("joints", j => ReadJoints(j, joints)),
            Translation = s.Child("translation", t => new MotionLimits(t.Number("velocity_m_s", 0.001, 10, "m/s"), t.Number("acceleration_m_s2", 0.01, 100, "m/s²"), t.Number("jerk_m_s3", 0.1, 1e5, "m/s³"))),
            Rotation = s.Child("rotation", r => new MotionLimits(r.Number("velocity_rad_s", 0.001, 20, "rad/s"), r.Number("acceleration_rad_s2", 0.01, 200, "rad/s²"), r.Number("jerk_rad_s3", 0.1, 1e6, "rad/s³"))),
            Workspace = s.Child("workspace", ReadBox),
            KeepOut = s.Children("keep_out", ReadBox),
            BarrierRate = s.Number("barrier_rate_per_s", 0.1, 100, "1/s"),
            ContactForceN = s.Number("contact_force_n", 0.1, 1000, "N"),
            CollisionForceN = s.Number("collision_force_n", 0.1, 1000, "N"),
            ContactTorqueNm = s.Number("contact_torque_nm", 0.01, 200, "Nm"),
            CollisionTorqueNm = s.Number("collision_torque_nm", 0.01, 200, "Nm"),
            JointCollisionNm = s.Numbers("joint_collision_nm", joints, 0.01, 1000, "Nm", "one a joint"),
            MeasuredTorqueMarginNm = s.Number("measured_torque_margin_nm", 0.01, 1000, "Nm"),
            StateMaxAgeNs = s.DurationNs("state_max_age_ms", 0.1, 20),
            TargetMaxAgeNs = s.DurationNs("target_max_age_ms", 1, 10_000),
            HeartbeatMaxAgeNs = s.DurationNs("heartbeat_max_age_ms", 1, 2_000),
            Stiffness = s.Child("stiffness", ReadStiffness),
        };
        s.Require(limits.ContactForceN < limits.CollisionForceN, "contact_force_n",
            $"{limits.ContactForceN} N is not below collision_force_n, {limits.CollisionForceN} N; contact must soften before collision stops", s["collision_force_n"]);
        s.Require(limits.ContactTorqueNm < limits.CollisionTorqueNm, "contact_torque_nm",
            $"{limits.ContactTorqueNm} Nm is not below collision_torque_nm, {limits.CollisionTorqueNm} Nm; contact must soften before collision stops", s["collision_torque_nm"]);
        return limits;
    }

    private static JointLimits[] ReadJoints(Section s, int joints)
    {
        var min = s.Numbers("position_min_rad", joints, -Revolution, Revolution, "rad", "one a joint");
        var max = s.Numbers("position_max_rad", joints, -Revolution, Revolution, "rad", "one a joint");
        var velocity = s.Numbers("velocity_rad_s", joints, 0.001, 50, "rad/s", "one a joint");
        var acceleration = s.Numbers("acceleration_rad_s2", joints, 0.01, 1000, "rad/s²", "one a joint");
        var jerk = s.Numbers("jerk_rad_s3", joints, 0.1, 1e6, "rad/s³", "one a joint");
        var torque = s.Numbers("torque_nm", joints, 0.01, 1000, "Nm", "one a joint");
        var torqueRate = s.Numbers("torque_rate_nm_s", joints, 0.1, 1e5, "Nm/s", "one a joint");
        for (var i = 0; i < joints; i++)
            s.Require(min[i] < max[i], "position_min_rad", $"joint {i + 1}: {min[i]} rad is not below position_max_rad, {max[i]} rad; swap or correct them", s["position_max_rad"]);
        return [.. Enumerable.Range(0, joints).Select(i => new JointLimits(min[i], max[i], velocity[i], acceleration[i], jerk[i], torque[i], torqueRate[i]))];
    }

    private static Box ReadBox(Section s)
    {
        var box = new Box(s.Vector("min_m", -5, 5, "m"), s.Vector("max_m", -5, 5, "m"));
        for (var axis = 0; axis < 3; axis++)
            s.Require(box.Min[axis] < box.Max[axis], "min_m", $"{"xyz"[axis]}: {box.Min[axis]} m is not below max_m, {box.Max[axis]} m; swap or correct them", s["max_m"]);
        return box;
    }

    private static StiffnessLimits ReadStiffness(Section s)
    {
        var limits = new StiffnessLimits
        {
            TranslationMinNM = s.Number("translation_min_n_m", 0, 1e4, "N/m"),
            TranslationMaxNM = s.Number("translation_max_n_m", 1, 1e4, "N/m"),
            RotationMinNmRad = s.Number("rotation_min_nm_rad", 0, 1000, "Nm/rad"),
            RotationMaxNmRad = s.Number("rotation_max_nm_rad", 0.1, 1000, "Nm/rad"),
            RateNMS = s.Number("rate_n_m_s", 1, 1e6, "N/m/s"),
            DampingRatioMin = s.Number("damping_ratio_min", 0.1, 2),
            DampingRatioMax = s.Number("damping_ratio_max", 0.1, 2),
            TankInitialJ = s.Number("tank_initial_j", 0, 100, "J"),
            TankCapacityJ = s.Number("tank_capacity_j", 0.001, 100, "J"),
            TankOutflowW = s.Number("tank_outflow_w", 0.001, 1000, "W"),
        };
        Ascending("translation_min_n_m", limits.TranslationMinNM, "translation_max_n_m", limits.TranslationMaxNM);
        Ascending("rotation_min_nm_rad", limits.RotationMinNmRad, "rotation_max_nm_rad", limits.RotationMaxNmRad);
        Ascending("damping_ratio_min", limits.DampingRatioMin, "damping_ratio_max", limits.DampingRatioMax);
        Ascending("tank_initial_j", limits.TankInitialJ, "tank_capacity_j", limits.TankCapacityJ);
        return limits;

        void Ascending(string low, double lowValue, string high, double highValue) =>
            s.Require(lowValue <= highValue, low, $"{lowValue} is above {high}, {highValue}; swap or correct them", s[high]);
    }

    private static ImpedanceParameters ReadImpedance(Section s) => new(
        s.Number("translation_stiffness_n_m", 1, 1e4, "N/m"), s.Number("rotation_stiffness_nm_rad", 0.1, 1000, "Nm/rad"),
        s.Number("damping_ratio", 0.1, 2), s.Number("translation_clip_m", 1e-4, 0.2, "m"), s.Number("rotation_clip_rad", 1e-3, 1, "rad"),
        s.Number("nullspace_stiffness_nm_rad", 0, 100, "Nm/rad"), s.Number("translation_integral_n_m_s", 0, 1e4, "N/(m s)"),
        s.Number("rotation_integral_nm_rad_s", 0, 1000, "Nm/(rad s)"), s.Number("integral_clip_m_s", 0, 1, "m s"), s.Number("integral_clip_rad_s", 0, 1, "rad s"));

    private static void CheckImpedance(Section s, ImpedanceParameters impedance, SafetyLimits limits)
    {
        Within("translation_stiffness_n_m", impedance.TranslationStiffnessNM, "translation_min_n_m", limits.Stiffness.TranslationMinNM, "translation_max_n_m", limits.Stiffness.TranslationMaxNM);
        Within("rotation_stiffness_nm_rad", impedance.RotationStiffnessNmRad, "rotation_min_nm_rad", limits.Stiffness.RotationMinNmRad, "rotation_max_nm_rad", limits.Stiffness.RotationMaxNmRad);
        Within("damping_ratio", impedance.DampingRatio, "damping_ratio_min", limits.Stiffness.DampingRatioMin, "damping_ratio_max", limits.Stiffness.DampingRatioMax);
        s.Require(impedance.SpringForceBoundN <= limits.CollisionForceN, "impedance.translation_clip_m",
            $"stiffness × clip lets the spring push {impedance.SpringForceBoundN:0.###} N, above limits.collision_force_n, {limits.CollisionForceN} N; lower the clip or the stiffness",
            s["impedance.translation_stiffness_n_m"], s["limits.collision_force_n"]);

        void Within(string key, double value, string low, double lowValue, string high, double highValue) =>
            s.Require(value >= lowValue && value <= highValue, "impedance." + key,
                $"{value} is outside limits.stiffness, [{lowValue}, {highValue}]; choose a value inside", s["limits.stiffness." + low], s["limits.stiffness." + high]);
    }
}
