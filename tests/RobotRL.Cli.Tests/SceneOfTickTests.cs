using RobotRL.Cells;
using RobotRL.Model;

namespace RobotRL.Cli.Tests;

public sealed class SceneOfTickTests
{
    private const long PeriodNs = 1_000_000;

    // tick     100 100 … 100        101       the writer of the scene lost its CPU after tick 100
    // scene      2   2 …   2  pause 102
    [Fact]
    public void Scene_that_lags_is_waited_for_and_not_taken_for_the_present_one()
    {
        var pauses = 0;
        Assert.True(SceneOfTick.Join(() => At(pauses < 3 ? 100 : 101), () => At(pauses < 3 ? 2 : 102), PeriodNs, () => pauses++));
        Assert.Equal(3, pauses);
    }

    [Fact]
    public void Tick_that_lags_is_taken_anew_without_a_pause()
    {
        var (ticks, pauses) = (0, 0);
        Assert.True(SceneOfTick.Join(() => At(++ticks == 1 ? 90 : 100), () => At(101), PeriodNs, () => pauses++));
        Assert.Equal((2, 0), (ticks, pauses));
    }

    [Fact]
    public void Scene_that_never_comes_is_given_up() => Assert.False(SceneOfTick.Join(() => At(100), () => At(2), PeriodNs, () => { }));

    private static Stamp At(long tick) => new(tick * PeriodNs);
}
