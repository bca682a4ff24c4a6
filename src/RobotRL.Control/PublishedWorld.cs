using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control;

/// <summary>
/// A simulated world in a control process: after each step its state goes out for whoever draws it, and a scene that was asked for is set up,
/// unless someone commands a robot that is not stopped, or a stop waits for its operator. However many are asked for, the loop sets up one in
/// <see cref="ScenePeriodNs"/> at most.
/// </summary>
/// <param name="world">Stepped and shown.</param>
/// <param name="channel">Where to.</param>
public sealed class PublishedWorld(ISimulatedWorld world, ControlChannel channel) : IPlant
{
    /// <summary>Shortest time from one scene to the next, ns.</summary>
    public const long ScenePeriodNs = 100_000_000;

    private readonly ControlCells _cells = channel.Cells;
    private SceneRequest _asked;
    private ChannelAnswers _answers;
    private Heartbeat _heartbeat;
    private ControlRecord _record;
    private long _asksSeen, _heartbeatsSeen, _recordsSeen, _sinceScene = ScenePeriodNs;

    public Stamp Now => world.Now;

    public void Step()
    {
        var before = world.Now;
        world.Step();
        _sinceScene += world.Now.Since(before);
        _cells.Scenes.TryRead(ref _asked, ref _asksSeen);
        var isDue = _asked.Number != _answers.Scenes && _sinceScene >= ScenePeriodNs;
        if (isDue) SetUp();
        channel.World.Publish(world.Now, world);
        // Whoever waits for the scene sees it once this is told.
        if (isDue) channel.Answers.Publish(_answers);
    }

    private void SetUp()
    {
        (_answers.Scenes, _sinceScene) = (_asked.Number, 0);
        _cells.Heartbeats.TryRead(ref _heartbeat, ref _heartbeatsSeen);
        _cells.Latest.TryRead(ref _record, ref _recordsSeen);
        if (_record.Gate == GateState.Stopping || _record.NeedsOperator || _record.Gate == GateState.Retreating ||
            (_record.Gate == GateState.Running && _heartbeat.IsLeading))
        {
            _answers.ScenesRefused++;
            return;
        }
        world.Reset(_asked.Seed);
        // In the very next tick: an arm that is held would be drawn back to where it was.
        if (_record.Gate != GateState.Running) _cells.RequestAutomaticReset();
        else _cells.RequestRebase();
    }
}
