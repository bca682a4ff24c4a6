using RobotRL.Control;
using RobotRL.Model;
using RobotRL.Robots.Mujoco;
using RobotRL.Robots.Ros2;
using RobotRL.Ros2.Nodes;
using RobotRL.Ros2.Transport;
using RobotRL.Wire.SensorMsgs;

namespace RobotRL.Cells.SimulatedNode;

/// <summary>An arm that another process plays, in the world of this one: it is where its states say, and stays there where none come.</summary>
internal sealed class FollowedArm : IDisposable
{
    private readonly MujocoArm _arm;
    private readonly Ros2ArmParameters _parameters;
    private readonly LatestCell<RobotState> _states = new();
    private readonly IDisposable _topic;
    private RobotState _told, _state;
    private long _seen;

    public FollowedArm(Ros2Node node, MujocoArm arm, Ros2ArmParameters parameters)
    {
        (_arm, _parameters) = (arm, parameters);
        _state.GripperWidthM = arm.GripperWidthM;
        for (var i = 0; i < parameters.JointNames.Count; i++) _state.Position[i] = arm.Description.HomeRad[i];
        _told = _state;
        _topic = node.Subscribe<JointState>(parameters.JointStates.Name, Ros2Robot.QosOf(parameters.JointStates), Take);
    }

    /// <summary>Before the world steps.</summary>
    public void Follow()
    {
        // What no new message confirms stands still.
        if (!_states.TryRead(ref _state, ref _seen)) _state.Velocity = default;
        _arm.Follow(_state);
    }

    public void Dispose() => _topic.Dispose();

    private void Take(JointState told, Arrival arrival)
    {
        for (var i = 0; i < _parameters.JointNames.Count; i++)
        {
            var at = told.Name.IndexOf(_parameters.JointNames[i]);
            if (at < 0 || at >= told.Position.Count || at >= told.Velocity.Count || !double.IsFinite(told.Position[at] + told.Velocity[at])) return;
            (_told.Position[i], _told.Velocity[i]) = (told.Position[at], told.Velocity[at]);
        }
        var finger = _parameters.GripperJoint is { } name ? told.Name.IndexOf(name) : -1;
        if (finger >= 0 && finger < told.Position.Count && double.IsFinite(told.Position[finger])) _told.GripperWidthM = told.Position[finger];
        _states.Publish(_told);
    }
}
