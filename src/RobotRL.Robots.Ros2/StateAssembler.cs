using RobotRL.Control;
using RobotRL.Model;
using RobotRL.Ros2.Nodes;
using RobotRL.Ros2.Transport;
using RobotRL.Sensing;
using RobotRL.Wire.GeometryMsgs;
using RobotRL.Wire.SensorMsgs;
using Pose = RobotRL.Model.Pose;
using Wrench = RobotRL.Model.Wrench;

namespace RobotRL.Robots.Ros2;

/// <summary>
/// Puts a robot's state together from its topics, for the loop to take. All of it runs on the transport's thread.
/// </summary>
internal sealed class StateAssembler
{
    private const double RestRadS = 0.01;

    private readonly RobotDescription _robot;
    private readonly Ros2ArmParameters _arm;
    private readonly WrenchSensor? _sensor;
    private readonly ClockMap _jointClock = new(), _wrenchClock = new();
    private readonly int[] _index;
    private int _gripper = -1;
    private Wrench _wrench;
    private long _wrenchNs, _jumps, _unusable;
    private RobotState _state;
    private bool _isAtRest, _hasJoints;

    public StateAssembler(RobotDescription robot, Ros2ArmParameters arm, Pose endEffectorInFlange)
    {
        (_robot, _arm, _index) = (robot, arm, new int[robot.JointCount]);
        if (arm.Wrench is { } wrench) _sensor = new(robot, wrench, endEffectorInFlange);
    }

    /// <summary>What the loop reads.</summary>
    public LatestCell<RobotState> Latest { get; } = new();

    /// <summary>How often the robot's clock was set while it was listened to.</summary>
    public long ClockJumps => Volatile.Read(ref _jumps);

    /// <summary>Messages that lacked a joint or a value.</summary>
    public long Unusable => Volatile.Read(ref _unusable);

    /// <summary>Whether a message told of all the joints.</summary>
    public bool HasJoints => Volatile.Read(ref _hasJoints);

    /// <summary>Whether messages tell the gripper's width.</summary>
    public bool HasGripper => Volatile.Read(ref _gripper) >= 0;

    /// <summary>Whether readings of the force sensor come, and it is not tared yet.</summary>
    public bool IsTaring => _sensor is { IsReady: false } && Volatile.Read(ref _wrenchNs) != 0;

    /// <summary>Joints that the newest message that could not be used names, and the first of ours that it lacks; for a line at the start.</summary>
    public IReadOnlyList<string> Names { get; private set; } = [];

    /// <inheritdoc cref="Names"/>
    public string? Missing { get; private set; }

    /// <summary>What the sensor felt at rest; null for one that needs no taring.</summary>
    public Wrench? Bias => _sensor is { IsReady: true } && !_arm.Wrench!.IsAtEndEffector ? _sensor.Bias : null;

    public void Take(JointState told, Arrival arrival)
    {
        var arrivedNs = SessionClock.MachineNs;
        if (!TryFind(told)) return;
        if (!_jointClock.TryMap(told.Header.Stamp.Ns, arrivedNs, out var measuredNs)) Interlocked.Increment(ref _jumps);
        var fastest = 0.0;
        for (var i = 0; i < _index.Length; i++)
        {
            var at = _index[i];
            _state.Position[i] = told.Position[at];
            _state.Velocity[i] = told.Velocity[at];
            _state.Effort[i] = _arm.IsEffortTorque && at < told.Effort.Count ? told.Effort[at] : 0;
            fastest = Math.Max(fastest, Math.Abs(_state.Velocity[i]));
        }
        _isAtRest = fastest < RestRadS;
        if (_gripper >= 0) _state.GripperWidthM = told.Position[_gripper];
        _hasJoints = true;
        if (_sensor is { IsReady: false } || (_sensor is not null && _wrenchNs == 0)) return;
        // With a sensor that has fallen silent there is no state any more, which stops the robot.
        if (_sensor is not null && measuredNs - _wrenchNs > _robot.Limits.StateMaxAgeNs) return;
        _state.ExternalWrenchInEndEffector = _wrench;
        _state.CaptureTime = new(measuredNs);
        Latest.Publish(_state);
    }

    public void Take(WrenchStamped told, Arrival arrival)
    {
        if (!_hasJoints) return;
        if (!_wrenchClock.TryMap(told.Header.Stamp.Ns, SessionClock.MachineNs, out _wrenchNs)) Interlocked.Increment(ref _jumps);
        _wrench = _sensor!.Of(told, _state.Position, _isAtRest);
    }

    /// <summary>Where each joint stands in the message. The order rarely changes, and is looked for only where it does.</summary>
    private bool TryFind(JointState told)
    {
        for (var i = 0; i < _index.Length; i++)
        {
            var at = _index[i];
            if (at >= told.Name.Count || told.Name[at] != _arm.JointNames[i]) _index[i] = at = told.Name.IndexOf(_arm.JointNames[i]);
            if (at >= 0 && at < told.Position.Count && at < told.Velocity.Count) continue;
            _index[i] = 0;
            Interlocked.Increment(ref _unusable);
            if (Missing is null) (Missing, Names) = (_arm.JointNames[i], [.. told.Name]);
            return false;
        }
        if (_arm.GripperJoint is not { } name) return true;
        if (_gripper < 0 || _gripper >= told.Name.Count || told.Name[_gripper] != name) _gripper = told.Name.IndexOf(name);
        if (_gripper >= told.Position.Count) _gripper = -1;
        if (_gripper < 0 && Names.Count == 0) Names = [.. told.Name];
        return true;
    }
}
