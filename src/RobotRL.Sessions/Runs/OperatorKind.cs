namespace RobotRL.Sessions.Runs;

/// <summary>Who corrects the policy.</summary>
public enum OperatorKind
{
    /// <summary>A simulated human.</summary>
    Scripted,

    /// <summary>Nobody; demonstrations are the simulated human's.</summary>
    None,

    /// <summary>A person.</summary>
    Live,
}
