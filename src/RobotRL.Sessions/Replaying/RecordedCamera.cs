using RobotRL.Model;

namespace RobotRL.Sessions.Replaying;

/// <summary>A camera that shows the images of a recording, one a capture.</summary>
public sealed class RecordedCamera
{
    private readonly Queue<PolicyImage> _images = new();

    /// <summary>What the next capture but those that wait already shows.</summary>
    public void Show(PolicyImage image) => _images.Enqueue(image);

    public void Capture(CameraFrame frame)
    {
        var image = _images.Dequeue();
        if ((image.Shape.Width, image.Shape.Height) != (frame.Width, frame.Height))
            throw new InvalidDataException($"An image of {image.Shape} was recorded where the configuration says {frame.Width}×{frame.Height}.");
        image.CopyToRgb(frame.Pixels);
        frame.CaptureTime = image.CaptureTime;
    }
}
