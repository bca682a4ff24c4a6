using RobotRL.Model;

namespace RobotRL.Teleop.Tests;

/// <summary>What keys mean, in virtual time.</summary>
public sealed class KeyboardHandTests
{
    private readonly KeyboardHand _hand = new(ActionLayout.Of(new([0, 1, 2], 0.03, 0.08, true)));

    public KeyboardHandTests() => _hand.BeginEpisode(EpisodeKind.Online);

    //  t (s)   0     0.1   0.15        1.0
    //  W       ↓
    //  x       0.5   0.5   0           0
    //  engaged ████████████████████████░░
    [Fact]
    public void Key_moves_for_a_moment_and_engages_for_a_second()
    {
        Assert.False(At(0).IsEngaged);
        Press(ConsoleKey.W, 0);
        Assert.Equal(0.5f, At(0.1).Action[0].Motion[0]);
        Assert.Equal(InterventionReason.Requested, At(0.1).Reason);
        Assert.Equal(0, At(0.16).Action[0].Motion[0]);
        Assert.True(At(0.99).IsEngaged);
        Assert.False(At(1.0).IsEngaged);
    }

    [Fact]
    public void Leading_a_stopped_arm_lasts_as_long_as_its_key_is_held()
    {
        Press(ConsoleKey.X, 0);
        Press(ConsoleKey.B, 1);
        Assert.Equal((StoppedWish.Retreat, true), (At(1.5).Wish, At(1.5).StopRequested));
        Press(ConsoleKey.G, 1.55);
        Assert.Equal(StoppedWish.Guide, At(2.1).Wish);
        Assert.Equal(StoppedWish.None, At(2.2).Wish);
    }

    [Fact]
    public void Demonstration_begins_with_the_first_motion_and_not_with_another_key()
    {
        Assert.True(_hand.IsReady);
        _hand.BeginEpisode(EpisodeKind.Demonstration);
        Assert.False(_hand.IsReady);
        Press(ConsoleKey.D3, 0);
        Press(ConsoleKey.Enter, 0);
        Assert.False(_hand.IsReady);
        Press(ConsoleKey.W, 0.1);
        Assert.True(_hand.IsReady);
        _hand.BeginEpisode(EpisodeKind.Demonstration);
        Assert.False(_hand.IsReady);
    }

    [Theory]
    [InlineData(ConsoleKey.Y, EpisodeVerdict.Success)]
    [InlineData(ConsoleKey.N, EpisodeVerdict.Failure)]
    [InlineData(ConsoleKey.Backspace, EpisodeVerdict.Discard)]
    [InlineData(ConsoleKey.T, EpisodeVerdict.NewScene)]
    public void Verdict_is_said_once_and_does_not_outlast_its_episode(ConsoleKey key, EpisodeVerdict verdict)
    {
        Press(key, 0);
        Assert.Equal((verdict, EpisodeVerdict.None), (At(0.1).Verdict, At(0.2).Verdict));
        Press(key, 0.3);
        _hand.BeginEpisode(EpisodeKind.Online);
        Assert.Equal(EpisodeVerdict.None, At(0.4).Verdict);
    }

    [Fact]
    public void Pause_lasts_until_it_is_taken_back()
    {
        Press(ConsoleKey.P, 0);
        _hand.BeginEpisode(EpisodeKind.Online);
        Assert.True(_hand.WantsPause);
        Press(ConsoleKey.P, 1);
        Assert.False(_hand.WantsPause);
    }

    [Fact]
    public void Escape_hands_back_at_once()
    {
        Press(ConsoleKey.D, 0);
        Press(ConsoleKey.Escape, 0.05);
        Assert.Equal(OperatorCommand.Watching, At(0.06));
    }

    [Fact]
    public void Up_is_up_and_left_is_left()
    {
        Press(ConsoleKey.R, 0);
        Press(ConsoleKey.A, 0);
        var motion = At(0.01).Action[0].Motion;
        var inBase = ToyWorld.Down.Rotate(new(motion[0], motion[1], motion[2]));
        Assert.True(inBase.Z > 0);
        Assert.True(inBase.Y > 0); // seen from behind the robot, which looks along x
    }

    [Fact]
    public void Space_toggles_the_gripper_once_a_press()
    {
        Press(ConsoleKey.Spacebar, 0);
        Assert.Equal(GripperCommand.Close, At(0.01).Action[0].Gripper);
        Assert.Equal(GripperCommand.Stay, At(0.02).Action[0].Gripper);
        Press(ConsoleKey.Spacebar, 0.1);
        Assert.Equal(GripperCommand.Open, At(0.11).Action[0].Gripper);
    }

    [Fact]
    public void Speed_keys_scale_the_motion()
    {
        Press(ConsoleKey.D3, 0);
        Press(ConsoleKey.F, 0);
        Assert.Equal(1, At(0.01).Action[0].Motion[2]);
        Press(ConsoleKey.D1, 0.02);
        Assert.Equal(0.2f, At(0.03).Action[0].Motion[2]);
    }

    [Fact]
    public void Stop_latches_across_episodes_until_cleared()
    {
        Press(ConsoleKey.X, 0);
        Assert.True(At(0.1).StopRequested);
        _hand.BeginEpisode(EpisodeKind.Online);
        Assert.True(At(10).StopRequested);
        Press(ConsoleKey.Enter, 11);
        Assert.False(At(11.1).StopRequested);
    }

    [Fact]
    public void A_stop_that_somebody_has_to_see_to_waits_for_Enter()
    {
        Press(ConsoleKey.Enter, 0);
        _hand.RequireClearing();
        _hand.BeginEpisode(EpisodeKind.Online);
        Assert.True(At(5).StopRequested);
        Press(ConsoleKey.Enter, 6);
        Assert.False(At(6.1).StopRequested);
    }

    [Fact]
    public void Lost_terminal_releases_the_deadman()
    {
        _hand.Lose();
        Assert.False(At(0).DeadmanHeld);
    }

    [Fact]
    public void Demonstration_is_driven_throughout_and_evaluation_never()
    {
        _hand.BeginEpisode(EpisodeKind.Demonstration);
        Assert.Equal(InterventionReason.Demonstration, At(5).Reason);
        _hand.BeginEpisode(EpisodeKind.Evaluation);
        Press(ConsoleKey.W, 6);
        Assert.False(At(6.01).IsEngaged);
    }

    private void Press(ConsoleKey key, double seconds) => _hand.Press(key, Stamp.FromSeconds(seconds + 1));
    private OperatorCommand At(double seconds) => _hand.Command(Stamp.FromSeconds(seconds + 1));
}
