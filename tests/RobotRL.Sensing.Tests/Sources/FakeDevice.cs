using OpenCvSharp;
using RobotRL.Sensing.Sources;

namespace RobotRL.Sensing.Tests.Sources;

/// <summary>The far end of the wire: takes what is set, but for what a test says that it does not take.</summary>
internal sealed class FakeDevice : ICaptureDevice
{
    public Dictionary<VideoCaptureProperties, double> Values { get; } = [];

    /// <summary>Values that it keeps, whatever is asked for.</summary>
    public Dictionary<VideoCaptureProperties, double> Stubborn { get; } = [];

    /// <summary>In the order in which they were asked for.</summary>
    public List<VideoCaptureProperties> Asked { get; } = [];

    public bool IsOpen { get; init; } = true;
    public bool HasFrames { get; set; } = true;
    public bool IsClosed { get; private set; }
    public Size Picture { get; set; } = new(64, 48);

    public void Set(VideoCaptureProperties property, double value)
    {
        Asked.Add(property);
        Values[property] = value;
    }

    public double Get(VideoCaptureProperties property) => Stubborn.TryGetValue(property, out var kept) ? kept : Values.GetValueOrDefault(property, -1);

    public bool Grab() => HasFrames;

    public bool Retrieve(Mat image)
    {
        using Mat picture = new(Picture, MatType.CV_8UC3, new Scalar(1, 2, 3));
        picture.CopyTo(image);
        return true;
    }

    public void Dispose() => IsClosed = true;
}
