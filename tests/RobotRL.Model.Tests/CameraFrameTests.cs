namespace RobotRL.Model.Tests;

public sealed class CameraFrameTests
{
    [Fact]
    public void Frame_goes_back_when_its_last_holder_lets_go()
    {
        var returned = 0;
        var frame = new CameraFrame(4, 2, _ => returned++);
        frame.Rent();
        frame.Retain();
        frame.Dispose();
        Assert.Equal(0, returned);
        frame.Dispose();
        Assert.Equal(1, returned);
        Assert.Equal(4 * 2 * 3, frame.Pixels.Length);
    }

    [Fact]
    public void Frame_refuses_to_be_given_back_twice()
    {
        var frame = new CameraFrame(1, 1, _ => { });
        frame.Rent();
        frame.Dispose();
        Assert.Throws<InvalidOperationException>(frame.Dispose);
    }

    [Fact]
    public void Frame_refuses_a_holder_after_it_went_back()
    {
        var frame = new CameraFrame(1, 1, _ => { });
        frame.Rent();
        frame.Dispose();
        Assert.Throws<InvalidOperationException>(() => frame.Retain());
    }

    [Fact]
    public void Frame_refuses_to_be_handed_out_while_held()
    {
        var frame = new CameraFrame(1, 1, _ => { });
        frame.Rent();
        Assert.Throws<InvalidOperationException>(frame.Rent);
    }
}
