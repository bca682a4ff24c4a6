namespace RobotRL.Model;

/// <summary>Geometry that only a simulation knows: for the scripted expert, for success and for plots. Never an input of the policy.</summary>
public struct TaskTruth
{
    /// <summary>X_BE.</summary>
    public Pose EndEffectorInBase;

    /// <summary>Reach: the target. Peg-insert: the socket's mouth centre, z pointing the way the peg goes in. Pick-lift: the cube's centre, orientation of the cube. Maze: the end of the way.</summary>
    public Pose GoalInBase;

    /// <summary>Maze: where the clear way to the goal leads next, m, base frame.</summary>
    public Vector3D WayPointInBase;

    /// <summary>Distance between the fingers, m.</summary>
    public double GripperWidthM;

    /// <summary>Pick-lift: both fingers touch the cube.</summary>
    public bool ObjectGrasped;

    /// <summary>Magnitude of the force on the tool, N.</summary>
    public double ContactForceN;

    /// <summary>Task progress in [0, 1], 1 at success: for the operator's stall detection and for plots.</summary>
    public double Progress;

    /// <summary>Whether the task is achieved now.</summary>
    public bool Success;
}
