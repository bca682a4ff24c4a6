using RobotRL.Model;

namespace RobotRL.Configuration;

/// <summary>Conditions between robot, task, operator and learner.</summary>
internal static class CrossChecks
{
    /// <summary>No arm that this drives pushes so hard on a joint.</summary>
    private const double UnwatchedNm = 1000;

    public static void Make(Section root, RunConfiguration c)
    {
        var (robot, task, learner) = (c.Robot, c.Task, c.Learner);
        root.Require(task.DecisionPeriodNs % robot.ControlPeriodNs == 0, "task.decision_period_ms",
            $"{Ms(task.DecisionPeriodNs)} is not a whole multiple of robot.control_period_ms, {Ms(robot.ControlPeriodNs)}; choose one that is",
            "robot.control_period_ms");
        root.Require(robot.Limits.TargetMaxAgeNs > task.DecisionPeriodNs, "robot.limits.target_max_age_ms",
            $"{Ms(robot.Limits.TargetMaxAgeNs)} is not above task.decision_period_ms, {Ms(task.DecisionPeriodNs)}: every target would go stale; raise it",
            "task.decision_period_ms");
        root.Require(robot.Limits.StateMaxAgeNs >= robot.ControlPeriodNs, "robot.limits.state_max_age_ms",
            $"{Ms(robot.Limits.StateMaxAgeNs)} is below robot.control_period_ms, {Ms(robot.ControlPeriodNs)}: every state would be stale; raise it",
            "robot.control_period_ms");
        root.Require(robot.Limits.LoopMaxLateNs >= robot.ControlPeriodNs, "robot.limits.loop_max_late_ms",
            $"{Ms(robot.Limits.LoopMaxLateNs)} is below robot.control_period_ms, {Ms(robot.ControlPeriodNs)}: "
                + "any moment's delay would stop the robot; raise it",
                "robot.control_period_ms");
        var period = task.DecisionPeriodNs * 1e-9;
        Reachable("translation_scale_m", task.Actions.TranslationScaleM / period, "m/s",
            "robot.limits.translation.velocity_m_s", robot.Limits.Translation.Velocity);
        Reachable("rotation_scale_rad", task.Actions.RotationScaleRad / period, "rad/s",
            "robot.limits.rotation.velocity_rad_s", robot.Limits.Rotation.Velocity);
        root.Require(c.Operator.ForceN < robot.Limits.CollisionForceN, "operator.force_n",
            $"{c.Operator.ForceN} N is not below robot.limits.collision_force_n, {robot.Limits.CollisionForceN} N: "
                + "the stop would come before the operator; lower it",
            "robot.limits.collision_force_n");
        root.Require(learner.Method is LearningMethod.Rlpd && learner.DemonstrationShare == 0 || c.Operator.Demonstrations > 0, "operator.demonstrations",
            "the learner draws on demonstrations and there are none; record at least one, or set learner.demonstration_share: 0 with method rlpd",
            "learner.method", "learner.demonstration_share");
        root.Require(c.Safety is null || task.Arms.Count == 0, "safety",
            "a reflex is learned for one arm, and the section 'cell' names two; leave 'safety' out: the gates' limits hold for both", "cell.arms");
        CheckImpedance(root, robot, task.Actions);
        CheckImages(root, task, learner);
        CheckHome(root, robot, task);
        CheckRos2(root, c);
        CheckTeleop(root, c);

        void Reachable(string key, double speed, string unit, string limitKey, double limit) => root.Require(speed <= limit, "task.actions." + key,
            $"asks for {speed:0.###} {unit} at the decision rate, above {limitKey}, {limit}; lower it", "task.decision_period_ms", limitKey);
    }

    /// <summary>A process reaches each domain in one way.</summary>
    private static void CheckTeleop(Section root, RunConfiguration c)
    {
        if (c.Teleop is not { } teleop) return;
        root.Require(teleop.Network is not null || c.Ros2 is not null, "teleop.network",
            "the cell is not behind ROS 2 and has no network of its own; write {domain: 0, interface: 127.0.0.1, distribution: humble}");
        if (teleop.Network is not { } own || c.Ros2 is not { } cell || own.Domain != cell.Domain) return;
        root.Require(own.Interface == cell.Interface && own.Peers.SequenceEqual(cell.Peers) && own.IsHumble == cell.IsHumble, "teleop.network",
            $"domain {own.Domain} is the cell's, which is reached in another way; write teleop.network: cell, or choose another domain", "ros2.domain");
    }

