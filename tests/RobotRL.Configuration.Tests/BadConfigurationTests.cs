namespace RobotRL.Configuration.Tests;

/// <summary>Every way to get a configuration wrong gives its own line, with the place and the remedy, and nothing else.</summary>
public sealed class BadConfigurationTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly string _robot;
    private readonly string _task;

    /// <summary>Working copies of a sample that no tuning changes.</summary>
    public BadConfigurationTests()
    {
        foreach (var file in new[] { "panda/panda.yaml", "sim/scene.xml", "sim/task.yaml" }) _directory.Write(file, File.ReadAllText(Shipped.Sample(file)));
        _robot = Path.Combine(_directory.Path, "panda", "panda.yaml");
        _task = Path.Combine(_directory.Path, "sim", "task.yaml");
    }

    public void Dispose() => _directory.Dispose();

    /// <summary>Text in the task file, what replaces it, the line's text where the error is expected, and the error after <c>file:line: </c>.</summary>
    public static TheoryData<string, string, string, string> TaskCases => new()
    {
        { "max_steps: 60", "", "task:", "task.max_steps: missing; add a whole number from 1 to 10000" },
        { "max_steps: 60", "max_step: 60", "max_step:|task:",
            "task.max_step: unknown key; did you mean 'max_steps'?|task.max_steps: missing; add a whole number from 1 to 10000" },
        { "max_steps: 60", "max_steps: 60\n  zebra: 1", "zebra", "task.zebra: unknown key; remove it" },
        { "max_steps: 60", "max_steps: sixty", "max_steps", "task.max_steps: expected a whole number, found 'sixty'; write one from 1 to 10000" },
        { "max_steps: 60", "max_steps: 60.5", "max_steps", "task.max_steps: expected a whole number, found '60.5'; write one from 1 to 10000" },
        { "max_steps: 60", "max_steps: 0", "max_steps", "task.max_steps: 0 is out of range; write a whole number from 1 to 10000" },
        { "max_steps: 60", "max_steps: '60'", "max_steps", "task.max_steps: '60' is a text, since it is in quotes; write 60 without them" },
        { "max_steps: 60", "max_steps:", "max_steps", "task.max_steps: expected a whole number from 1 to 10000, found nothing; correct it" },
        { "max_steps: 60", "max_steps: {a: 1}", "max_steps", "task.max_steps: expected a whole number from 1 to 10000, found a section; correct it" },
        { "max_steps: 60", "max_steps: 60\n  max_steps: 70", "max_steps: 70", "task.max_steps: written twice (first on line 20); keep one" },
        { "max_steps: 60", "max_steps: *steps", "max_steps",
            "task.max_steps: alias '*steps' is not supported; write the value out|"
            + "task.max_steps: expected a whole number from 1 to 10000, found nothing; correct it" },
        { "max_steps: 60", "max_steps: !int 60", "max_steps", "task.max_steps: tag '!int' is not supported; remove it" },
        { "start_yaw_rad: 0.1", "start_yaw_rad: .nan", "start_yaw_rad",
            "task.start_yaw_rad: .nan is not finite; write a number from 0 to 3.141592653589793 rad" },
        { "start_yaw_rad: 0.1", "start_yaw_rad: -.inf", "start_yaw_rad",
            "task.start_yaw_rad: -.inf is not finite; write a number from 0 to 3.141592653589793 rad" },
        { "start_yaw_rad: 0.1", "start_yaw_rad: 1e999", "start_yaw_rad",
            "task.start_yaw_rad: 1e999 is not finite; write a number from 0 to 3.141592653589793 rad" },
        { "start_yaw_rad: 0.1", "start_yaw_rad: 10", "start_yaw_rad",
            "task.start_yaw_rad: 10 is out of range; write a number from 0 to 3.141592653589793 rad" },
        { "start_offset_m: [0.01, 0.01, 0.01]", "start_offset_m: [0.01, 0.01]", "start_offset_m",
            "task.start_offset_m: has 2 values, needs 3 (x, y, z); give exactly 3" },
        { "start_offset_m: [0.01, 0.01, 0.01]", "start_offset_m: [0.01, up, 0.01]", "start_offset_m",
            "task.start_offset_m.1: expected a number, found 'up'; write a number from 0 to 0.5 m" },
        { "start_offset_m: [0.01, 0.01, 0.01]", "start_offset_m: 0.01", "start_offset_m",
            "task.start_offset_m: expected a list of 3 numbers, x, y, z, found '0.01'; write it in [brackets]" },
        { "start_offset_m: [0.01, 0.01, 0.01]", "start_offset_m: [0.01, 0.01, 0.5]", "  home_rad",
            "robot.home_rad: puts the end effector at [0.5, 0, 0.075] m, which with task.start_offset_m leaves robot.limits.workspace; "
            + "move the posture or widen the box" },
        { "kind: peg_insert", "kind: peg_inserts", "kind",
            "task.kind: 'peg_inserts' is not one of reach, peg_insert, pick_lift, maze; did you mean 'peg_insert'?" },
        { "kind: peg_insert", "kind: pick_lift", "actions", "task.actions.gripper: pick_lift needs the gripper; set it to true" },
        { "axes: [x, y, z, yaw]", "axes: [x, y, z, jaw]", "axes", "task.actions.axes.3: 'jaw' is not one of x, y, z, roll, pitch, yaw; did you mean 'yaw'?" },
        { "axes: [x, y, z, yaw]", "axes: [y, x]", "axes", "task.actions.axes.1: 'x' is repeated or out of order; list them as x, y, z, roll, pitch, yaw" },
        { "axes: [x, y, z, yaw]", "axes: []", "axes", "task.actions.axes: drives nothing; name at least one axis" },
        { "gripper: false", "gripper: false, stiffness_min_share: 0.01", "axes",
            "task.actions.stiffness_min_share: 0.01 of robot.impedance.translation_stiffness_n_m, 1000, "
            + "is below robot.limits.stiffness.translation_min_n_m, 50; raise it" },
        { "gripper: false", "gripper: false, damping_min_share: 0.5", "axes",
            "task.actions.damping_min_share: 0.5 of robot.impedance.damping_ratio, 1, is below robot.limits.stiffness.damping_ratio_min, 0.7; raise it" },
        { "gripper: false", "gripper: false, stiffness_min_share: 1", "axes",
            "task.actions.stiffness_min_share: 1 is out of range; write a number from 0.01 to 0.99" },
        { "gripper: false", "gripper: no", "gripper", "task.actions.gripper: 'no' is not one of true, false; choose one of them" },
        { "translation_scale_m: 0.015", "translation_scale_m: 0.2", "translation_scale_m",
            "task.actions.translation_scale_m: asks for 2 m/s at the decision rate, above robot.limits.translation.velocity_m_s, 1.7; lower it" },
        { "scene: scene.xml", "scene: nowhere.xml", "scene", "task.scene: file '{dir}/sim/nowhere.xml' not found; correct the path (relative to {dir}/sim)" },
        { "scene: scene.xml", "scene: task.yaml", "scene",
            "task.scene: scene file '{dir}/sim/task.yaml' is not XML (Data at the root level is invalid. Line 1, position 1.); correct it" },
        { "name: side", "name: sky", "name: sky", "task.cameras.1.name: the scene has no camera 'sky'; choose one of side, wrist" },
        { "name: side", "name: wrist", "name: wrist#2", "task.cameras.1.name: camera 'wrist' is listed twice; keep one" },
        { "name: side,", "name: side, rate_hz: 10,", "name: side",
            "task.cameras.1.rate_hz: 10 Hz gives a frame every 100 ms and image_max_age_ms allows 100 ms, too little for two; "
            + "raise it to 20 or more, or raise image_max_age_ms" },
        { "name: side,", "name: side, rate_hz: 0,", "name: side", "task.cameras.1.rate_hz: 0 is out of range; write a number from 1 to 1000 Hz" },
        { "name: side,", "name: side, sees_robot: maybe,", "name: side", "task.cameras.1.sees_robot: 'maybe' is not one of true, false; choose one of them" },
        { "name: side, width_px: 128", "name: side, width_px: 96", "name: side",
            "task.cameras.1.crop_size_px: the crop ends at 128, beyond width_px, 96; shrink it or lower crop_x_px" },
        { "name: side, width_px: 128, height_px: 128", "name: side, width_px: 128, height_px: 96", "name: side",
            "task.cameras.1.crop_size_px: the crop ends at 128, beyond height_px, 96; shrink it or lower crop_y_px" },
        { "image_size_px: 64}\n  end", "image_size_px: [64, 48]}\n  end", "name: side",
            "task.cameras.1.image_size_px: 64×48 has not the proportions of crop_size_px, 128×128, and would distort the picture; "
            + "make them alike, or say stretch: true" },
        { "image_size_px: 64}\n  end", "image_size_px: [64]}\n  end", "name: side",
            "task.cameras.1.image_size_px: has 1 values, needs 2 (width, height); give exactly 2, or one number for a square" },
        { "image_size_px: 64}\n  end", "image_size_px: [64, tall]}\n  end", "name: side",
            "task.cameras.1.image_size_px.1: expected a whole number, found 'tall'; write one from 8 to 1024 pixels" },
        { "image_size_px: 64}\n  end", "image_size_px: 64, channels: grey}\n  end", "name: side",
            "task.cameras.1.channels: 'grey' is not one of rgb, gray; did you mean 'gray'?" },
        { "crop_padding_px: 3", "crop_padding_px: 40", "crop_padding_px",
            "learner.crop_padding_px: 40 pixels would crop away half of camera 'wrist', 64 pixels; lower it" },
        { "position_m: [0, 0, 0.1624]", "position_m: [0, 0, 0.1524]", "end_effector",
            "task.end_effector_in_flange: is 10 mm and 0 rad away from the scene's site 'ee', "
            + "which lies at [0, 0, 0.1624] m, [0, 0, -0.785398] rad; make them agree" },
        { "decision_period_ms: 100", "decision_period_ms: 99.5", "decision_period_ms",
            "task.decision_period_ms: 99.5 ms is not a whole multiple of robot.control_period_ms, 1 ms; choose one that is" },
        { "decision_period_ms: 100", "decision_period_ms: 300", "*target_max_age_ms",
            "robot.limits.target_max_age_ms: 250 ms is not above task.decision_period_ms, 300 ms: every target would go stale; raise it" },
        { "file: ../panda/panda.yaml", "file: ../panda/pandas.yaml", "file",
            "robot.file: file '{dir}/panda/pandas.yaml' not found; correct the path (relative to {dir}/sim)" },
        { "contact_force_n: 20", "contact_force_n: 60", "contact_force_n",
            "robot.limits.contact_force_n: 60 N is not below collision_force_n, 50 N; contact must soften before collision stops" },
        { "min_m: [0.42", "min_m: [0.62", "workspace", "robot.limits.workspace.min_m: x: 0.62 m is not below max_m, 0.58 m; swap or correct them" },
        { "translation_clip_m: 0.015", "translation_clip_m: 0.1", "translation_clip_m",
            "robot.impedance.translation_clip_m: stiffness × clip lets the spring push 100 N, above limits.collision_force_n, 50 N; "
            + "lower the clip or the stiffness" },
        { "translation_stiffness_n_m: 1000", "translation_stiffness_n_m: 3000", "translation_stiffness_n_m",
            "robot.impedance.translation_stiffness_n_m: 3000 is outside limits.stiffness, [50, 2000]; choose a value inside" },
        { "encoder: convolutional", "encoder: none", "encoder: none",
            "learner.encoder: ignores the task's cameras; set it to convolutional or resnet10, or set task.cameras: []" },
        { "encoder: convolutional", "encoder: resnet10", "encoder: resnet10",
            "learner.encoder: resnet10 is frozen and needs its weights; add learner.encoder_weights: a safetensors file" },
        { "encoder: convolutional", "encoder: resnet10\n  encoder_weights: task.yaml", "encoder_weights",
            "learner.encoder_weights: '{dir}/sim/task.yaml' is not a whole safetensors file: its header length is impossible; fetch it again" },
        { "ensemble_subset: 2", "ensemble_subset: 3", "ensemble_subset", "learner.ensemble_subset: 3 critics cannot be drawn from ensemble_size, 2; lower it" },
        { "start_after: 100", "start_after: 60000", "start_after",
            "learner.start_after: 60000 is above buffer_capacity, 50000: learning would never start; lower it" },
        { "discount: 0.97", "discount: 1.5", "discount", "learner.discount: 1.5 is out of range; write a number from 0 to 0.9999" },
        { "demonstrations: 20", "demonstrations: 0", "demonstrations",
            "operator.demonstrations: the learner draws on demonstrations and there are none; "
            + "record at least one, or set learner.demonstration_share: 0 with method rlpd" },
        { "\n  force_n: 30", "\n  force_n: 60", "  force_n: 60",
            "operator.force_n: 60 N is not below robot.limits.collision_force_n, 50 N: the stop would come before the operator; lower it" },
        { "learner:\n", "learner: 5\nlerner:\n", "learner: 5|lerner:",
            "learner: expected a section, found '5'; write 'key: value' lines below it|lerner: unknown key; did you mean 'learner'?" },
        { "learner:\n", SafetySample.Text.Replace("risk_threshold: 0.2", "risk_treshold: 0.2") + "learner:\n", "risk_t",
            "safety.risk_treshold: unknown key; did you mean 'risk_threshold'?" },
        { "learner:\n", SafetySample.Text.Replace("hold_s: 1", "hold_s: 0") + "learner:\n", "  hold_s",
            "safety.hold_s: 0 is out of range; write a number from 0.05 to 60 s" },
        { "learner:\n", SafetySample.Text.Replace("mode: on", "mode: yes") + "learner:\n", "mode: yes",
            "safety.mode: 'yes' is not one of off, shadow, on; choose one of them" },
        { "learner:\n", SafetySample.Text.Replace("kind: analytic, ", "") + "learner:\n", "recovery:",
            "safety.recovery.kind: missing; add one of analytic, learned" },
        { "learner:\n", SafetySample.Text + "  critic: nowhere\nlearner:\n", "critic:",
            "safety.critic: folder '{dir}/sim/nowhere' has no critic.json; correct the path (relative to {dir}/sim)" },
        { "task:\n", "task: [\n", "scene:",
            "not YAML (While parsing a flow sequence, did not find expected ',' or ']'.); check indentation, quotes and brackets" },
    };

    /// <summary>The same for the robot file.</summary>
    public static TheoryData<string, string, string, string> RobotCases => new()
    {
        { "name: panda\n", "name: panda\ncommand: joint_positions\n", "command:",
            "robot.command: 'joint_positions' is not one of torque, cartesian_impedance, joint_position, joint_velocity; did you mean 'joint_position'?" },
        { "name: panda\n", "name: panda\ncommand: 3\n", "command:",
            "robot.command: '3' is not one of torque, cartesian_impedance, joint_position, joint_velocity; choose one of them" },
        { "  barrier_rate_per_s: 10 # speed toward a face of the workspace is at most this times the distance to it\n", "",
            "limits:#2", "robot.limits.barrier_rate_per_s: missing; add a number from 0.1 to 100 1/s" },
        { "  collision_torque_nm: 15\n", "", "limits:#2", "robot.limits.collision_torque_nm: missing; add a number from 0.01 to 200 Nm" },
        { "torque_nm: [87, 87, 87, 87, 12, 12, 12]", "torque_nm: [87, 87, 87, 87, 12, 12]", "    torque_nm",
            "robot.limits.joints.torque_nm: has 6 values, needs 7 (one a joint); give exactly 7" },
        { "position_max_rad: [2.8973", "position_max_rad: [-2.9", "position_min_rad",
            "robot.limits.joints.position_min_rad: joint 1: -2.8973 rad is not below position_max_rad, -2.9 rad; swap or correct them" },
        { "position_max_rad: [2.8973, 1.7628", "position_max_rad: [2.8973, 0.1", "@  home_rad",
            "robot.home_rad: joint 2 at 0.188421583164155 rad is outside its limits [-1.7628, 0.1]; choose a posture inside them" },
        { "    rotation_rate_nm_rad_s: 370\n", "", "stiffness:",
            "robot.limits.stiffness.rotation_rate_nm_rad_s: missing; add a number from 0.1 to 100000 Nm/rad/s" },
        { "damping_rate_per_s: 3.3", "damping_rate_per_s: 0", "damping_rate_per_s",
            "robot.limits.stiffness.damping_rate_per_s: 0 is out of range; write a number from 0.01 to 1000 1/s" },
        { "damping_ratio_min: 0.7", "damping_ratio_min: 1.3", "damping_ratio_min",
            "robot.limits.stiffness.damping_ratio_min: 1.3 is above damping_ratio_max, 1.2; swap or correct them" },
        { "joint_collision_nm: [5, 5, 5, 5, 3, 3, 3]", "joint_collision_nm: [5, 5, 5, 5, 3, 3]", "joint_collision_nm",
            "robot.limits.joint_collision_nm: has 6 values, needs 7 (one a joint); give exactly 7" },
        { "observer_rate_per_s: 50", "observer_rate_per_s: 0", "observer_rate_per_s",
            "robot.dynamics.observer_rate_per_s: 0 is out of range; write a number from 1 to 1000 1/s" },
        { "  breakaway_nm:", "  break_away_nm:", "break_away_nm|dynamics:",
            "robot.dynamics.break_away_nm: unknown key; did you mean 'breakaway_nm'?|"
            + "robot.dynamics.breakaway_nm: missing; add a list of 7 numbers, one a joint" },
        { "[0.00185186, 0.00185186, 0.00173138,", "[0.00185186, 0.00185186, 0.0173138,", "{mass_kg: 0.76",
            "robot.dynamics.tool_in_flange.inertia_kg_m2: is no rigid body's: a principal moment is negative or above the sum of the other two; correct it" },
        { "    - {mass_kg: 0.646926", "    # {mass_kg: 0.646926", "  links:#2", "robot.dynamics.links: has 6 bodies, needs 7, one a joint; correct the list" },
        { "range_force_n: 500", "range_force_n: 50", "range_force_n",
            "robot.force_sensor.range_force_n: 50 N is not above limits.collision_force_n, 50 N: a collision would saturate the sensor; lower the limit" },
        { "force_sensor: #", "force_sensor: nothing\nignored: #", "force_sensor: nothing|ignored",
            "robot.force_sensor: expected a section, found 'nothing'; write 'key: value' lines below it|robot.ignored: unknown key; remove it" },
        { "grip: {force_n: 30", "grip: {force_n: 80", "grip: {force_n: 80", "robot.grip.force_n: 80 N is above limits.grip.force_n, 70 N; lower it" },
        { "grip: {force_n: 30, speed_m_s: 0.1", "grip: {force_n: 30, speed_m_s: 0.2", "grip: {force_n: 30",
            "robot.grip.speed_m_s: 0.2 m/s is above limits.grip.speed_m_s, 0.1 m/s; lower it" },
        { "grip: {force_n: 70", "grip: {force_n: 7000", "grip: {force_n: 7000",
            "robot.limits.grip.force_n: 7000 is out of range; write a number from 0.1 to 1000 N" },
        { "  grip: {force_n: 70, speed_m_s: 0.1}\n", "", "limits:#2", "robot.limits.grip: missing; add a section" },
        { "driver: mujoco", "driver: gazebo", "driver", "robot.driver: 'gazebo' is not one of mujoco, loopback, ros2, ros2_sim; choose one of them" },
        { "state_max_age_ms: 5", "state_max_age_ms: 0.5", "state_max_age_ms",
            "robot.limits.state_max_age_ms: 0.5 ms is below robot.control_period_ms, 1 ms: every state would be stale; raise it" },
        { "name: elbow, link: 4", "name: elbow, link: 9", "name: elbow", "robot.body.links.1.link: 9 is out of range; write a whole number from 0 to 7" },
        { "second: elbow", "second: elbo", "may_touch", "robot.body.may_touch.0.second: there is no part 'elbo'; choose one of column, elbow, hand" },
        { "- {name: hand", "- {name: elbow", "  links:#1", "robot.body.links: 2 parts are called 'elbow'; give each its own name" },
        { "  standstill_rad: 0.05\n", "", "limits:#2", "robot.limits.standstill_rad: missing; add a number from 0.001 to 0.5 rad" },
        { "tilt_rad: 0.5", "tilt_rad: 5", "tilt_rad",
            "robot.limits.orientation.tilt_rad: 5 is out of range; write a number from 0.05 to 3.141592653589793 rad" },
        { "loop_max_late_ms: 250", "loop_max_late_ms: 0.5", "loop_max_late_ms",
            "robot.limits.loop_max_late_ms: 0.5 ms is below robot.control_period_ms, 1 ms: any moment's delay would stop the robot; raise it" },
        { "keep_out: []", "keep_out:\n    - {min_m: [0.4, -0.1, 0], max_m: [0.6, 0.1, 0.2]}", "@  home_rad",
            "robot.home_rad: puts the end effector at [0.5, 0, 0.075] m, inside robot.limits.keep_out.0; move the posture or the box" },
    };

    [Theory, MemberData(nameof(TaskCases))]
    public void Bad_task_file_is_refused(string text, string replacement, string place, string expected) => Refused(_task, text, replacement, place, expected);

    [Theory, MemberData(nameof(RobotCases))]
    public void Bad_robot_file_is_refused(string text, string replacement, string place, string expected) =>
        Refused(_robot, text, replacement, place, expected);

    [Fact]
    public void Every_error_is_reported_at_once_in_the_order_of_lines()
    {
        Replace(_robot, "driver: mujoco", "driver: x");
        Replace(_task, "max_steps: 60", "max_steps: -1");
        Replace(_task, "kind: peg_insert", "kind: y");
        var errors = Assert.Throws<ConfigurationException>(() => RunConfiguration.Load(_task, [("learner.discount", "2"), ("learnr.discount", "0.9")])).Errors;
        Assert.Equal(5, errors.Count);
        Assert.Contains("task.kind", errors[0], StringComparison.Ordinal);
        Assert.Contains("task.max_steps", errors[1], StringComparison.Ordinal);
        Assert.Contains("robot.driver", errors[2], StringComparison.Ordinal);
        Assert.Equal("--set learner.discount: 2 is out of range; write a number from 0 to 0.9999", errors[3]);
        Assert.Equal("--set learnr.discount: learnr: unknown key; did you mean 'learner'?", errors[4]);
    }

    [Theory]
    [InlineData("learner.metod", "rlpd", "--set learner.metod: unknown key; did you mean 'method'?")]
    [InlineData("learner.hidden_sizes", "[256,",
        "--set learner.hidden_sizes: not YAML (While parsing a node, did not find expected node content.); check indentation, quotes and brackets")]
    [InlineData("task.cameras.7.name", "side", "--set task.cameras.7.name: 'task.cameras' has no '7'; correct the key")]
    [InlineData("task..kind", "reach", "--set task..kind: not a dotted key; write for example learner.batch_size")]
    [InlineData("robot.limits.contact_force_n", "55",
        "--set robot.limits.contact_force_n: 55 N is not below collision_force_n, 50 N; contact must soften before collision stops")]
    public void Bad_override_is_refused(string key, string value, string expected) =>
        Assert.Equal([expected], Assert.Throws<ConfigurationException>(() => RunConfiguration.Load(_task, [(key, value)])).Errors);

    [Fact]
    public void Missing_file_is_refused()
    {
        var path = Path.Combine(_directory.Path, "none.yaml");
        var error = Assert.Single(Assert.Throws<ConfigurationException>(() => RunConfiguration.Load(path)).Errors);
        Assert.StartsWith($"{path}:1: cannot be read", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Empty_file_misses_every_section()
    {
        var path = _directory.Write("empty.yaml", "{}\n");
        Assert.Equal(["learner", "operator", "robot", "task"], Assert.Throws<ConfigurationException>(() => RunConfiguration.Load(path)).Errors
            .Select(e => e.Split(": ")[1]).Order());
    }

    /// <summary>
    /// The place of each error is text on its line. In front of it, <c>@</c> looks in the other file's way and <c>*</c> in the robot file;
    /// behind it, <c>#2</c> takes the second such line.
    /// </summary>
    private void Refused(string file, string text, string replacement, string place, string expected)
    {
        Replace(file, text, replacement);
        var errors = Assert.Throws<ConfigurationException>(() => RunConfiguration.Load(_task)).Errors;
        var places = place.Split('|');
        var messages = expected.Replace("{dir}", _directory.Path, StringComparison.Ordinal).Split('|');
        Assert.Equal(messages.Select((m, i) => Locate(file, places[Math.Min(i, places.Length - 1)], m)).Order(), errors.Order());
    }

    private string Locate(string file, string place, string message)
    {
        if (place.StartsWith('*')) file = _robot;
        if (place.StartsWith('@')) file = file == _robot ? _task : _robot;
        place = place.TrimStart('*', '@');
        var number = place.Split('#') is [_, var n] ? int.Parse(n) : 1;
        var lines = File.ReadAllLines(file).Index().Where(l => l.Item.Contains(place.Split('#')[0], StringComparison.Ordinal)).ToList();
        return $"{file}:{lines[number - 1].Index + 1}: {message}";
    }

    private static void Replace(string file, string text, string replacement)
    {
        var before = File.ReadAllText(file);
        Assert.Contains(text, before, StringComparison.Ordinal);
        var at = before.IndexOf(text, StringComparison.Ordinal);
        File.WriteAllText(file, string.Concat(before.AsSpan(0, at), replacement, before.AsSpan(at + text.Length)));
    }
}
