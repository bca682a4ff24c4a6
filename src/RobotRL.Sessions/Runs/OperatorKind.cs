namespace RobotRL.Sessions.Runs;

/// <summary>Who corrects the policy.</summary>
public enum OperatorKind
{
    /// <summary>A simulated human.</summary>
    Scripted,

    /// <summary>Nobody; demonstrations are the simulated human's.</summary>
    None,

    /// <summary>A person at the keys of this terminal.</summary>
    Live,

    /// <summary>A person at a device whose messages come over ROS 2.</summary>
    Ros2,
}

/// <summary>What the kinds of operators have in common.</summary>
public static class OperatorKinds
{
    public static bool IsPerson(this OperatorKind kind) => kind is OperatorKind.Live or OperatorKind.Ros2;

    /// <summary>As written on a command line.</summary>
    public static string Word(this OperatorKind kind) => kind.ToString().ToLowerInvariant();
}