    private static void CheckRos2(Section root, RunConfiguration c)
    {
        root.Require(!c.Robot.IsBehindRos2 || c.Ros2 is not null, "robot.driver",
            $"{c.Robot.Driver} needs to know how the robot is reached; add the section ros2, or choose a cell: --cell robot-configs/ros2/sim.yaml");
        if (c.Ros2 is not { } ros2) return;
        root.Require(ros2.Arms.Count == c.Task.ArmCount, "ros2.arms",
            $"names {ros2.Arms.Count} arms and the cell has {c.Task.ArmCount}; name each", "cell.arms");
        for (var i = 0; i < ros2.Arms.Count; i++)
        {
            var (arm, key) = (ros2.Arms[i], $"ros2.arms.{i}");
            root.Require(ros2.Backend != Ros2Backend.Cyclone || arm.Controller is not { NeedsServices: true }, "ros2.backend",
                $"Cyclone DDS alone carries no services; write rcl and source a ROS 2 installation, or leave out node, payload and tare of {key}.controller");
            var isUnwatched = c.Robot.ForceSensor is not null && c.Robot.Limits.JointCollisionNm.All(nm => nm >= UnwatchedNm);
            root.Require(arm.IsEffortTorque || isUnwatched, $"{key}.effort",
                "motor currents do not show a push on a joint; give the arm a force sensor, and write 1000 for each of robot.limits.joint_collision_nm",
                "robot.limits.joint_collision_nm");
            root.Require(arm.Controller?.Node is null || arm.Profile == Ros2Profile.TargetPose, $"{key}.controller.node",
                "sets the gains of a controller that takes target_pose; choose that profile, or leave it out");
            var takes = Ros2Section.CommandOf(arm.Profile);
            var profiles = string.Join(" or ", Ros2Section.Profiles.Where(p => Ros2Section.CommandOf(p.Value) == c.Robot.Command).Select(p => p.Word));
            root.Require(takes == c.Robot.Command, $"{key}.profile",
                $"{Ros2Section.Profiles.First(p => p.Value == arm.Profile).Word} carries {RobotSection.WordOf(takes)}, and robot.command is "
                    + $"{RobotSection.WordOf(c.Robot.Command)}; write robot.command: {RobotSection.WordOf(takes)}, or profile: {profiles}", "robot.command");
            root.Require(arm.JointNames.Count == c.Robot.JointCount, $"{key}.joint_names",
                $"names {arm.JointNames.Count} joints and the robot file has {c.Robot.JointCount}; name each joint, base to tip", "robot.kinematics");
            var stiffness = c.Robot.Limits.Stiffness;
            root.Require(arm.Profile != Ros2Profile.TargetPose || stiffness.TranslationMinNM == stiffness.TranslationMaxNM
                && stiffness.RotationMinNmRad == stiffness.RotationMaxNmRad && stiffness.DampingRatioMin == stiffness.DampingRatioMax, $"{key}.profile",
                "target_pose sends no stiffness: the controller keeps its own; give robot.limits.stiffness the controller's values as both bounds",
                "robot.limits.stiffness");
            root.Require(arm.Wrench is null == c.Robot.ForceSensor is null, $"{key}.wrench",
                "robot.force_sensor and this must both be there or both be none", "robot.force_sensor");
        }
        foreach (var camera in c.Task.Cameras)
            root.Require(!c.Robot.IsBehindRos2 || camera.Source is not null || ros2.Cameras.ContainsKey(camera.Name), "ros2.cameras",
                $"the task's camera '{camera.Name}' has neither a topic nor a source; add {{name: {camera.Name}, topic: …, reliability: …}}", "task.cameras");
        root.Require(c.Robot.Driver != "ros2" || ros2.SceneTopic is null, "ros2.scene_topic",
            "a real cell shows nobody its scene; leave it out", "robot.driver");
        root.Require(c.Robot.Driver != "ros2_sim" || ros2.SceneTopic is not null, "ros2.scene_topic",
            "a simulated robot shows its scene, which tells it from a real one; name the topic", "robot.driver");
        root.Require(c.Robot.Driver != "ros2" || !c.Task.Observed.Contains(ObservationPart.Goal), "task.observe",
            "nobody knows the goal in a real cell; leave goal out", "robot.driver");
    }

