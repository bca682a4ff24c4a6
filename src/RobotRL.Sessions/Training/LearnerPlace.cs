namespace RobotRL.Sessions.Training;

/// <summary>Where learning happens while a session acts.</summary>
public enum LearnerPlace
{
    /// <summary>On a thread of the same process.</summary>
    Thread,

    /// <summary>In a process that the session starts, and starts again when it was killed.</summary>
    Process,

    /// <summary>In a process that somebody else starts: <c>robotrl learner RUN</c>.</summary>
    External,
}
