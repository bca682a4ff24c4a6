using RobotRL.Model;

namespace RobotRL.Control;

/// <summary>What a robot does wrong on request, <see cref="LoopbackRobot"/> or one behind a connection that fails. Everything off is a healthy arm.</summary>
public sealed class LoopbackFaults
{
    private RobotState _before;
    private Stamp _lastRead = new(long.MinValue);

    /// <summary>Joint whose position reads as not a number; −1 none.</summary>
    public int NonFiniteJoint { get; set; } = -1;

    /// <summary>Values repeat while the stamp goes on.</summary>
    public bool FrozenValues { get; set; }

    /// <summary>The stamp repeats while the values go on.</summary>
    public bool FrozenStamp { get; set; }

    /// <summary>States reach the reader this much too late, ns.</summary>
    public long DelayNs { get; set; }

    /// <summary>So many coming states are lost.</summary>
    public int LostPackets { get; set; }

    /// <summary>Added to the external wrench, in the end-effector frame: N, Nm.</summary>
    public Wrench WrenchSpike { get; set; }

    /// <summary>Moves the clock at the next step by this much, once, ns.</summary>
    public long ClockJumpNs { get; set; }

    /// <summary>The wrench repeats what it read when this was set, or reads zero.</summary>
    public bool FrozenWrench { get; set; }
    public bool DeadWrench { get; set; }

    /// <summary>Joint whose position repeats what it read when this was set, and likewise its velocity; −1 none.</summary>
    public int FrozenPositionJoint { get; set; } = -1;
    public int FrozenVelocityJoint { get; set; } = -1;

    /// <summary>Added to the joints' measured positions, rad.</summary>
    public JointPositions PositionErrorRad { get; set; }

    /// <summary>Added to the joints' measured torques, Nm: a sensor's error, no motion.</summary>
    public JointTorques EffortErrorNm { get; set; }

    /// <summary>What the motors give beyond what they are told, Nm: measured, and it moves the arm while there is power.</summary>
    public JointTorques MotorErrorNm { get; set; }

    /// <summary>A state on its way to the reader: false where it is lost or still under way, and else as it arrives. Once a state, in order.</summary>
    /// <param name="now">The robot's time.</param>
    /// <param name="actual">What is so.</param>
    /// <param name="reported">What is read of it.</param>
    public bool TryPass(Stamp now, in RobotState actual, ref RobotState reported)
    {
        if (LostPackets > 0)
        {
            LostPackets--;
            return false;
        }
        var captured = FrozenStamp ? _lastRead : now.Plus(-DelayNs);
        if (DelayNs > 0 && captured <= _lastRead) return false;
        reported = actual;
        reported.CaptureTime = _lastRead = captured;
        Distort(ref reported);
        return true;
    }

    private void Distort(ref RobotState state)
    {
        ref var wrench = ref state.ExternalWrenchInEndEffector;
        wrench = new(wrench.Force + WrenchSpike.Force, wrench.Torque + WrenchSpike.Torque);
        if (FrozenWrench) wrench = _before.ExternalWrenchInEndEffector;
        if (DeadWrench) wrench = Wrench.Zero;
        if (FrozenValues) (state.Position, state.Velocity) = (_before.Position, _before.Velocity);
        else
        {
            if (FrozenPositionJoint >= 0) state.Position[FrozenPositionJoint] = _before.Position[FrozenPositionJoint];
            if (FrozenVelocityJoint >= 0) state.Velocity[FrozenVelocityJoint] = _before.Velocity[FrozenVelocityJoint];
        }
        // What is added comes after: what is frozen stays what it was, and an error that lasts is added once.
        _before = state;
        for (var i = 0; i < Joints.Max; i++)
        {
            state.Position[i] += PositionErrorRad[i];
            state.Effort[i] += EffortErrorNm[i];
        }
        if (NonFiniteJoint >= 0) state.Position[NonFiniteJoint] = double.NaN;
    }
}