    public static IReadOnlyList<string> Remarks(RunConfiguration c)
    {
        var (impedance, limits) = (c.Robot.Impedance, c.Robot.Limits);
        var beside = c.Task.Actions.WrenchAxes.Count == 0 || limits.Wrench is not { } wrench ? ""
            : $"a wrench of at most {wrench.ForceN} N and {wrench.TorqueNm} Nm beside it; ";
        var spring = $"spring force at most {impedance.SpringForceBoundN:0.#} N an axis "
            + $"({impedance.TranslationStiffnessNM} N/m × {impedance.TranslationClipM} m); {beside}";
        if (c.Robot.ForceSensor is not null)
            return [spring + $"contact softens above {limits.ContactForceN} N, collision stops above {limits.CollisionForceN} N"];
        return [spring + "nothing softens in contact",
            "robot.force_sensor is none: no softening in contact, no stop by collision force at the wrist, and policy and critic read a wrench of zero; "
            + $"a collision stops by the joints' torque alone, above {string.Join(", ", limits.JointCollisionNm)} Nm (robot.limits.joint_collision_nm)"];
    }

    /// <summary>The softest that the policy can ask for lies in the gate's range.</summary>
    private static void CheckImpedance(Section root, RobotDescription robot, ActionSpace actions)
    {
        var (impedance, limits) = (robot.Impedance, robot.Limits.Stiffness);
        var hasSpring = robot.Command is CommandKind.JointTorque or CommandKind.CartesianImpedance;
        root.Require(hasSpring || actions.StiffnessMinShare is null, "task.actions.stiffness_min_share", NoSpring(), "robot.command");
        root.Require(hasSpring || actions.DampingMinShare is null, "task.actions.damping_min_share", NoSpring(), "robot.command");
        if (actions.WrenchAxes.Count > 0) CheckWrench();
        Check("stiffness_min_share", actions.StiffnessMinShare,
            impedance.TranslationStiffnessNM, "translation_stiffness_n_m", limits.TranslationMinNM, "translation_min_n_m");
        Check("stiffness_min_share", actions.StiffnessMinShare,
            impedance.RotationStiffnessNmRad, "rotation_stiffness_nm_rad", limits.RotationMinNmRad, "rotation_min_nm_rad");
        Check("damping_min_share", actions.DampingMinShare, impedance.DampingRatio, "damping_ratio", limits.DampingRatioMin, "damping_ratio_min");

        void CheckWrench()
        {
            root.Require(hasSpring, "task.actions.wrench_axes", NoSpring("wrench"), "robot.command");
            root.Require(robot.Limits.Wrench is not null, "task.actions.wrench_axes",
                "needs its limits; add robot.limits.wrench: {force_n, torque_nm, force_rate_n_s, torque_rate_nm_s}");
            if (robot.Limits.Wrench is not { } most) return;
            root.Require(most.ForceN + impedance.SpringForceBoundN <= robot.Limits.CollisionForceN, "robot.limits.wrench.force_n",
                $"{most.ForceN} N and the spring's {impedance.SpringForceBoundN:0.###} N are more than robot.limits.collision_force_n, "
                + $"{robot.Limits.CollisionForceN} N; lower it", "robot.limits.collision_force_n",
                "robot.impedance.translation_stiffness_n_m", "robot.impedance.translation_clip_m");
            // Over the wire a wrench grows no faster than to what a contact may feel in a tenth of a second; what was executed could not be told otherwise.
            var isOnWire = robot.Command is CommandKind.CartesianImpedance;
            Carries("force_rate_n_s", most.ForceRateNS, 10 * robot.Limits.ContactForceN, "N/s", "robot.limits.contact_force_n");
            Carries("torque_rate_nm_s", most.TorqueRateNmS, 10 * robot.Limits.ContactTorqueNm, "Nm/s", "robot.limits.contact_torque_nm");

            void Carries(string key, double rate, double carried, string unit, string involved) =>
                root.Require(!isOnWire || rate <= carried, "robot.limits.wrench." + key,
                    $"{rate} {unit} is above what robot.command cartesian_impedance carries, {carried} {unit}; lower it", involved);
            root.Require(actions.WrenchScaleN <= most.ForceN, "task.actions.wrench_scale_n",
                $"{actions.WrenchScaleN} N is above robot.limits.wrench.force_n, {most.ForceN} N; lower it", "robot.limits.wrench.force_n");
            root.Require(actions.WrenchScaleNm <= most.TorqueNm, "task.actions.wrench_scale_nm",
                $"{actions.WrenchScaleNm} Nm is above robot.limits.wrench.torque_nm, {most.TorqueNm} Nm; lower it", "robot.limits.wrench.torque_nm");
        }

        string NoSpring(string what = "stiffness or damping") =>
            "robot.command is " + (robot.Command == CommandKind.JointPosition ? "joint_position" : "joint_velocity")
            + $", which knows no {what}; leave this out, or take torque or cartesian_impedance";

        void Check(string key, double? share, double configured, string configuredKey, double least, string leastKey) =>
            root.Require(share is not { } s || s * configured >= least, "task.actions." + key,
            $"{share} of robot.impedance.{configuredKey}, {configured}, is below robot.limits.stiffness.{leastKey}, {least}; raise it",
            "robot.impedance." + configuredKey, "robot.limits.stiffness." + leastKey);
    }

