using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control;

/// <summary>
/// A simulated world in a control process: after each step its state goes out for whoever draws it, and a scene that was asked for is set up,
/// unless someone commands a robot that is not stopped, or a stop waits for its operator.
/// </summary>
public sealed class PublishedWorld(ISimulatedWorld world, ControlChannel channel) : IPlant
{
    private Heartbeat _heartbeat;
    private ControlRecord _record;
    private long _heartbeatsSeen, _recordsSeen;

    public Stamp Now => world.Now;

    public void Step()
    {
        world.Step();
        ref var header = ref channel.Header;
        var asked = Volatile.Read(ref header.ScenesAsked);
        var isAsked = asked != header.ScenesAnswered;
        if (isAsked) SetUp(header.SceneSeed);
        channel.World.Publish(world.Now, world);
        // Whoever waits for the scene sees it once this is told.
        if (isAsked) Volatile.Write(ref header.ScenesAnswered, asked);
    }

    private void SetUp(ulong seed)
    {
        channel.Cells.Heartbeats.TryRead(ref _heartbeat, ref _heartbeatsSeen);
        channel.Cells.Latest.TryRead(ref _record, ref _recordsSeen);
        if (_record.Gate == GateState.Stopping || _record.NeedsOperator ||
            (_record.Gate == GateState.Running && _heartbeat.State == CommandingState.Commanding))
        {
            channel.Header.ScenesRefused++;
            return;
        }
        world.Reset(seed);
        // In the very next tick: an arm that is held would be drawn back to where it was.
        if (_record.Gate != GateState.Running) channel.Cells.RequestAutomaticReset();
        else channel.Cells.RequestRebase();
    }
}
