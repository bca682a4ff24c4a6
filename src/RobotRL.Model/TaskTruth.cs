using System.Runtime.CompilerServices;

namespace RobotRL.Model;

/// <summary>
/// Geometry that only a simulation knows, of one arm's part of a task: for the scripted expert, for success and for plots. Never an input of the
/// policy.
/// </summary>
public struct TaskTruth
{
    /// <summary>X_BE.</summary>
    public Pose EndEffectorInBase;

    /// <summary>
    /// Reach: the target. Peg-insert: the socket's mouth centre, z pointing the way the peg goes in. Pick-lift: the cube's centre, orientation of the
    /// cube. Maze: the end of the way.
    /// </summary>
    public Pose GoalInBase;

    /// <summary>Maze: where the clear way to the goal leads next, m, base frame.</summary>
    public Vector3D WayPointInBase;

    /// <summary>Distance between the fingers, m.</summary>
    public double GripperWidthM;

    /// <summary>Pick-lift: both fingers touch the cube.</summary>
    public bool ObjectGrasped;

    /// <summary>Magnitude of the force on the tool, N.</summary>
    public double ContactForceN;

    /// <summary>Progress in [0, 1], 1 at success: for the operator's stall detection and for plots.</summary>
    public double Progress;

    /// <summary>Whether this arm's part is achieved now.</summary>
    public bool Success;

    /// <summary>From the end effector to the goal, in the end effector's frame, m.</summary>
    public readonly Vector3D GoalInEndEffector => EndEffectorInBase.Inverse.Transform(GoalInBase.Position);
}

/// <summary>How a task stands: each arm's part of it, and the whole.</summary>
public struct CellTruth
{
    /// <summary>In the order of the cell's arms.</summary>
    public TruthOfArms Arms;

    /// <summary>Task progress in [0, 1], 1 at success.</summary>
    public double Progress;

    /// <summary>Whether the task is achieved now.</summary>
    public bool Success;

    /// <summary>The largest of the forces on the tools, N.</summary>
    public readonly double ContactForceN => Math.Max(Arms[0].ContactForceN, Arms[1].ContactForceN);

    /// <summary>Of a cell with one arm.</summary>
    public static CellTruth Of(in TaskTruth only)
    {
        CellTruth truth = new() { Progress = only.Progress, Success = only.Success };
        truth.Arms[0] = only;
        return truth;
    }
}

/// <summary>A <see cref="TaskTruth"/> for each arm that a cell can have.</summary>
[InlineArray(PolicyAction.MostArms)]
public struct TruthOfArms
{
    private TaskTruth _first;
}
