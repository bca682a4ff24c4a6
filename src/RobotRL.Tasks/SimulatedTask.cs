using RobotRL.Model;

namespace RobotRL.Tasks;

/// <summary>A task in a simulated scene: places the objects from the episode's seed and judges by geometry. On the thread that steps the scene.</summary>
public abstract class SimulatedTask : ITask
{
    private protected SimulatedTask(TaskDescription description, IScene scene)
    {
        (Description, Scene) = (description, scene);
        scene.RequireEndEffector(description.EndEffectorInFlange);
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
    public void ReadTruth(ref TaskTruth truth)
    {
        truth = new TaskTruth
        {
            EndEffectorInBase = Scene.EndEffectorInBase,
            GripperWidthM = Scene.GripperWidthM,
            ContactForceN = Scene.ExternalWrenchInEndEffector.Force.Length,
        };
        Judge(ref truth);
        if (truth.Success) truth.Progress = 1;
    }

    /// <summary>Draws the episode's scene.</summary>
    private protected abstract void Place(ref SplitMix64 random);

    /// <summary>Fills goal, grasp, progress and success.</summary>
    private protected abstract void Judge(ref TaskTruth truth);

    /// <summary>1 at zero, falling to 0 at <paramref name="scale"/>.</summary>
    private protected static double Closeness(double distance, double scale) => 1 - Math.Clamp(distance / scale, 0, 1);
}
