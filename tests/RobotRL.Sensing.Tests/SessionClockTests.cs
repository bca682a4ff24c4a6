using RobotRL.Model;

namespace RobotRL.Sensing.Tests;

public sealed class SessionClockTests
{
    private const long Ms = Samples.Ms;

    //  machine   1000  1005  1013 (late)  1020
    //  session    100   105   110
    //  at 1020                             120, by the states that came soonest
    [Fact]
    public void The_state_that_came_soonest_tells_the_distance_between_the_clocks()
    {
        SessionClock clock = new();
        Assert.Equal(default, clock.At(1));
        clock.Saw(new(100 * Ms), 1000 * Ms);
        clock.Saw(new(105 * Ms), 1005 * Ms);
        clock.Saw(new(110 * Ms), 1013 * Ms);
        Assert.Equal(new(120 * Ms), clock.At(1020 * Ms));
        Assert.Equal(new(95 * Ms), clock.At(995 * Ms)); // a frame is captured before it comes
    }

    [Fact]
    public void A_session_that_fell_behind_is_followed_and_one_that_stands_is_not_outrun()
    {
        SessionClock clock = new();
        for (var i = 0; i < 40; i++) clock.Saw(new((100 + 5 * i) * Ms), (1000 + 5 * i) * Ms);
        Assert.Equal(new((295 + 50) * Ms), clock.At(2000 * Ms)); // no state came any more
        for (var i = 0; i < 40; i++) clock.Saw(new((300 + 5 * i) * Ms), (2000 + 5 * i) * Ms);
        Assert.Equal(new(500 * Ms), clock.At(2200 * Ms));
    }
}
