using System.Text.Json;
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
        s.Require(kinematics.Count is > 0 and <= Joints.Max, "kinematics",
            $"has {kinematics.Count} joints, supported are 1 to {Joints.Max}; correct the table");
        var joints = Math.Clamp(kinematics.Count, 1, Joints.Max);
        var robot = new RobotDescription
        {
            Name = s.Text("name"),
            Driver = s.Choice("driver", ("mujoco", "mujoco"), ("loopback", "loopback"), ("ros2", "ros2"), ("ros2_sim", "ros2_sim")),
            Command = ReadCommand(s),
            Kinematics = kinematics,
            Flange = s.Child("flange", TaskSection.ReadPose),
            Body = s.Child("body", body => ReadBody(body, joints)),
            HomeRad = s.Numbers("home_rad", joints, -Revolution, Revolution, "rad", "one a joint"),
            Limits = s.Child("limits", limits => ReadLimits(limits, joints)),
            AutoClear = ReadAutoClear(s),
            Impedance = s.Child("impedance", ReadImpedance),
            Dynamics = s.Child("dynamics", d => DynamicsSection.Read(d, joints)),
            JointSensors = s.Child("joint_sensors", DynamicsSection.ReadJointSensors),
            ForceSensor = s.ChildOrNone("force_sensor", DynamicsSection.ReadForceSensor),
            ControlPeriodNs = s.DurationNs("control_period_ms", 0.1, 20),
            GripperMaxWidthM = s.Number("gripper_max_width_m", 0, 0.5, "m"),
            Grip = s.Child("grip", ReadGrip),
        };
        for (var i = 0; i < robot.Limits.Joints.Count; i++)
        {
            var (limit, home) = (robot.Limits.Joints[i], robot.HomeRad[i]);
            s.Require(home >= limit.PositionMinRad && home <= limit.PositionMaxRad, "home_rad",
                $"joint {i + 1} at {home} rad is outside its limits [{limit.PositionMinRad}, {limit.PositionMaxRad}]; choose a posture inside them",
                s["limits.joints.position_min_rad"], s["limits.joints.position_max_rad"]);
        }
        CheckImpedance(s, robot.Impedance, robot.Limits);
        CheckAutoClear(s, robot);
        if (robot.ForceSensor is { } sensor)
            s.Require(sensor.RangeForceN > robot.Limits.CollisionForceN, "force_sensor.range_force_n",
                $"{sensor.RangeForceN} N is not above limits.collision_force_n, {robot.Limits.CollisionForceN} N: "
                    + "a collision would saturate the sensor; lower the limit", s["limits.collision_force_n"]);
        var (grip, most) = (robot.Grip, robot.Limits.Grip);
        s.Require(grip.ForceN <= most.ForceN, "grip.force_n",
            $"{grip.ForceN} N is above limits.grip.force_n, {most.ForceN} N; lower it", s["limits.grip.force_n"]);
        s.Require(grip.SpeedMS <= most.SpeedMS, "grip.speed_m_s",
            $"{grip.SpeedMS} m/s is above limits.grip.speed_m_s, {most.SpeedMS} m/s; lower it", s["limits.grip.speed_m_s"]);
        return robot;
    }

    /// <summary>
    /// What the robot takes. Where nothing is said it takes torques; that leaves the text, and with it the hash, of earlier configurations as it was.
    /// </summary>
    private static CommandKind ReadCommand(Section s) => s.Has("command") ? s.Choice("command", Commands) : CommandKind.JointTorque;

    private static readonly (string Word, CommandKind Value)[] Commands =
    [
        ("torque", CommandKind.JointTorque), ("cartesian_impedance", CommandKind.CartesianImpedance),
        ("joint_position", CommandKind.JointPosition), ("joint_velocity", CommandKind.JointVelocity),
    ];

    /// <summary>A kind of command as a file names it.</summary>
    internal static string WordOf(CommandKind kind) => Array.Find(Commands, command => command.Value == kind).Word;

    /// <summary>On a real arm somebody looks at what a stop left before it moves again.</summary>
    internal static void CheckAutoClear(Section s, RobotDescription robot) => s.Require(robot.AutoClear.IsEmpty || robot.IsSimulated, "auto_clear",
        $"driver {robot.Driver} moves a real arm, on which every stop is an operator's to clear; write []", s["driver"]);

    /// <summary>Causes of a stop, as words in the order of their numbers.</summary>
    private static FaultSet ReadAutoClear(Section s)
    {
        List<FaultCode> codes = [];
        for (var rest = FaultSet.Clearable; !rest.IsEmpty; rest = rest.Rest) codes.Add(rest.First);
        var chosen = s.Words("auto_clear", [.. codes.Select(code => JsonNamingPolicy.SnakeCaseLower.ConvertName(code.ToString()))]);
        return FaultSet.Of([.. chosen.Select(i => codes[i])]);
    }

    private static SafetyLimits ReadLimits(Section s, int joints)
    {
        var limits = new SafetyLimits
        {
            Joints = s.Child("joints", j => ReadJoints(j, joints)),
            Translation = s.Child("translation", t => new MotionLimits(
                t.Number("velocity_m_s", 0.001, 10, "m/s"), t.Number("acceleration_m_s2", 0.01, 100, "m/s²"), t.Number("jerk_m_s3", 0.1, 1e5, "m/s³"))),
            Rotation = s.Child("rotation", r => new MotionLimits(
                r.Number("velocity_rad_s", 0.001, 20, "rad/s"),
                r.Number("acceleration_rad_s2", 0.01, 200, "rad/s²"),
                r.Number("jerk_rad_s3", 0.1, 1e6, "rad/s³"))),
            Workspace = s.Child("workspace", ReadBox),
            Cell = s.Child("cell", ReadBox),
            KeepOut = s.Children("keep_out", ReadBox),
            SelfDistanceM = s.Number("self_distance_m", 0, 0.5, "m"),
            Orientation = s.Child("orientation", o => new OrientationLimits(
                Rotation.FromVector(o.Vector("nominal_rad", -Math.PI, Math.PI, "rad")),
                o.Number("tilt_rad", 0.05, Math.PI, "rad"), o.Number("yaw_rad", 0.05, Math.PI, "rad"))),
            Posture = s.Child("posture", p => new MotionLimits(
                p.Number("velocity_rad_s", 0.001, 5, "rad/s"),
                p.Number("acceleration_rad_s2", 0.01, 100, "rad/s²"),
                p.Number("jerk_rad_s3", 0.1, 1e5, "rad/s³"))),
            StandstillRad = s.Number("standstill_rad", 0.001, 0.5, "rad"),
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
            LoopMaxLateNs = s.DurationNs("loop_max_late_ms", 0.1, 1_000),
            Stiffness = s.Child("stiffness", ReadStiffness),
            Grip = s.Child("grip", ReadGrip),
            Wrench = s.Has("wrench") ? s.Child("wrench", ReadWrench) : null,
        };
        s.Require(limits.ContactForceN < limits.CollisionForceN, "contact_force_n",
            $"{limits.ContactForceN} N is not below collision_force_n, {limits.CollisionForceN} N; "
                + "contact must soften before collision stops", s["collision_force_n"]);
        s.Require(limits.ContactTorqueNm < limits.CollisionTorqueNm, "contact_torque_nm",
            $"{limits.ContactTorqueNm} Nm is not below collision_torque_nm, {limits.CollisionTorqueNm} Nm; "
                + "contact must soften before collision stops", s["collision_torque_nm"]);
        if (limits.Wrench is not { } wrench) return limits;
        s.Require(wrench.ForceN <= limits.ContactForceN, "wrench.force_n",
            $"{wrench.ForceN} N is above contact_force_n, {limits.ContactForceN} N; lower it", s["contact_force_n"]);
        s.Require(wrench.TorqueNm <= limits.ContactTorqueNm, "wrench.torque_nm",
            $"{wrench.TorqueNm} Nm is above contact_torque_nm, {limits.ContactTorqueNm} Nm; lower it", s["contact_torque_nm"]);
        return limits;
    }

    /// <summary>Of what a task's policy may have the arm exert beside its spring.</summary>
    private static WrenchLimits ReadWrench(Section s) => new(
        s.Number("force_n", 0.01, 1000, "N"), s.Number("torque_nm", 0.001, 200, "Nm"),
        s.Number("force_rate_n_s", 0.1, 1e5, "N/s"), s.Number("torque_rate_nm_s", 0.01, 1e5, "Nm/s"));

    private static RobotBody ReadBody(Section s, int joints)
    {
        BodyPart Part(Section p, int? link) => new(
            p.Text("name"), link ?? p.Integer("link", 0, joints),
            p.Vector("from_m", -3, 3, "m"), p.Vector("to_m", -3, 3, "m"), p.Number("radius_m", 0.001, 1, "m"));
        List<BodyPart> parts =
            [.. s.Children("links", p => Part(p, null)), .. s.Children("hand", p => Part(p, joints + 1)), .. s.Children("tool", p => Part(p, joints + 1))];
        foreach (var (name, count) in parts.CountBy(p => p.Name))
            s.Require(count == 1, "links", $"{count} parts are called '{name}'; give each its own name", s["hand"], s["tool"]);
        var pairs = s.Children("may_touch", p => (First: p.Text("first"), Second: p.Text("second")));
        for (var i = 0; i < pairs.Count; i++)
            foreach (var (key, name) in new[] { ("first", pairs[i].First), ("second", pairs[i].Second) })
                s.Require(parts.Any(p => p.Name == name), $"may_touch.{i}.{key}",
                    $"there is no part '{name}'; choose one of {string.Join(", ", parts.Select(p => p.Name))}", s["links"], s["hand"], s["tool"]);
        return new(parts, pairs);
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
            s.Require(min[i] < max[i], "position_min_rad",
                $"joint {i + 1}: {min[i]} rad is not below position_max_rad, {max[i]} rad; swap or correct them", s["position_max_rad"]);
        return [.. Enumerable.Range(0, joints).Select(i => new JointLimits(min[i], max[i], velocity[i], acceleration[i], jerk[i], torque[i], torqueRate[i]))];
    }

    private static Box ReadBox(Section s)
    {
        var box = new Box(s.Vector("min_m", -5, 5, "m"), s.Vector("max_m", -5, 5, "m"));
        for (var axis = 0; axis < 3; axis++)
            s.Require(box.Min[axis] < box.Max[axis], "min_m",
                $"{"xyz"[axis]}: {box.Min[axis]} m is not below max_m, {box.Max[axis]} m; swap or correct them", s["max_m"]);
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
            RotationRateNmRadS = s.Number("rotation_rate_nm_rad_s", 0.1, 1e5, "Nm/rad/s"),
            DampingRatePerS = s.Number("damping_rate_per_s", 0.01, 1e3, "1/s"),
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

    private static GripParameters ReadGrip(Section s) => new(s.Number("force_n", 0.1, 1000, "N"), s.Number("speed_m_s", 0.001, 2, "m/s"));

    private static ImpedanceParameters ReadImpedance(Section s) => new(
        s.Number("translation_stiffness_n_m", 1, 1e4, "N/m"), s.Number("rotation_stiffness_nm_rad", 0.1, 1000, "Nm/rad"),
        s.Number("damping_ratio", 0.1, 2), s.Number("translation_clip_m", 1e-4, 0.2, "m"), s.Number("rotation_clip_rad", 1e-3, 1, "rad"),
        s.Number("nullspace_stiffness_nm_rad", 0, 100, "Nm/rad"), s.Number("translation_integral_n_m_s", 0, 1e4, "N/(m s)"),
        s.Number("rotation_integral_nm_rad_s", 0, 1000, "Nm/(rad s)"),
        s.Number("integral_clip_m_s", 0, 1, "m s"), s.Number("integral_clip_rad_s", 0, 1, "rad s"));

    private static void CheckImpedance(Section s, ImpedanceParameters impedance, SafetyLimits limits)
    {
        Within("translation_stiffness_n_m", impedance.TranslationStiffnessNM,
            "translation_min_n_m", limits.Stiffness.TranslationMinNM, "translation_max_n_m", limits.Stiffness.TranslationMaxNM);
        Within("rotation_stiffness_nm_rad", impedance.RotationStiffnessNmRad,
            "rotation_min_nm_rad", limits.Stiffness.RotationMinNmRad, "rotation_max_nm_rad", limits.Stiffness.RotationMaxNmRad);
        Within("damping_ratio", impedance.DampingRatio,
            "damping_ratio_min", limits.Stiffness.DampingRatioMin, "damping_ratio_max", limits.Stiffness.DampingRatioMax);
        s.Require(impedance.SpringForceBoundN <= limits.CollisionForceN, "impedance.translation_clip_m",
            $"stiffness × clip lets the spring push {impedance.SpringForceBoundN:0.###} N, above limits.collision_force_n, {limits.CollisionForceN} N; "
                + "lower the clip or the stiffness",
            s["impedance.translation_stiffness_n_m"], s["limits.collision_force_n"]);

        void Within(string key, double value, string low, double lowValue, string high, double highValue) =>
            s.Require(value >= lowValue && value <= highValue, "impedance." + key,
                $"{value} is outside limits.stiffness, [{lowValue}, {highValue}]; choose a value inside",
                s["limits.stiffness." + low], s["limits.stiffness." + high]);
    }
}
