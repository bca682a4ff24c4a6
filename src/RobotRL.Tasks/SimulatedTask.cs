using RobotRL.Model;

namespace RobotRL.Tasks;

/// <summary>A task in a simulated scene: places the objects from the episode's seed and judges by geometry. On the thread that steps the scene.</summary>
public abstract class SimulatedTask : ITask
{
    private protected SimulatedTask(TaskDescription description, IScene scene)
    {
        (Description, Scene) = (description, scene);
        foreach (var arm in scene.Arms) arm.RequireEndEffector(description.EndEffectorInFlange);
    }

    public TaskDescription Description { get; }
    public IScene Scene { get; }

    /// <summary>The task that the description names, in the scene that the description names.</summary>
    public static SimulatedTask Create(TaskDescription description, IScene scene) => description.Kind switch
    {
        TaskKind.Reach => new ReachTask(description, scene),
        TaskKind.PegInsert => new PegInsertTask(description, scene),
        TaskKind.PickLift => new PickLiftTask(description, scene),
        TaskKind.Maze => new MazeTask(description, scene),
        _ => throw new ArgumentOutOfRangeException(nameof(description), description.Kind, "No such task."),
    };

    /// <inheritdoc/>
    public void Reset(ulong seed)
    {
        Scene.ReturnHome();
        var random = new SplitMix64(seed);
        Place(ref random);
        Scene.Settle();
    }

    /// <inheritdoc/>
    /// <remarks>The task is achieved when every arm's part is, and has come as far as the part that is furthest behind.</remarks>
    public void ReadTruth(ref CellTruth truth)
    {
        (truth.Success, truth.Progress) = (true, 1);
        for (var arm = 0; arm < Scene.Arms.Count; arm++)
        {
            ref var part = ref truth.Arms[arm];
            ReadTruth(arm, ref part);
            (truth.Success, truth.Progress) = (truth.Success && part.Success, Math.Min(truth.Progress, part.Progress));
        }
    }

    /// <summary>The same of one arm's part.</summary>
    public void ReadTruth(int arm, ref TaskTruth truth)
    {
        var seen = Scene.Arms[arm];
        truth = new TaskTruth
        {
            EndEffectorInBase = seen.EndEffectorInBase,
            GripperWidthM = seen.GripperWidthM,
            ContactForceN = seen.ExternalWrenchInEndEffector.Force.Length,
        };
        Judge(arm, ref truth);
        if (truth.Success) truth.Progress = 1;
    }

    /// <summary>Draws the episode's scene.</summary>
    private protected abstract void Place(ref SplitMix64 random);

    /// <summary>Fills goal, grasp, progress and success of an arm's part.</summary>
    private protected abstract void Judge(int arm, ref TaskTruth truth);

    /// <summary>1 at zero, falling to 0 at <paramref name="scale"/>.</summary>
    private protected static double Closeness(double distance, double scale) => 1 - Math.Clamp(distance / scale, 0, 1);
}
