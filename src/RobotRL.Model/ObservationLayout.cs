namespace RobotRL.Model;

/// <summary>A part of what is observed of an arm.</summary>
public enum ObservationPart
{
    /// <summary>Pose of the end effector relative to its pose at the start of the episode: position 3, rotation vector 3.</summary>
    Pose,

    /// <summary>Twist in the end-effector frame: linear 3, angular 3.</summary>
    Twist,

    /// <summary>External wrench in the end-effector frame: force 3, torque 3.</summary>
    Wrench,

    /// <summary>Distance between the fingers: 1.</summary>
    Gripper,

    /// <summary>Joint positions relative to the home posture, one a joint, in units of the rotation scale.</summary>
    JointPositions,

    /// <summary>Joint velocities, one a joint, in units of the angular scale.</summary>
    JointVelocities,

    /// <summary>Where the goal is from the end effector, in its frame: position 3. Only a simulation knows; for tasks without cameras.</summary>
    Goal,
}

/// <summary>A named stretch of the proprioceptive vector.</summary>
/// <param name="Arm">Index of the arm.</param>
/// <param name="Part">What it holds.</param>
/// <param name="Start">First index.</param>
/// <param name="Columns">Name of each value, such as <c>position.x</c>, or <c>left.position.x</c> for a named arm.</param>
public sealed record ObservationBlock(int Arm, ObservationPart Part, int Start, IReadOnlyList<string> Columns)
{
    public int Length => Columns.Count;
}

/// <summary>What a cell's observation is made of: named blocks of proprioception, arm after arm, in the order of their parts, and one image a camera.</summary>
public sealed class ObservationLayout
{
    /// <summary>What is observed of an arm where the task does not say.</summary>
    public static IReadOnlyList<ObservationPart> Standard { get; } =
        [ObservationPart.Pose, ObservationPart.Twist, ObservationPart.Wrench, ObservationPart.Gripper];

    /// <param name="arms">Name and number of joints of each arm; the name of an only arm may be empty.</param>
    /// <param name="parts">What is observed of each.</param>
    /// <param name="images">Image of each camera, in the task's order; null for a cell without cameras.</param>
    public ObservationLayout(IReadOnlyList<(string Name, int Joints)> arms, IReadOnlyList<ObservationPart> parts, IReadOnlyList<ImageBlock>? images = null)
    {
        Images = images ?? [];
        List<ObservationBlock> blocks = [];
        foreach (var (arm, (name, joints)) in arms.Index())
            foreach (var part in parts.Distinct().Order())
                blocks.Add(new(arm, part, blocks.Sum(b => b.Length), [.. Names(part, joints).Select(n => name.Length == 0 ? n : $"{name}.{n}")]));
        Blocks = blocks;
    }

    public IReadOnlyList<ObservationBlock> Blocks { get; }

    /// <summary>Image of each camera.</summary>
    public IReadOnlyList<ImageBlock> Images { get; }

    /// <summary>P, length of the proprioceptive vector.</summary>
    public int Size => Blocks.Sum(b => b.Length);

    /// <summary>Name of each value.</summary>
    public IReadOnlyList<string> Columns => [.. Blocks.SelectMany(b => b.Columns)];

    /// <summary>The block of an arm's part; null where it is not observed.</summary>
    public ObservationBlock? Find(int arm, ObservationPart part) => Blocks.FirstOrDefault(b => b.Arm == arm && b.Part == part);

    private static IEnumerable<string> Names(ObservationPart part, int joints) => part switch
    {
        ObservationPart.Pose => [.. Axes("position"), .. Axes("rotation")],
        ObservationPart.Twist => [.. Axes("linear"), .. Axes("angular")],
        ObservationPart.Wrench => [.. Axes("force"), .. Axes("torque")],
        ObservationPart.Gripper => ["gripper.width"],
        ObservationPart.JointPositions => Enumerable.Range(1, joints).Select(i => $"joint{i}.position"),
        ObservationPart.JointVelocities => Enumerable.Range(1, joints).Select(i => $"joint{i}.velocity"),
        ObservationPart.Goal => Axes("goal"),
        _ => throw new ArgumentOutOfRangeException(nameof(part), part, "No such part."),
    };

    private static string[] Axes(string of) => [$"{of}.x", $"{of}.y", $"{of}.z"];
}
