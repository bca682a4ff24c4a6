namespace RobotRL.Sessions.Runs;

/// <summary>Whose time a session runs by.</summary>
public enum Pace
{
    /// <summary>Virtual time, as fast as it goes: everything takes turns.</summary>
    Lockstep,

    /// <summary>The wall clock, with the control loop in a process of its own.</summary>
    Realtime,
}
