using RobotRL.Model;

namespace RobotRL.Configuration;

/// <summary>Reads <c>task</c>: scene, action space, cameras, episode.</summary>
internal static class TaskSection
{
    /// <param name="s">The section.</param>
    /// <param name="arms">The cell's arms by name; none for a single one.</param>
    public static TaskDescription Read(Section s, IReadOnlyList<ArmDescription> arms)
    {
        var scenePath = s.ExistingFile("scene", SceneFile.ContentHash);
        var task = new TaskDescription
        {
            Kind = s.Choice("kind", ("reach", TaskKind.Reach), ("peg_insert", TaskKind.PegInsert), ("pick_lift", TaskKind.PickLift), ("maze", TaskKind.Maze)),
            ScenePath = scenePath ?? "",
            Arms = arms,
            Actions = s.Child("actions", ReadActions),
            Cameras = s.Children("cameras", CameraSection.Read),
            Observed = ReadObserved(s),
            EndEffectorInFlange = s.Child("end_effector_in_flange", ReadPose),
            DecisionPeriodNs = s.DurationNs("decision_period_ms", 10, 2000),
            MaxSteps = s.Integer("max_steps", 1, 10_000),
            StartOffsetM = s.Vector("start_offset_m", 0, 0.5, "m"),
            StartYawRad = s.Number("start_yaw_rad", 0, Math.PI, "rad"),
            ImageMaxAgeNs = s.DurationNs("image_max_age_ms", 1, 2000),
            Scale = s.Child("proprioception_scale", p => new ProprioceptionScale(
                p.Number("position_m", 1e-3, 10, "m"), p.Number("rotation_rad", 1e-3, 10, "rad"), p.Number("linear_m_s", 1e-3, 10, "m/s"),
                p.Number("angular_rad_s", 1e-3, 100, "rad/s"), p.Number("force_n", 0.1, 1000, "N"),
                p.Number("torque_nm", 0.01, 100, "Nm"), p.Number("gripper_width_m", 1e-3, 1, "m"))),
        };
        for (var i = 0; i < task.Cameras.Count; i++)
        {
            var (camera, periodNs) = (task.Cameras[i], task.PeriodNs(task.Cameras[i]));
            s.Require(camera.RateHz is null || 2 * periodNs <= task.ImageMaxAgeNs, $"cameras.{i}.rate_hz",
                $"{camera.RateHz} Hz gives a frame every {periodNs * 1e-6:0.#} ms and image_max_age_ms allows {task.ImageMaxAgeNs * 1e-6:0.#} ms, "
                + $"too little for two; raise it to {2e9 / task.ImageMaxAgeNs:0.#} or more, or raise image_max_age_ms", s["image_max_age_ms"]);
        }
        for (var i = 1; i < task.Cameras.Count; i++)
            s.Require(task.Cameras[i].Source is not UvcSource uvc || !task.Cameras.Take(i).Any(c => c.Source is UvcSource other && other.Device == uvc.Device),
                $"cameras.{i}.source.device", "is another camera's device too, and a device serves one; name another");
        s.Require(task.Actions.HasGripper || task.Kind is not TaskKind.PickLift, "actions.gripper", "pick_lift needs the gripper; set it to true", s["kind"]);
        s.Require(arms.Count == 0 || task.Kind == TaskKind.Reach, "kind", "is a task for one arm; with the section 'cell' choose reach", "cell.arms");
        if (scenePath is not null) CheckAgainstScene(s, task);
        return task;
    }

    public static Pose ReadPose(Section s) =>
        new(s.Vector("position_m", -2, 2, "m"), Rotation.FromVector(s.Vector("rotation_rad", -Math.PI, Math.PI, "rad")));

    /// <summary>Written and hashed only where it is given: without it a configuration stays the one that it was.</summary>
    private static IReadOnlyList<ObservationPart> ReadObserved(Section s)
    {
        if (!s.Has("observe")) return ObservationLayout.Standard;
        var parts = s.Words("observe", "pose", "twist", "wrench", "gripper", "joint_positions", "joint_velocities", "goal");
        s.Require(parts.Length > 0, "observe", "sees nothing of the arm; name at least one part");
        return [.. parts.Select(i => (ObservationPart)i)];
    }

    private static ActionSpace ReadActions(Section s)
    {
        var axes = s.Words("axes", "x", "y", "z", "roll", "pitch", "yaw");
        s.Require(axes.Length > 0, "axes", "drives nothing; name at least one axis");
        var space = new ActionSpace(axes, s.Number("translation_scale_m", 1e-4, 0.5, "m"), s.Number("rotation_scale_rad", 1e-3, 1, "rad"), s.Boolean("gripper"))
        {
            StiffnessMinShare = Share("stiffness_min_share"),
            DampingMinShare = Share("damping_min_share"),
        };
        if (!s.Has("wrench_axes")) return space;
        var wrench = s.Words("wrench_axes", "x", "y", "z", "roll", "pitch", "yaw");
        s.Require(wrench.Length > 0, "wrench_axes", "exerts nothing; name at least one axis, or leave it out");
        return space with
        {
            WrenchAxes = wrench,
            WrenchScaleN = wrench.Any(axis => axis < 3) ? s.Number("wrench_scale_n", 0.01, 1000, "N") : 0,
            WrenchScaleNm = wrench.Any(axis => axis >= 3) ? s.Number("wrench_scale_nm", 0.001, 200, "Nm") : 0,
        };

        // Written and hashed only where it is given: without it a configuration stays the one that it was.
        double? Share(string key) => s.Has(key) ? s.Number(key, 0.01, 0.99) : null;
    }

    private static void CheckAgainstScene(Section s, TaskDescription task)
    {
        var scene = SceneFile.Read(task.ScenePath);
        var cameras = scene.CamerasWith(task.Arms);
        for (var i = 0; i < task.Cameras.Count; i++)
        {
            var (name, key) = (task.Cameras[i].Name, $"cameras.{i}.name");
            s.Require(task.Cameras[i].Source is not null || cameras.Contains(name), key,
                $"the scene has no camera '{name}'; choose one of {string.Join(", ", cameras)}", s["scene"]);
            s.Require(!task.Cameras.Take(i).Any(c => c.Name == name), key, $"camera '{name}' is listed twice; keep one");
        }
        if (scene.EndEffectorInFlange is not { } inScene) return;
        var difference = inScene.Inverse * task.EndEffectorInFlange;
        s.Require(difference.Position.Length < 1e-4 && difference.Orientation.ToVector().Length < 1e-3, "end_effector_in_flange",
            $"is {difference.Position.Length * 1e3:0.##} mm and {difference.Orientation.ToVector().Length:0.####} rad away from the scene's site 'ee', "
            + $"which lies at {Shown(inScene.Position)} m, {Shown(inScene.Orientation.ToVector())} rad; make them agree",
            s["end_effector_in_flange.position_m"], s["end_effector_in_flange.rotation_rad"]);
    }

    private static string Shown(Vector3D v) => $"[{v.X:0.######}, {v.Y:0.######}, {v.Z:0.######}]";
}
