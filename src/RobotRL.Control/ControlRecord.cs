using System.Diagnostics.CodeAnalysis;
using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control;

/// <summary>One tick, as the event recorder keeps it and as the actor reads it.</summary>
public struct ControlRecord
{
    /// <summary>Counts ticks from 1; 0 before the first.</summary>
    public long Tick;

    /// <summary>The tick's time.</summary>
    public Stamp Time;

    /// <summary>How long after its deadline the tick began, ns; 0 in lockstep.</summary>
    public long LatenessNs;

    /// <summary>From the tick's deadline until its command was written, ns; 0 in lockstep.</summary>
    public long CommandNs;

    /// <summary>Deadlines missed by a whole period so far.</summary>
    public long Overruns;

    /// <summary>The newest measured state, and the end effector by kinematics.</summary>
    public RobotState Measured;
    public EndEffectorState EndEffector;

    /// <summary>The target in force, as proposed; with the grip asked for before where it asked for none.</summary>
    public CartesianTarget Target;

    /// <summary>Where the plan to the target, had nothing limited it, is at the end of this period, and what passed the gate.</summary>
    public Pose PlannedInBase;
    public Reference Reference;

    /// <summary>The posture that goes with it, rad.</summary>
    public JointPositions PostureRad;

    /// <summary>Torque of the impedance law and torque sealed, Nm.</summary>
    public JointTorques ProposedTorqueNm;
    public JointTorques TorqueNm;

    /// <summary>What was sealed instead, where the robot closes its own loop: torques are zero then.</summary>
    public SentSetPoint Sent;

    /// <summary>The seven numbers sealed, whatever the kind: torques, or the set-point.</summary>
    [UnscopedRef]
    public readonly ReadOnlySpan<double> Sealed => Sent.Kind == CommandKind.JointTorque ? TorqueNm : Sent.SetPoint;

    public CartesianStiffness Stiffness;

    /// <summary>Exerted beside the spring, of the end effector in its own frame: N, Nm.</summary>
    public Wrench FeedForwardInEndEffector;

    /// <summary>Content of the energy tank, J.</summary>
    public double TankJ;

    /// <summary>Grip sealed; the default while nobody has asked for one.</summary>
    public Grip Grip;

    /// <summary>Limits active in this tick, and in all ticks since the target in force was taken.</summary>
    public LimitFlags Limits;
    public LimitFlags LimitsSinceTarget;

    public GateState Gate;
    public Fault Fault;

    /// <summary>Every cause since the last clearing, and whether one of them is an operator's to clear: whoever commands next finds them here.</summary>
    public FaultSet Causes;
    public bool NeedsOperator;

    /// <summary>Clearings so far: by an operator, and without one.</summary>
    public int OperatorResets, AutomaticResets;

    /// <summary>What the critic says and what its reflex does.</summary>
    public ReflexRecord Reflex;

    /// <summary>Times that the reference started anew from the measured pose without a stop.</summary>
    public long Rebases;

    /// <summary>Refused attempts to change limits so far.</summary>
    public int RefusedLimitChanges;

    /// <summary>What the tick was given beside the measured state.</summary>
    public TickInputs Inputs;
}

/// <summary>What a tick took in beside time and measured state: with those, all that its decisions follow from.</summary>
public struct TickInputs
{
    /// <summary>Whether the measured state was new.</summary>
    public bool IsNewState;

    /// <summary>Whether a target came, and the newest one, admitted or not.</summary>
    public bool HasTarget;
    public CartesianTarget Target;

    /// <summary>The newest sign of life.</summary>
    public Heartbeat Heartbeat;

    /// <summary>Requests taken up in this tick.</summary>
    public bool IsResetAsked, IsAutomaticResetAsked, IsRebaseAsked;
    public FaultSet Stops;
    public int LimitChangesAsked;

    /// <summary>How long after it was due the tick began, skipped deadlines counted, ns.</summary>
    public long BehindNs;

    /// <summary>Sets of critic weights refused before this tick.</summary>
    public int RefusedWeights;

    /// <summary>Where the arm beside this one was in its last tick; zeros in a cell with one arm.</summary>
    public OtherPosture Other;
}
