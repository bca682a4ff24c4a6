using RobotRL.Configuration;
using RobotRL.Control;
using RobotRL.Ros2.Nodes;
using RobotRL.Ros2.Transport;
using RobotRL.Wire.GeometryMsgs;
using RobotRL.Wire.SensorMsgs;
using RobotRL.Wire.StdMsgs;

namespace RobotRL.Ros2.Tests;

/// <summary>An arm that stands at home and says what a test has it say: for faults of messages and clocks that a healthy robot does not have.</summary>
internal sealed class PlayedRobot : IDisposable
{
    private readonly Ros2Node _node;
    private readonly Thread _thread;
    private volatile bool _ends;

    public PlayedRobot(RunConfiguration configuration, Qos? offered = null)
    {
        var (robot, arm) = (configuration.Robot, configuration.Ros2!.Arms[0]);
        _node = Chosen.Open(Cell.Options(configuration, "played"));
        var joints = _node.Publish<JointState>(arm.JointStates.Name, offered ?? Qos.Default);
        var wrenches = _node.Publish<WrenchStamped>(arm.Wrench!.Topic.Name, Qos.Default);
        Program = _node.Publish<Bool>(arm.ProgramRunningTopic!, Qos.Latched);
        Program.TrySend(new() { Data = true });
        _node.Subscribe<Float64MultiArray>(arm.CommandTopic, Qos.Default, (_, _) => Commands++);
        for (var i = 0; i < robot.JointCount; i++)
        {
            State.Name.Add(arm.JointNames[i]);
            State.Position.Add(robot.HomeRad[i]);
            State.Velocity.Add(0);
            State.Effort.Add(0);
        }
        State.Name.Add(arm.GripperJoint!);
        State.Position.Add(0.04);
        State.Velocity.Add(0);
        State.Effort.Add(0);
        _thread = new(() =>
        {
            using RealtimePacer pacer = new(robot.ControlPeriodNs);
            for (var n = 0L; !_ends; n++)
            {
                if (IsStampFrozen is false) State.Header.Stamp.Ns = (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100 + ClockErrorNs;
                Wrench.Header.Stamp.Ns = State.Header.Stamp.Ns;
                // A healthy sensor's last digits move.
                Wrench.Wrench.Force.X = 1e-6 * (n % 7);
                Change?.Invoke(State);
                if (!IsWrenchSilent) wrenches.TrySend(Wrench);
                if (!IsSilent) joints.TrySend(State);
                pacer.Next();
            }
        });
        _thread.Start();
    }

    public JointState State { get; } = new();
    public WrenchStamped Wrench { get; } = new();
    public Publisher<Bool> Program { get; }
    public long Commands { get; private set; }

    /// <summary>Done to each state before it is sent.</summary>
    public Action<JointState>? Change { get; set; }
    public long ClockErrorNs { get; set; }
    public bool IsStampFrozen { get; set; }
    public bool IsSilent { get; set; }
    public bool IsWrenchSilent { get; set; }

    public void Dispose()
    {
        _ends = true;
        _thread.Join();
        _node.Dispose();
    }
}
