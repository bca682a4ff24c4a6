using RobotRL.Control;
using RobotRL.Model;
using RobotRL.Policy;
using RobotRL.Robots.Mujoco;
using RobotRL.Safety;

namespace RobotRL.Lab.Faults;

/// <summary>The simulated robot with a connection that fails on request: what it reports passes through here, its physics does not.</summary>
internal sealed class FaultyRobot(MujocoRobot robot) : IRobot, IPlant
{
    private RobotState _state;
    private long _clockOffsetNs;

    public RobotDescription Description => robot.Description;
    public LoopbackFaults Faults { get; } = new();
    public bool BreaksOff { get; set; }
    public Stamp Now => robot.Now.Plus(_clockOffsetNs);

    public bool TryRead(ref RobotState state)
    {
        if (BreaksOff) throw new IOException("The connection to the arm broke off.");
        if (!robot.TryRead(ref _state)) return false;
        return Faults.TryPass(Now, _state, ref state);
    }

    public SafeCommand LastCommand { get; private set; }

    public void Write(in SafeCommand command)
    {
        LastCommand = command;
        robot.Write(command);
    }

    public void Step()
    {
        robot.Step();
        _clockOffsetNs += Faults.ClockJumpNs;
        Faults.ClockJumpNs = 0;
    }

    public void Dispose() => robot.Dispose();
}
