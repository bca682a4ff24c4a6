using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control;

/// <summary>
/// A simulated world in a control process: after each step its state goes out for whoever draws it, and a scene that was asked for is set up,
/// unless someone commands a robot that is not stopped, or a stop waits for its operator. However many are asked for, the loop sets up one in
/// <see cref="ScenePeriodNs"/> at most.
/// </summary>
/// <param name="world">Stepped and shown.</param>
/// <param name="channel">Where to, and where scenes are asked for: the first arm's.</param>
/// <param name="others">Of the other arms.</param>
public sealed class PublishedWorld(ISimulatedWorld world, ControlChannel channel, params IReadOnlyList<ControlChannel> others) : IPlant
{
    /// <summary>Shortest time from one scene to the next, ns.</summary>
    public const long ScenePeriodNs = 100_000_000;

    private readonly ArmLook[] _arms = [new(channel.Cells), .. others.Select(other => new ArmLook(other.Cells))];
    private SceneRequest _asked;
    private ChannelAnswers _answers;
    private long _asksSeen, _sinceScene = ScenePeriodNs;

    public Stamp Now => world.Now;

    public void Step()
    {
        var before = world.Now;
        world.Step();
        _sinceScene += world.Now.Since(before);
        channel.Cells.Scenes.TryRead(ref _asked, ref _asksSeen);
        var isDue = _asked.Number != _answers.Scenes && _sinceScene >= ScenePeriodNs;
        if (isDue) SetUp();
        channel.World.Publish(world.Now, world);
        // Whoever waits for the scene sees it once this is told.
        if (isDue) channel.Answers.Publish(_answers);
    }

    private void SetUp()
    {
        (_answers.Scenes, _sinceScene) = (_asked.Number, 0);
        foreach (var arm in _arms)
        {
            if (arm.MayBePlaced()) continue;
            _answers.ScenesRefused++;
            return;
        }
        world.Reset(_asked.Seed);
        foreach (var arm in _arms) arm.Placed();
    }

    /// <summary>An arm as it is before a scene is set up around it.</summary>
    private sealed class ArmLook(ControlCells cells)
    {
        private Heartbeat _heartbeat;
        private ControlRecord _record;
        private long _heartbeatsSeen, _recordsSeen;

        public bool MayBePlaced()
        {
            cells.Heartbeats.TryRead(ref _heartbeat, ref _heartbeatsSeen);
            cells.Latest.TryRead(ref _record, ref _recordsSeen);
            return _record.Gate is not (GateState.Stopping or GateState.Retreating) && !_record.NeedsOperator
                && !(_record.Gate == GateState.Running && _heartbeat.IsLeading);
        }

        /// <summary>In the very next tick: an arm that is held would be drawn back to where it was.</summary>
        public void Placed()
        {
            if (_record.Gate != GateState.Running) cells.RequestAutomaticReset();
            else cells.RequestRebase();
        }
    }
}
