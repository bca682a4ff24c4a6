using System.Text;
using RobotRL.Mcap;
using RobotRL.Model;

namespace RobotRL.Episodes;

/// <summary>
/// Writes the images of one camera to an MCAP file by the ROS 2 profile, as <c>sensor_msgs/msg/Image</c> without loss. The file has the ending <c>.part</c>
/// until it is complete. For one thread.
/// </summary>
public sealed class ImageLog : IDisposable
{
    private readonly string _path;
    private readonly string _camera;
    private readonly McapWriter _mcap;
    private readonly McapChannel _channel;
    private readonly RosMessages _messages;

    /// <param name="path">Written when complete; must not exist.</param>
    /// <param name="camera">Its name, which becomes the frame's and a part of the topic <c>/NAME/image_raw</c>.</param>
    /// <param name="wallClockOffsetNs">Nanoseconds since the epoch at the origin of the clock that the images are stamped by.</param>
    public ImageLog(string path, string camera, long wallClockOffsetNs)
    {
        (_path, _camera, _messages) = (path, camera, new RosMessages(wallClockOffsetNs, []));
        _mcap = new McapWriter(RunFile.Open(Part, FileMode.Create, FileAccess.Write), new McapWriterOptions { Profile = "ros2", Library = "RobotRL" });
        var schema = _mcap.AddSchema(RosMessages.ImageType, "ros2msg", Encoding.UTF8.GetBytes(RosMessages.ImageDefinition));
        _channel = _mcap.AddChannel($"/{camera}/image_raw", "cdr", schema);
    }

    private string Part => _path + ".part";

    public void Write(PolicyImage image)
    {
        var time = _messages.Time(image.CaptureTime);
        _mcap.Write(_channel, time, time, _messages.Write(image, _camera));
    }

    /// <summary>Finishes the file and gives it its name.</summary>
    public void Complete()
    {
        _mcap.Complete();
        _mcap.Dispose();
        File.Move(Part, _path);
    }

    /// <summary>Lets go of the file. One that was not completed keeps the ending, and can be read as far as it goes.</summary>
    public void Dispose() => _mcap.Dispose();
}
