namespace RobotRL.Safety;

/// <summary>The arm in the posture that moves along with a reference, and in the one that this will be in a moment.</summary>
/// <param name="Arm">Kinematics now.</param>
/// <param name="Soon">Kinematics then.</param>
/// <param name="SoonS">How far ahead that is, s.</param>
internal readonly record struct PostureLook(ArmKinematics Arm, ArmKinematics Soon, double SoonS = MotionLimiter.LookS);
