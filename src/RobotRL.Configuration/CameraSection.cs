using System.Security.Cryptography;
using RobotRL.Model;

namespace RobotRL.Configuration;

/// <summary>Reads an entry of <c>task.cameras</c>: the picture and the part of it that the policy sees, the source, the lens, the light.</summary>
internal static class CameraSection
{
    private static readonly string[] PixelFormats = ["MJPG", "YUYV", "UYVY", "NV12", "GREY", "BGR3", "RGB3"];

    public static CameraDescription Read(Section s)
    {
        var (name, width, height) = (s.Text("name"), s.Integer("width_px", 16, 4096, "pixels"), s.Integer("height_px", 16, 4096, "pixels"));
        var (x, y) = (s.Integer("crop_x_px", 0, 4095, "pixels"), s.Integer("crop_y_px", 0, 4095, "pixels"));
        var (crop, image) = (s.Size("crop_size_px", 8, 4096), s.Size("image_size_px", 8, 1024));
        // Written and hashed only where they are given: without them a configuration stays the one that it was.
        var rateHz = s.Has("rate_hz") ? s.Number("rate_hz", 1, 1000, "Hz") : default(double?);
        var seesRobot = !s.Has("sees_robot") || s.Boolean("sees_robot");
        var channels = s.Has("channels") ? s.Choice("channels", ("rgb", ImageShape.Rgb), ("gray", ImageShape.Gray)) : ImageShape.Rgb;
        var stretch = s.Has("stretch") && s.Boolean("stretch");
        Inside("crop_x_px", x, crop.Width, "width_px", width);
        Inside("crop_y_px", y, crop.Height, "height_px", height);
        // Sizes in pixels are whole: a crop of the image's proportions may be up to a pixel off.
        s.Require(stretch || Math.Abs((double)crop.Width * image.Height / image.Width - crop.Height) < 1, "image_size_px",
            $"{image.Width}×{image.Height} has not the proportions of crop_size_px, {crop.Width}×{crop.Height}, "
            + "and would distort the picture; make them alike, or say stretch: true",
            s["crop_size_px"], s["stretch"]);
        var camera = new CameraDescription(name, width, height, x, y, crop.Width, crop.Height, new(image.Width, image.Height, channels))
        {
            RateHz = rateHz,
            SeesRobot = seesRobot,
            Source = s.Has("source") ? s.Child("source", ReadSource) : null,
        };
        RequireReal(s, camera);
        // A real camera says what becomes of the light: a bound, or none in so many words.
        if (camera.Source is not null || s.Has("light")) camera = camera with { Light = s.ChildOrNone("light", ReadLight) };
        return s.Has("calibration") ? Calibrated(s, camera) : camera;

        void Inside(string offset, int start, int length, string extent, int size) => s.Require(start + length <= size, "crop_size_px",
            $"the crop ends at {start + length}, beyond {extent}, {size}; shrink it or lower {offset}", s[offset], s[extent]);
    }

    private static CameraSource ReadSource(Section s) => s.Choice("kind", ("uvc", true), ("video", false))
        ? new UvcSource(s.Text("device"), s.Choice("pixel_format", [.. PixelFormats.Select(format => (format, format))]), new(
            s.NumberOr("auto", "exposure", -20, 1e6), s.NumberOr("auto", "white_balance_k", 1000, 20_000, "K"),
            s.NumberOr("auto", "gain", 0, 1e6), s.NumberOr("auto", "focus", 0, 1e6)))
        : new VideoSource(s.ExistingFile("file", HashOf) ?? "", s.Boolean("loop"));

    private static LightBounds ReadLight(Section s) =>
        new(s.Number("dark_share", 0.01, 0.99), s.Number("bright_share", 0.01, 0.99), s.DurationNs("lasts_ms", 1, 60_000));

    /// <summary>What only a camera outside the scene needs.</summary>
    private static void RequireReal(Section s, CameraDescription camera)
    {
        if (camera.Source is null) return;
        s.Require(IsName(camera.Name), "name",
            $"'{camera.Name}' cannot be a camera's name; write up to 32 small letters, digits and underscores, a letter first");
        if (camera.Source is UvcSource uvc)
        {
            s.Require(uvc.Device.Length > 0, "source.device", "names no device; choose one that robotrl cameras list shows");
            s.Require(camera.RateHz is not null, "rate_hz", "missing; a device is asked for a rate: add one that robotrl cameras list shows for it");
        }
        else s.Require(camera.RateHz is null, "rate_hz", "a video has a rate of its own; remove the key");
    }

    private static CameraDescription Calibrated(Section s, CameraDescription camera)
    {
        CameraCalibration? calibration = null;
        var path = s.ExistingFile("calibration", file =>
        {
            try { calibration = CalibrationFile.Load(file); }
            catch (ConfigurationException e) { throw new InvalidDataException(string.Join("; ", e.Errors), e); }
            return HashOf(file);
        });
        if (calibration is null) return camera;
        var lens = calibration.Intrinsics;
        s.Require(calibration.Camera == camera.Name, "calibration",
            $"is of camera '{calibration.Camera}'; name the file that was made for this one", s["name"]);
        s.Require((lens.WidthPx, lens.HeightPx) == (camera.Width, camera.Height), "calibration",
            $"is of {lens.WidthPx}×{lens.HeightPx} images and this camera gives {camera.Width}×{camera.Height}; calibrate at this size, or capture at that one",
            s["width_px"], s["height_px"]);
        return camera with { Calibration = calibration, CalibrationPath = path };
    }

    private static bool IsName(string name) => name.Length is > 0 and <= 32 && char.IsAsciiLetterLower(name[0])
        && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_');

    private static string HashOf(string path)
    {
        using var file = PlainFile.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }
}
