using RobotRL.Model;

namespace RobotRL.Safety;

/// <summary>
/// What is sent to a robot that closes its own loop, whatever kind it takes: the gated reference or posture after a last look, with a memory of what was sent.
/// Its life is that of the torques of a robot that takes those: placed with the reference, ramped down where no state is known, gone with the power.
/// </summary>
internal sealed class SetPointLimiter
{
    /// <summary>
    /// A robot that integrates velocities strays from the posture meant; so fast it is led back, 1/s, and at no more than a share of a joint's speed.
    /// </summary>
    private const double BackRatePerS = 10, BackShare = 0.1;

    private readonly CommandKind _kind;
    private readonly JointLimits[] _limits;
    private readonly JointSetPointLimiter _joints;
    private readonly PoseSetPointLimiter _pose;
    private readonly FeedForwardLimiter _wrench;

    /// <param name="kind">What the robot takes; not torques.</param>
    /// <param name="limits">The envelope.</param>
    /// <param name="near">How far, m and rad, the arm may be from a pose that was sent and still be where it was sent.</param>
    /// <param name="periodS">Control period, s.</param>
    public SetPointLimiter(CommandKind kind, SafetyLimits limits, (double M, double Rad) near, double periodS)
    {
        (_kind, _limits) = (kind, [.. limits.Joints]);
        _joints = new(_limits, limits.StandstillRad, periodS);
        _pose = new(limits, near, periodS);
        _wrench = new(limits, periodS);
    }

    /// <summary>Whether anything is in force.</summary>
    public bool HasSetPoint => _joints.HasSetPoint;

    /// <summary>Whether what is sent stands still.</summary>
    public bool IsAtRest => _joints.IsAtRest && _pose.IsAtRest && _wrench.Current == Wrench.Zero;

    /// <summary>The seven numbers sent last.</summary>
    public SetPoint Current => !HasSetPoint ? SetPoint.None : _kind switch
    {
        CommandKind.CartesianImpedance => SetPoint.Of(_pose.PoseInBase),
        CommandKind.JointPosition => SetPoint.Of(_joints.PositionRad),
        _ => SetPoint.Of(_joints.VelocityRadS),
    };

    /// <summary>How they move: joint velocities, rad/s, or the twist.</summary>
    public ref readonly JointVelocities JointRadS => ref _joints.VelocityRadS;
    public ref readonly Twist TwistInBase => ref _pose.TwistInBase;
    public ref readonly Wrench FeedForwardInBase => ref _wrench.Current;

    /// <summary>Nothing is in force any more: power is gone, or the arm was put elsewhere.</summary>
    public void Restart()
    {
        _joints.Restart();
        _pose.Restart();
        _wrench.Restart();
    }

    /// <summary>
    /// The reference is about to start anew, from rest: what was sent stays in force meanwhile. One that still moves, as a pose does that goes to an arm
    /// that has just been
    /// held, starts anew as well: where the arm is.
    /// </summary>
    public void Rest()
    {
        if (!IsAtRest) Restart();
        if (_kind == CommandKind.JointVelocity) return; // which is what was sent
        _joints.Rest();
        _pose.Rest();
    }

    /// <summary>These seven numbers were sent last, of a reference that is about to start anew.</summary>
    public void Resume(in SetPoint sent)
    {
        if (sent.IsNone) return;
        JointPositions position = default;
        JointVelocities velocity = default;
        if (_kind == CommandKind.CartesianImpedance) _pose.Resume(sent.ToPose());
        else if (_kind == CommandKind.JointPosition) ((ReadOnlySpan<double>)sent).CopyTo(position);
        else ((ReadOnlySpan<double>)sent).CopyTo(velocity);
        // The posture beside a pose starts anew where the arm is.
        if (_kind != CommandKind.CartesianImpedance) _joints.Resume(position, velocity);
    }

    /// <summary>The reference starts anew.</summary>
    /// <param name="measured">Posture of the arm, rad.</param>
    /// <param name="pose">The reference's, in base.</param>
    public void Place(in JointPositions measured, in Pose pose)
    {
        if (_kind == CommandKind.CartesianImpedance)
        {
            _joints.Restart();
            _pose.Place(pose);
        }
        _joints.Place(measured, sends: _kind != CommandKind.JointVelocity);
    }

    /// <summary>One period toward reference and posture. The flags say what was taken off.</summary>
    /// <param name="isLed">Whether the gate leads the arm: running, or on its way back. Else velocities come to rest and lead back nowhere.</param>
    /// <param name="isHeld">Whether the arm is to stand.</param>
    /// <param name="posture">The posture reference.</param>
    /// <param name="reference">The tool's.</param>
    /// <param name="feedForwardInBase">A wrench to exert beside the spring.</param>
    /// <param name="measured">Posture of the arm, rad.</param>
    public LimitFlags Step(bool isLed, bool isHeld, PostureReference posture, in Pose reference, in Wrench feedForwardInBase, in JointPositions measured)
    {
        if (_kind == CommandKind.JointPosition) return _joints.Move(posture.PositionRad);
        if (_kind == CommandKind.CartesianImpedance)
        {
            var flags = _pose.Move(reference) | _wrench.Step(feedForwardInBase);
            _joints.Move(posture.PositionRad); // the null space's own flags would say that the tool's motion was altered
            return flags;
        }
        var wanted = isHeld ? default : posture.VelocityRadS;
        if (isLed)
            for (var i = 0; i < _limits.Length; i++)
            {
                var most = BackShare * _limits[i].VelocityRadS;
                wanted[i] += Math.Clamp(BackRatePerS * (posture.PositionRad[i] - measured[i]), -most, most);
            }
        return _joints.Turn(wanted, measured);
    }

    /// <summary>Toward rest within the limits, without a state to go by. True once all rest.</summary>
    public bool RampDown()
    {
        var (joints, pose) = (_joints.RampDown(), _pose.RampDown());
        _wrench.Step(Wrench.Zero);
        return joints && pose && _wrench.Current == Wrench.Zero;
    }

    /// <summary>The command, or one without a set-point where none is in force.</summary>
    public SafeCommand Seal(in CartesianStiffness stiffness, in SafeCommand envelope)
    {
        if (!HasSetPoint || envelope.RemovePower) return envelope;
        return _kind switch
        {
            CommandKind.CartesianImpedance =>
                new(_kind, new(_pose.PoseInBase, _pose.TwistInBase, stiffness, _wrench.Current), _joints.PositionRad, default, envelope),
            CommandKind.JointPosition => new(_kind, default, _joints.PositionRad, _joints.VelocityRadS, envelope),
            _ => new(_kind, default, default, _joints.VelocityRadS, envelope),
        };
    }
}
