namespace RobotRL.Model;

/// <summary>What the robot reports once a control period. Measured values only; desired and commanded ones live with the controller.</summary>
public struct RobotState
{
    /// <summary>When the robot sampled this state, on the session's monotonic clock.</summary>
    public Stamp CaptureTime;

    /// <summary>q, rad.</summary>
    public JointPositions Position;

    /// <summary>q̇, rad/s.</summary>
    public JointVelocities Velocity;

    /// <summary>Measured joint torques, Nm: the motors' whole part, what the robot adds against gravity and Coriolis terms included.</summary>
    public JointTorques Effort;

    /// <summary>
    /// What the environment exerts on the tool, at the end effector, in the end-effector frame, tool weight removed: N, Nm. The tool's inertia is not
    /// removed: a sensor behind it feels that too.
    /// </summary>
    public Wrench ExternalWrenchInEndEffector;

    /// <summary>Distance between the fingers, m.</summary>
    public double GripperWidthM;

    /// <summary>
    /// How often a simulation has put the arm elsewhere by no motion at all, so that sensors may differ from what they read before. Always 0 on a real robot.
    /// </summary>
    public int Placements;
}

/// <summary>The Cartesian part of a state, from forward kinematics.</summary>
/// <param name="PoseInBase">X_BE, end effector in base.</param>
/// <param name="TwistInBase">Velocity of the end-effector origin in base axes, (v, ω).</param>
public readonly record struct EndEffectorState(Pose PoseInBase, Twist TwistInBase);
