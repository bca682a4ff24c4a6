using RobotRL.Model;

namespace RobotRL.Sensing.Tests;

/// <summary>A picture that is far darker or brighter than when the episode began is a fault once it lasts, and one that passes is none.</summary>
public sealed class LightTests
{
    private static readonly LightBounds Bounds = new(DarkShare: 0.4, BrightShare: 0.2, LastsNs: 100 * Samples.Ms);

    //  t (ms)   0   40   80   120  160  200  240
    //  mean     120 ·    ·    30   30   30   30
    //  begin        50
    //  fault                                 ✕ the first that is more than 100 ms after 120
    [Theory]
    [InlineData(30, "darkened: mean brightness 30 of 255 for 120 ms, and 120 when the episode began")]
    [InlineData(240, "blown out: mean brightness 240 of 255 for 120 ms, and 120 when the episode began")]
    [InlineData(50, null)]
    [InlineData(220, null)]
    public void Light_that_changes_for_longer_than_the_bound_is_a_fault(byte mean, string? what)
    {
        using Streaming streaming = new(seesRobot: false, light: Bounds);
        Show(streaming, 120);
        streaming.To(50);
        streaming.Pipeline.BeginEpisode();
        streaming.To(110);
        Show(streaming, mean);
        streaming.To(239);
        Assert.Empty(streaming.Faults);
        streaming.To(400);
        if (what is null) Assert.Empty(streaming.Faults);
        else Assert.Equal((Samples.At(240), $"camera a: {what}"), Assert.Single(streaming.Faults));
    }

    [Fact]
    public void A_shadow_that_passes_and_one_between_episodes_are_none()
    {
        using Streaming streaming = new(seesRobot: false, light: Bounds);
        Show(streaming, 120);
        streaming.To(50);
        streaming.Pipeline.BeginEpisode();
        for (var t = 110; t < 1000; t += 160)
        {
            streaming.To(t);
            Show(streaming, 30);
            streaming.To(t + 80);
            Show(streaming, 120);
        }
        streaming.To(1110);
        streaming.Pipeline.EndEpisode();
        Show(streaming, 30);
        streaming.To(2000);
        streaming.Pipeline.BeginEpisode(); // in the dark from its beginning on: that is what the others are compared with
        streaming.To(3000);
        Assert.Empty(streaming.Faults);
    }

    private static void Show(Streaming streaming, byte mean) => streaming.Camera.Filling = frame => Array.Fill(frame.Pixels, mean);
}
