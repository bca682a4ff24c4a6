using OpenCvSharp;
using RobotRL.Model;

namespace RobotRL.Sensing.Sources;

/// <summary>
/// A video file as a camera. It is shown at its own rate from the first capture on: each capture waits for the next frame that is due, and passes over frames
/// whose time has gone. A file that loops begins again after its last frame.
/// </summary>
internal sealed class VideoCamera : ICamera
{
    /// <summary>Containers estimate how many frames they hold; a file with less than this share of them was cut off.</summary>
    private const double WholeShare = 0.9;

    private const double MostRateHz = 1000;

    private readonly VideoSource _source;
    private readonly Func<ICaptureDevice> _open;
    private readonly VideoTime _time;
    private readonly FrameIntake _intake = new();
    private readonly Mat _image = new();
    private readonly double _rateHz, _announced;
    private ICaptureDevice _file;
    private long _index = -1, _beginNs, _read;

    /// <param name="camera">With a <see cref="VideoSource"/>.</param>
    /// <param name="maxAgeNs">Oldest image that may be joined, ns: two frames must fit into it.</param>
    /// <param name="open">Opens the file from its start.</param>
    /// <param name="time">The clocks.</param>
    /// <exception cref="CameraRefusedException">The file is no video, or not as described.</exception>
    public VideoCamera(CameraDescription camera, long maxAgeNs, Func<ICaptureDevice> open, VideoTime time)
    {
        (_source, _open, _time) = ((VideoSource)camera.Source!, open, time);
        _file = open();
        try
        {
            if (!_file.IsOpen) throw Refused("is no video that can be read; name another file, such as an .avi of MJPG frames");
            (_rateHz, _announced) = (_file.Get(VideoCaptureProperties.Fps), _file.Get(VideoCaptureProperties.FrameCount));
            if (!(_rateHz > 0 && _rateHz <= MostRateHz))
                throw Refused($"states {_rateHz:0.###} frames a second, and a rate above 0 and up to {MostRateHz} is needed; write it anew with one");
            if (2e9 / _rateHz > maxAgeNs)
                throw Refused(FormattableString.Invariant($"gives {_rateHz:0.###} frames a second, and task.image_max_age_ms, {maxAgeNs * 1e-6:0.#}, ")
                    + "is too little for two of them; raise it, or name a file with a higher rate");
            if (!_file.Grab() || !_file.Retrieve(_image)) throw Refused("holds no frame that can be decoded; name another file");
            if ((_image.Cols, _image.Rows) != (camera.Width, camera.Height))
                throw Refused($"is of {_image.Cols}×{_image.Rows} pixels, and width_px × height_px is {camera.Width}×{camera.Height}; make them agree");
        }
        catch
        {
            Dispose();
            throw;
        }
        // The frame that was looked at is shown again.
        Reopen();

        CameraRefusedException Refused(string what) => new($"camera {camera.Name}: {_source.Path} {what}");
    }

    /// <summary>Frames a second.</summary>
    public double RateHz => _rateHz;

    public void Capture(CameraFrame frame)
    {
        var periodNs = 1e9 / _rateHz;
        if (_index < 0) _beginNs = _time.MachineNs();
        // The next frame, or the one whose time it is now.
        var due = Math.Max(_index + 1, (long)((_time.MachineNs() - _beginNs) / periodNs));
        var dueNs = _beginNs + (long)Math.Ceiling(due * periodNs);
        _time.SleepUntil(dueNs);
        for (; _index < due; _index++) Advance();
        frame.CaptureTime = _time.Session(dueNs);
        if (!_file.Retrieve(_image)) throw new IOException($"frame {_read} of {_source.Path} cannot be decoded: the file is damaged");
        _intake.Fill(frame, _image);
    }

    public void Dispose()
    {
        _file.Dispose();
        _intake.Dispose();
        _image.Dispose();
    }

    private void Advance()
    {
        if (_file.Grab())
        {
            _read++;
            return;
        }
        if (_read < WholeShare * _announced)
            throw new IOException($"{_source.Path} ends after {_read} of {_announced:0} frames: the file was cut off or is damaged");
        if (!_source.Loops || _read == 0) throw new EndOfStreamException();
        Reopen();
        if (!_file.Grab()) throw new IOException($"{_source.Path} cannot be read any more");
        _read = 1;
    }

    private void Reopen()
    {
        _file.Dispose();
        _file = _open();
        _read = 0;
    }
}

/// <summary>The clocks of a video, which tests turn by hand.</summary>
/// <param name="MachineNs">The machine's monotonic clock, ns.</param>
/// <param name="Session">From that clock to the session's.</param>
/// <param name="SleepUntil">Waits for an instant of the machine's clock.</param>
internal sealed record VideoTime(Func<long> MachineNs, Func<long, Stamp> Session, Action<long> SleepUntil)
{
    public static VideoTime Real(Func<long, Stamp> session) => new(() => SessionClock.MachineNs, session, dueNs =>
    {
        while (dueNs - SessionClock.MachineNs is > 0 and var rest) Thread.Sleep(TimeSpan.FromTicks(Math.Max(1, rest / TimeSpan.NanosecondsPerTick)));
    });
}
