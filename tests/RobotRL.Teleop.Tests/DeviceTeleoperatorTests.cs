using RobotRL.Model;
using RobotRL.Teleop.Devices;

namespace RobotRL.Teleop.Tests;

/// <summary>What a person at a device is to a session, in virtual time. The session's clock runs 100 s ahead of the messages'.</summary>
public sealed class DeviceTeleoperatorTests
{
    private const double Ahead = 100;

    private readonly List<FaultCode> _stops = [];
    private readonly ActionLayout _layout = ActionLayout.Of(new([0, 1, 2], 0.03, 0.08, true));
    private readonly DeviceHand _hand;
    private readonly DeviceTeleoperator _person;
    private double _now;

    public DeviceTeleoperatorTests()
    {
        _hand = new(_layout, Pads.Pad with { StopsWhenLost = true }, _stops.Add);
        _person = new("anna", _layout, _hand, () => Stamp.FromSeconds(_now), () => Stamp.FromSeconds(_now + Ahead));
    }

    [Fact]
    public void Intervention_lasts_as_long_as_the_deadman_is_held()
    {
        _person.BeginEpisode(EpisodeKind.Online);
        using Arbiter arbiter = new(_person.Identity, _layout);
        List<Intervention> interventions = [];
        using var subscription = arbiter.Interventions.Subscribe(interventions.Add);
        PolicyAction policy = default;
        policy[0].Motion[0] = -1;
        for (var i = 0; i < 10; i++)
        {
            _now = 0.1 * i;
            Send(i is >= 3 and < 6 ? TeleopButtons.Deadman : TeleopButtons.None, i is >= 3 and < 6 ? 0.5f : 0);
            var decision = arbiter.Decide(Stamp.FromSeconds(_now + Ahead), policy, Poll());
            var isHuman = i is >= 3 and < 6;
            Assert.Equal((isHuman ? ActionSource.Human : ActionSource.Policy, isHuman ? 0.5f : -1), (decision.Source, decision.Proposed[0].Motion[0]));
            Assert.Equal(FaultCode.None, decision.Stop);
        }
        Assert.Equal(new("anna", InterventionReason.Requested, Stamp.FromSeconds(100.3), Stamp.FromSeconds(100.6), 3), Assert.Single(interventions));
    }

    [Fact]
    public void Takeover_is_told_by_the_sessions_clock()
    {
        _person.BeginEpisode(EpisodeKind.Online);
        Send();
        _now = 0.05;
        Send(TeleopButtons.Deadman);
        _now = 0.1;
        Assert.Equal(100.051, Poll().RequestedAt!.Value.Seconds, 1e-6);
    }

    [Fact]
    public void Demonstration_begins_with_the_deadman_and_is_the_hands_throughout()
    {
        _person.BeginEpisode(EpisodeKind.Demonstration);
        Send();
        Assert.False(_person.IsReady);
        Assert.Equal((true, InterventionReason.Demonstration, _layout.Rest), (Poll().IsEngaged, Poll().Reason, Poll().Action));
        Send(TeleopButtons.Deadman, 0.5f);
        Assert.True(_person.IsReady);
        Assert.Equal(0.5f, Poll().Action[0].Motion[0]);
        _now = 0.3; // lost
        Assert.Equal((true, _layout.Rest), (Poll().IsEngaged, Poll().Action));
    }

    [Fact]
    public void Nobody_drives_in_an_evaluation()
    {
        _person.BeginEpisode(EpisodeKind.Evaluation);
        Send();
        Send(TeleopButtons.Deadman, 0.5f);
        Assert.False(Poll().IsEngaged);
    }

    //  stop pressed ─ stopped … released … clear pressed ─ goes on, and drives once seen at rest
    [Fact]
    public void Stop_lasts_until_it_is_cleared()
    {
        _person.BeginEpisode(EpisodeKind.Online);
        Send();
        Send(TeleopButtons.Deadman, 0.5f);
        Assert.True(Poll().IsEngaged);
        Send(TeleopButtons.Deadman | TeleopButtons.Stop, 0.5f);
        Assert.Equal([FaultCode.OperatorStop], _stops);
        Assert.Equal((true, false), (Poll().StopRequested, Poll().IsEngaged));
        Send(TeleopButtons.Deadman, 0.5f);
        Assert.True(Poll().StopRequested);
        Assert.StartsWith("STOPPED", _person.Status, StringComparison.Ordinal);
        Send();
        Send(TeleopButtons.Clear);
        Assert.False(Poll().StopRequested);
    }

    [Fact]
    public void Lost_while_it_drives_is_a_stop_that_a_person_clears()
    {
        _person.BeginEpisode(EpisodeKind.Online);
        Send();
        Send(TeleopButtons.Deadman, 0.5f);
        _now = 0.25;
        Assert.Equal((false, true, true), (Poll().IsEngaged, Poll().StopRequested, Poll().DeadmanHeld));
        Assert.Equal([FaultCode.DeadmanReleased], _stops);
        Send(TeleopButtons.Deadman, 0.5f);
        Assert.True(Poll().StopRequested);
        Send();
        Send(TeleopButtons.Clear);
        Assert.False(Poll().StopRequested);
        Send();
        Send(TeleopButtons.Deadman, 0.5f);
        Assert.True(Poll().IsEngaged);
    }

    [Fact]
    public void Any_stop_that_needs_a_person_is_cleared_by_the_device()
    {
        _person.BeginEpisode(EpisodeKind.Online);
        Send();
        _person.RequireClearing();
        Assert.True(Poll().StopRequested);
        Send(TeleopButtons.Clear);
        Assert.False(Poll().StopRequested);
    }

    [Fact]
    public void Word_ends_the_episode_once()
    {
        _person.BeginEpisode(EpisodeKind.Online);
        Send();
        Send(TeleopButtons.Success);
        Assert.NotEmpty(_person.Status); // who looks takes nothing away
        Assert.Equal(EpisodeVerdict.Success, Poll().Verdict);
        Assert.Equal(EpisodeVerdict.None, Poll().Verdict);
    }

    private OperatorCommand Poll() => _person.Poll(new(Stamp.FromSeconds(_now + Ahead), default));

    private void Send(TeleopButtons held = TeleopButtons.None, float x = 0)
    {
        _now += 0.001;
        NormalizedTwist motion = default;
        motion[0] = x;
        var now = Stamp.FromSeconds(_now);
        _hand.Take(new HandMotion(motion, x == 0 ? null : "axis 1", 0), held, new(now.Ns, now, now));
        _now -= 0.001;
    }
}
