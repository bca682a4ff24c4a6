using OpenCvSharp;

namespace RobotRL.Cli.Tests;

/// <summary>Peg insertion whose second camera is a video file: a disc that swings before a grey wall.</summary>
internal sealed class VideoCell
{
    public const int Width = 64, Height = 48, RateHz = 30;

    private const string Side = "    - {name: side, width_px: 128, height_px: 128, crop_x_px: 0, crop_y_px: 0, crop_size_px: 128, image_size_px: 64}\n";

    /// <param name="folder">For both files.</param>
    /// <param name="frames">Of the video.</param>
    /// <param name="dark">From this frame on there is no light.</param>
    /// <param name="more">Keys of the camera's entry.</param>
    public VideoCell(TemporaryFolder folder, int frames = 60, int? dark = null, string more = "light: none")
    {
        (Video, Config) = (folder["front.avi"], folder["cell.yaml"]);
        Write(Video, frames, dark);
        var configs = Path.Combine(RobotrlProcess.Root, "robot-configs");
        var camera = $"    - {{name: front, width_px: {Width}, height_px: {Height}, crop_x_px: 8, crop_y_px: 0, crop_size_px: 48, image_size_px: 24, "
            + $"source: {{kind: video, file: front.avi, loop: true}}, {more}}}\n";
        var text = File.ReadAllText(Path.Combine(RobotrlProcess.Root, Training.PegInsert));
        Assert.Contains(Side, text, StringComparison.Ordinal);
        File.WriteAllText(Config, text.Replace(Side, camera, StringComparison.Ordinal)
            .Replace("../panda/", $"{configs}/panda/", StringComparison.Ordinal).Replace("scene: ", $"scene: {configs}/sim/", StringComparison.Ordinal));
    }

    public string Video { get; }
    public string Config { get; }

    public static void Write(string path, int frames, int? dark = null, int width = Width, int height = Height)
    {
        using VideoWriter writer = new(path, FourCC.FromString("MJPG"), RateHz, new Size(width, height));
        for (var i = 0; i < frames; i++)
        {
            using Mat picture = new(height, width, MatType.CV_8UC3, Scalar.All(i >= dark ? 5 : 110));
            Cv2.Circle(picture, new Point(width / 2 + (int)(width / 4 * Math.Sin(0.3 * i)), height / 2), height / 6, i >= dark ? Scalar.Black : Scalar.Red, -1);
            writer.Write(picture);
        }
    }
}
