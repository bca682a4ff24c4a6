using RobotRL.Model;

namespace RobotRL.Teleop.Tests;

public sealed class ArbiterTests
{
    private static readonly ActionSpace Actions = new([0, 1, 2, 5], 0.015, 0.08, false);
    private static readonly OperatorCommand Driving = new(true, Action(0.5f), InterventionReason.Stalled);

    [Fact]
    public void Policy_drives_while_the_human_watches()
    {
        using var arbiter = new Arbiter("ada", ActionLayout.Of(Actions));
        var decision = arbiter.Decide(Stamp.Zero, Action(0.1f), OperatorCommand.Watching);
        Assert.Equal(new ArbiterDecision(Action(0.1f), ActionSource.Policy, FaultCode.None), decision);
    }

    [Fact]
    public void Engaged_human_wins()
    {
        using var arbiter = new Arbiter("ada", ActionLayout.Of(Actions));
        Assert.Equal(new ArbiterDecision(Action(0.5f), ActionSource.Human, FaultCode.None), arbiter.Decide(Stamp.Zero, Action(0.1f), Driving));
    }

    [Fact]
    public void Stop_and_lost_device_win_over_everything()
    {
        using var arbiter = new Arbiter("ada", ActionLayout.Of(Actions));
        Assert.Equal(FaultCode.OperatorStop, arbiter.Decide(Stamp.Zero, Action(0.1f), Driving with { StopRequested = true }).Stop);
        Assert.Equal(FaultCode.DeadmanReleased, arbiter.Decide(Stamp.Zero, Action(0.1f), Driving with { DeadmanHeld = false }).Stop);
        Assert.Equal(default, arbiter.Decide(Stamp.Zero, Action(0.1f), Driving with { StopRequested = true }).Proposed);
    }

    [Fact]
    public void Axes_outside_the_task_are_dropped_and_bad_numbers_left_for_the_gate()
    {
        using var arbiter = new Arbiter("ada", ActionLayout.Of(Actions));
        var action = Action(float.NaN);
        action[0].Motion[3] = 1;
        action[0].Gripper = GripperCommand.Close;
        var proposed = arbiter.Decide(Stamp.Zero, action, OperatorCommand.Watching).Proposed;
        Assert.True(float.IsNaN(proposed[0].Motion[0]));
        Assert.Equal(0, proposed[0].Motion[3]);
        Assert.Equal(GripperCommand.Stay, proposed[0].Gripper);
    }

    //  t       0   1   2   3   4   5   6   7
    //  human   .   █   █   .   .   █   █   end of episode
    [Fact]
    public void Interventions_are_counted_and_told()
    {
        using var arbiter = new Arbiter("ada", ActionLayout.Of(Actions));
        var told = new List<Intervention>();
        using var subscription = arbiter.Interventions.Subscribe(told.Add);
        foreach (var (t, drives) in new[] { false, true, true, false, false, true, true }.Index())
            arbiter.Decide(Stamp.FromSeconds(t), Action(0), drives ? Driving : OperatorCommand.Watching);
        arbiter.EndEpisode(Stamp.FromSeconds(7));
        arbiter.EndEpisode(Stamp.FromSeconds(8));
        Assert.Equal(
        [
            new Intervention("ada", InterventionReason.Stalled, Stamp.FromSeconds(1), Stamp.FromSeconds(3), 2),
            new Intervention("ada", InterventionReason.Stalled, Stamp.FromSeconds(5), Stamp.FromSeconds(7), 2),
        ], told);
        Assert.Equal(new InterventionStatistics(7, 4, 2), arbiter.Statistics);
        Assert.Equal(4.0 / 7, arbiter.Statistics.Fraction);
    }

    [Fact]
    public void Impedance_goes_on_only_where_the_task_has_it()
    {
        var space = Actions with { StiffnessMinShare = 0.2 };
        using var with = new Arbiter("ada", ActionLayout.Of(space));
        using var without = new Arbiter("ada", ActionLayout.Of(Actions));
        var action = PolicyAction.Of(Action(0)[0] with { Stiffness = -0.5f, Damping = 0.25f });
        Assert.Equal((-0.5f, 0f), Of(with));
        Assert.Equal((0f, 0f), Of(without));

        (float, float) Of(Arbiter arbiter)
        {
            var proposed = arbiter.Decide(default, action, OperatorCommand.Watching).Proposed;
            return (proposed[0].Stiffness, proposed[0].Damping);
        }
    }

    private static PolicyAction Action(float x)
    {
        var action = new PolicyAction();
        action[0].Motion[0] = x;
        return action;
    }
}