    private static void CheckImages(Section root, TaskDescription task, LearnerParameters learner)
    {
        var hasImages = task.Cameras.Count > 0;
        root.Require(hasImages || learner.Encoder is EncoderKind.None, "learner.encoder",
            "encodes images, but the task has no cameras; set it to none, or list task.cameras", "task.cameras");
        root.Require(!hasImages || learner.Encoder is not EncoderKind.None, "learner.encoder",
            "ignores the task's cameras; set it to convolutional or resnet10, or set task.cameras: []", "task.cameras");
        if (!hasImages || learner.Encoder is EncoderKind.None) return;
        for (var i = 0; i < task.Cameras.Count; i++)
        {
            var image = task.Cameras[i].Image;
            root.Require(image.ShorterEdge >= learner.SmallestImageEdge, $"task.cameras.{i}.image_size_px",
                $"{image} is too small for the encoder, which takes {learner.SmallestImageEdge} pixels and more each way; enlarge it",
                "learner.encoder", "learner.encoder_channels");
        }
        var smallest = task.Cameras.MinBy(c => c.Image.ShorterEdge)!;
        root.Require(2 * learner.CropPadding < smallest.Image.ShorterEdge, "learner.crop_padding_px",
            $"{learner.CropPadding} pixels would crop away half of camera '{smallest.Name}', {smallest.Image.ShorterEdge} pixels; lower it", "task.cameras");
    }

    private static void CheckHome(Section root, RobotDescription robot, TaskDescription task)
    {
        if (robot.Kinematics.Count != robot.HomeRad.Count) return;
        var flange = Pose.Identity;
        for (var i = 0; i < robot.Kinematics.Count; i++)
        {
            var (a, d, alpha) = robot.Kinematics[i];
            flange = flange * new Pose(new(a, 0, 0), Rotation.FromVector(new(alpha, 0, 0))) * new Pose(new(0, 0, d), Rotation.AboutZ(robot.HomeRad[i]));
        }
        var home = (flange * robot.Flange * task.EndEffectorInFlange).Position;
        // Adding zero turns the negative zero of rounding into a plain one.
        var what = $"puts the end effector at [{Math.Round(home.X, 3) + 0}, {Math.Round(home.Y, 3) + 0}, {Math.Round(home.Z, 3) + 0}] m";
        string[] involved = ["robot.kinematics", "robot.flange", "task.end_effector_in_flange", "robot.limits.workspace",
            "task.start_offset_m", "robot.limits.keep_out"];
        foreach (var key in involved.Append("robot.home_rad"))
            if (!root.AllReadable(key)) return;
        var workspace = robot.Limits.Workspace;
        root.Require(workspace.Contains(home - task.StartOffsetM) && workspace.Contains(home + task.StartOffsetM), "robot.home_rad",
            $"{what}, which with task.start_offset_m leaves robot.limits.workspace; move the posture or widen the box");
        for (var i = 0; i < robot.Limits.KeepOut.Count; i++)
            root.Require(!robot.Limits.KeepOut[i].Contains(home), "robot.home_rad", $"{what}, inside robot.limits.keep_out.{i}; move the posture or the box");
    }

    private static string Ms(long ns) => $"{ns * 1e-6:0.######} ms";
}
