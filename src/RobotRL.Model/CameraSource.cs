namespace RobotRL.Model;

/// <summary>Where a camera's frames come from that is no camera of the simulated scene. It runs by itself, in real time only.</summary>
public abstract record CameraSource;

/// <summary>A camera that the operating system knows as a video device.</summary>
/// <param name="Device">Its path, such as <c>/dev/v4l/by-id/…</c>, or its index, such as 0.</param>
/// <param name="PixelFormat">Four characters, such as MJPG or YUYV.</param>
/// <param name="Controls">What is fixed for good.</param>
public sealed record UvcSource(string Device, string PixelFormat, UvcControls Controls) : CameraSource;

/// <summary>Settings in the driver's own units; null leaves a setting to the device. What is not fixed changes with what the camera sees.</summary>
/// <param name="Exposure">With V4L2 mostly in units of 100 µs, with DirectShow the exponent of 2 in seconds.</param>
/// <param name="WhiteBalanceK">Colour temperature, K.</param>
/// <param name="Gain">In the device's steps.</param>
/// <param name="Focus">In the device's steps.</param>
public sealed record UvcControls(double? Exposure, double? WhiteBalanceK, double? Gain, double? Focus);

/// <summary>A video file, shown at its own rate: for trying a cell without a camera.</summary>
/// <param name="Path">Absolute.</param>
/// <param name="Loops">Whether it begins again after its last frame; otherwise the camera has ended then, which stops the robot.</param>
public sealed record VideoSource(string Path, bool Loops) : CameraSource;

/// <summary>How far the light may change within an episode.</summary>
/// <param name="DarkShare">Least mean brightness, as a share of what it was when the episode began.</param>
/// <param name="BrightShare">Least distance of the mean brightness from white, as a share of what it was when the episode began.</param>
/// <param name="LastsNs">How long it may be beyond that, ns: a shadow that passes is none.</param>
public sealed record LightBounds(double DarkShare, double BrightShare, long LastsNs);
