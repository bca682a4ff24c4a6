using RobotRL.Model;

namespace RobotRL.Sessions.Acting;

/// <summary>Stops and limits as an operator reads them: what happened, and what to do.</summary>
public static class StopWords
{
    /// <summary>In one line, with the code that log and documentation use.</summary>
    public static string Of(FaultCode code)
    {
        var (what, remedy) = Words(code);
        return $"{what} ({code}); {remedy}";
    }

    /// <summary>What holds a motion back; empty where nothing that an operator can go by does.</summary>
    public static string Of(LimitFlags limits)
    {
        List<string> words = [];
        void Add(LimitFlags any, string word)
        {
            if ((limits & any) != 0) words.Add(word);
        }
        Add(LimitFlags.Workspace, "edge of the workspace");
        Add(LimitFlags.KeepOut, "keep-out box");
        Add(LimitFlags.Body | LimitFlags.SelfDistance | LimitFlags.ArmDistance, "part of the arm too near");
        Add(LimitFlags.Orientation, "tilt or turn");
        Add(LimitFlags.JointPosition, "joint at its end");
        Add(LimitFlags.ContactForce, "contact force");
        Add(LimitFlags.Critic, "reflex");
        Add(LimitFlags.TargetRefused, "target refused");
        return string.Join(", ", words);
    }

    private static (string What, string Remedy) Words(FaultCode code) => code switch
    {
        FaultCode.None => ("nothing stopped the robot", "go on"),
        FaultCode.OperatorStop => ("the operator stopped the robot", "look, then clear the stop"),
        FaultCode.DeadmanReleased => ("the operator's device was let go or is gone", "take it up again, then clear the stop"),
        FaultCode.CollisionForce => ("the tool pressed harder than the limit", "look for what it hit; approach more slowly"),
        FaultCode.JointCollision => ("something pushed against the arm", "look for what it touched"),
        FaultCode.SelfCollision => ("two parts of the arm, or two arms, came too close", "lead it back (hold B)"),
        FaultCode.TorqueExceeded => ("a joint pushed harder than it may", "look for what blocks the arm"),
        FaultCode.JointPositionExceeded => ("a joint left its range", "lead it back inside (hold B)"),
        FaultCode.JointVelocityExceeded => ("a joint moved too fast", "move more slowly"),
        FaultCode.WorkspaceExceeded => ("the tool left the workspace", "lead it back inside (hold B)"),
        FaultCode.CartesianVelocityExceeded => ("the tool moved too fast", "move more slowly"),
        FaultCode.OrientationExceeded => ("the tool tilted or turned too far", "lead it back inside (hold B)"),
        FaultCode.StandstillLost => ("something moved the arm while it was held", "look for what pushes or pulls it"),
        FaultCode.RecoveryExhausted => ("the critic found no harmless way on", "take over earlier, or begin elsewhere"),
        FaultCode.CriticFailure => ("the safety critic gave no answer", "check safety.critic and the load of this machine"),
        FaultCode.HeartbeatLost => ("the acting process fell silent", "free a CPU for it: robotrl doctor; the machine is too busy"),
        FaultCode.StaleTarget => ("a decision came too late", "free a CPU for the policy, or lengthen task.decision_period_ms"),
        FaultCode.LoopLate => ("the control loop came late", "give it a CPU and real-time rights: robotrl doctor"),
        FaultCode.LoopEnded => ("the control loop ended", "its message says why; run the same command again"),
        FaultCode.StorageFailure => ("a disk refused to write", "free space or mend it"),
        FaultCode.LimitChangeRefused => ("somebody tried to change a limit", "keep the limits as they are while the robot runs"),
        FaultCode.OtherArmStopped => ("the other arm was stopped", "see to that one; both are cleared together"),
        FaultCode.RobotNotReady => ("the robot does not follow commands", "look at its own screen and make it ready, then clear the stop"),
        FaultCode.ForeignCommander => ("somebody else commands the robot, or speaks in its name", "end the other program, then clear the stop"),
        FaultCode.StaleState or FaultCode.FrozenState => ("the robot's state did not change any more", "check the connection to the robot"),
        FaultCode.SensorError or FaultCode.ForceSensorFailure => ("a sensor failed", "check its cable and its supply"),
        FaultCode.ClockBackward or FaultCode.ClockForward => ("the clock jumped", "keep it steady while the robot runs"),
        FaultCode.ProtocolMismatch => ("actor and control loop are of different versions", "start both from one build"),
        FaultCode.ChannelCorrupt => ("the memory shared with the control loop holds what nobody wrote", "start the control loop anew"),
        FaultCode.NonFiniteState => ("a measured value is no number", "check the robot's sensors"),
        FaultCode.NonFiniteCommand or FaultCode.TargetOutOfRange => ("an action has no meaning", "look at the policy's weights, or at the device"),
        FaultCode.NonFiniteInternal => ("the controller computed what is no number", "report it, with the event file"),
        _ => ("the robot was stopped for a reason that nobody knows", "look at the robot and at the event file"),
    };
}
