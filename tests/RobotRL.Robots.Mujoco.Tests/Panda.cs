using RobotRL.Model;
using RobotRL.Robots.Mujoco.Binding;

namespace RobotRL.Robots.Mujoco.Tests;

/// <summary>The arm that the scenes hold, as a configuration would describe it, and where the scenes are.</summary>
internal static class Panda
{
    private static readonly double[] Home = [0, 0.188421583164155, 0, -2.400615756028828, 0, 2.5890373391929833, Math.PI / 4];

    public static readonly RobotDescription Description = new()
    {
        Name = "panda",
        Driver = "mujoco",
        Kinematics =
        [
            new(0, 0.333, 0), new(0, 0, -Math.PI / 2), new(0, 0.316, Math.PI / 2), new(0.0825, 0, Math.PI / 2),
            new(-0.0825, 0.384, -Math.PI / 2), new(0, 0, Math.PI / 2), new(0.088, 0, Math.PI / 2),
        ],
        Flange = new(new(0, 0, 0.107), Rotation.Identity),
        Body = RobotBody.None,
        HomeRad = Home,
        Limits = null!, // the gate's, and no gate stands here
        AutoClear = default,
        Impedance = null!,
        Dynamics = null!,
        ForceSensor = null,
        JointSensors = null!,
        ControlPeriodNs = 1_000_000,
        GripperMaxWidthM = 0.08,
        Grip = new(30, 0.1),
    };

    /// <summary>At home where the task's scene has it.</summary>
    public static RobotDescription Describe(TaskKind kind)
    {
        using var model = new MujocoModel(Task(kind).ScenePath);
        return Description with { HomeRad = model.KeyframePosition(model.Keyframe("home"))[..Joints.Max].ToArray() };
    }

    public static TaskDescription Task(TaskKind kind) => new()
    {
        Kind = kind,
        ScenePath = Scene(kind switch { TaskKind.Reach => "reach", TaskKind.PegInsert => "peg-insert", TaskKind.Maze => "maze", _ => "pick-lift" }),
        Actions = new([0, 1, 2], 0.01, 0.05, kind == TaskKind.PickLift),
        Cameras = [],
        EndEffectorInFlange = Tool(kind),
        DecisionPeriodNs = 100_000_000,
        MaxSteps = 100,
        StartOffsetM = Vector3D.Zero,
        StartYawRad = 0,
        ImageMaxAgeNs = 200_000_000,
        Scale = new(0.1, 0.5, 0.1, 0.5, 10, 1, 0.08),
    };

    public static Pose Tool(TaskKind kind) => new(new(0, 0, kind is TaskKind.PegInsert or TaskKind.Maze ? 0.1624 : 0.1034), Rotation.AboutZ(-Math.PI / 4));

    public static string Configuration(string task) => Path.Combine(Root, "robot-configs", "sim", task + ".yaml");

    public static string Scene(string task) => Path.Combine(Root, "robot-configs", "sim", task, "scene.xml");

    private static string Root { get; } = FindRoot(AppContext.BaseDirectory);

    private static string FindRoot(string directory) =>
        File.Exists(Path.Combine(directory, "global.json"))
            ? directory
            : FindRoot(Path.GetDirectoryName(directory) ?? throw new DirectoryNotFoundException("The tests run inside the repository."));
}
