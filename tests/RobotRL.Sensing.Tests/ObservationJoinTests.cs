using CsCheck;
using RobotRL.Model;

namespace RobotRL.Sensing.Tests;

/// <summary>Images may be 50 ms old, states 5 ms.</summary>
public sealed class ObservationJoinTests
{
    private readonly ObservationJoin _join = new(Samples.Task(Samples.Camera("a"), Samples.Camera("b")), 5 * Samples.Ms);

    //  t (ms)  60      80      100     120
    //  a       ·60     ·80             ·120 (future)
    //  b               ·85
    //  state                   ·99 ·101 (future)
    //  join                    ▲ a80, b85, state 99
    [Fact]
    public void Takes_the_newest_at_or_before_the_instant()
    {
        foreach (var t in new[] { 60.0, 80, 120 }) _join.Add(0, Samples.Image(t));
        _join.Add(1, Samples.Image(85));
        _join.Add(Samples.State(99, new(1, 0, 0)));
        _join.Add(Samples.State(101, new(2, 0, 0)));
        var observation = _join.At(Samples.At(100));
        Assert.Equal([Samples.At(80), Samples.At(85)], observation.Images.Select(i => i.CaptureTime));
        Assert.Equal(Samples.At(100), observation.Time);
        Assert.All(observation.Proprioception[..6], v => Assert.Equal(0, v)); // the first pose of an episode is its origin
    }

    [Theory]
    [InlineData(49, 99, 99, FaultCode.SensorError, "camera a")]
    [InlineData(99, 49, 99, FaultCode.SensorError, "camera b")]
    [InlineData(99, 99, 94, FaultCode.StaleState, "robot state")]
    [InlineData(101, 99, 99, FaultCode.SensorError, "camera a")]
    public void Late_or_missing_source_is_a_fault(double a, double b, double state, FaultCode code, string source)
    {
        _join.Add(0, Samples.Image(a));
        _join.Add(1, Samples.Image(b));
        _join.Add(Samples.State(state));
        var fault = Assert.Throws<SensorFaultException>(() => _join.At(Samples.At(100)));
        Assert.Equal((code, StopCategory.Category2), (fault.Fault.Code, fault.Fault.Category));
        Assert.StartsWith(source, fault.Message, StringComparison.Ordinal);
    }

    //  One stamp ahead by more than the bound is another clock's, though what came before it is recent enough.
    [Theory]
    [InlineData(151, 99, 99, FaultCode.SensorError, "camera a")]
    [InlineData(99, 60_100, 99, FaultCode.SensorError, "camera b")]
    [InlineData(99, 99, 106, FaultCode.ClockForward, "robot state")]
    [InlineData(99, 99, 9e12, FaultCode.ClockForward, "robot state")]
    public void A_stamp_from_the_future_is_a_fault(double a, double b, double state, FaultCode code, string source)
    {
        foreach (var camera in (ReadOnlySpan<int>)[0, 1]) _join.Add(camera, Samples.Image(98));
        _join.Add(Samples.State(98));
        _join.Add(0, Samples.Image(a));
        _join.Add(1, Samples.Image(b));
        _join.Add(Samples.State(state));
        var fault = Assert.Throws<SensorFaultException>(() => _join.At(Samples.At(100)));
        Assert.Equal(code, fault.Fault.Code);
        Assert.StartsWith(source, fault.Message, StringComparison.Ordinal);
        Assert.Contains("ahead", fault.Message, StringComparison.Ordinal);
    }

    //  a frozen source repeats its stamp, a broken one goes back: neither counts as news
    [Fact]
    public void Repeated_and_backward_stamps_are_not_news()
    {
        var first = Samples.Image(60);
        _join.Add(0, first);
        _join.Add(0, Samples.Image(60));
        _join.Add(0, Samples.Image(55));
        _join.Add(1, Samples.Image(60));
        _join.Add(Samples.State(100));
        Assert.Same(first, _join.At(Samples.At(100)).Images[0]);
        _join.Add(Samples.State(111));
        Assert.Throws<SensorFaultException>(() => _join.At(Samples.At(111)));
    }

    [Fact]
    public void Result_does_not_depend_on_how_sources_interleave() => Gen.Shuffle(Enumerable.Range(0, 3).ToArray()).Sample(order =>
    {
        var join = new ObservationJoin(Samples.Task(Samples.Camera("a"), Samples.Camera("b")), 5 * Samples.Ms);
        foreach (var source in order)
            for (var t = 91.0; t <= 105; t += 2)
            {
                if (source == 2) join.Add(Samples.State(t, new(t, 0, 0)));
                else join.Add(source, Samples.Image(t + source));
            }
        var observation = join.At(Samples.At(100));
        return observation.Images[0].CaptureTime == Samples.At(99) && observation.Images[1].CaptureTime == Samples.At(100);
    });

    [Fact]
    public void Proprioception_is_relative_scaled_and_clipped()
    {
        var start = new Pose(new(0.5, 0, 0.2), Rotation.FromVector(new(0, Math.PI, 0)));
        var pose = start * new Pose(new(0.05, 0, 0), Rotation.FromVector(new(0, 0, 0.25)));
        var twistInTool = new Twist(new(0.02, 0.04, 0), new(0, 0, 0.5));
        var state = new ToolState(Samples.At(1), new(pose, twistInTool.Rotated(pose.Orientation)), new(new(0, 0, -10), new(1, 0, 9000)), 0.04);
        var values = Proprioception.Build(ToolStates.Of(state), [start], Samples.Task().Scale, StandardSize.Layout);
        float[] expected = [0.5f, 0, 0, 0, 0, 0.5f, 0.1f, 0.2f, 0, 0, 0, 0.5f, 0, 0, -0.5f, 0.5f, 0, 10, 0.5f];
        for (var i = 0; i < StandardSize.Proprioception; i++) Assert.Equal(expected[i], values[i], 1e-5f);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void State_that_is_not_finite_is_a_fault(double value)
    {
        var state = Samples.Tool(1) with { ExternalWrenchInEndEffector = new(new(value, 0, 0), Vector3D.Zero) };
        var fault = Assert.Throws<SensorFaultException>(
            () => Proprioception.Build(ToolStates.Of(state), [Pose.Identity], Samples.Task().Scale, StandardSize.Layout));
        Assert.Equal(FaultCode.NonFiniteState, fault.Fault.Code);
    }
}
