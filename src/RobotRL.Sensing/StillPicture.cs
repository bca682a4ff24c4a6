using RobotRL.Model;

namespace RobotRL.Sensing;

/// <summary>
/// Finds a camera that shows the same picture with new stamps while the robot moves: holds the first of frames that are alike, and looks how far the tools
/// went meanwhile.
/// </summary>
/// <param name="bounds">How long, and how far.</param>
/// <param name="arms">Indices of the arms that the camera may show.</param>
internal sealed class StillPicture(CameraBounds bounds, IReadOnlyList<int> arms) : IDisposable
{
    private CameraFrame? _first;
    private Stamp _since;
    private bool _hasMoved;
    private ToolStates? _tools;

    /// <summary>The fault in words; null where there is none.</summary>
    public string? Look(CameraFrame frame, ToolStates? tools)
    {
        if (_first is null || !_first.Pixels.AsSpan().SequenceEqual(frame.Pixels))
        {
            _first?.Dispose();
            (_first, _tools, _hasMoved, _since) = (frame.Retain(), tools, false, frame.CaptureTime);
            return null;
        }
        if (_tools is not { } before) _tools = tools;
        else if (tools is { } now)
            foreach (var arm in arms) _hasMoved |= Moved(before[arm].EndEffector.PoseInBase, now[arm].EndEffector.PoseInBase);
        var lasts = frame.CaptureTime.Since(_since);
        return _hasMoved && lasts > bounds.MaxSilenceNs
            ? FormattableString.Invariant($"the same picture for {lasts * 1e-6:0} ms while the robot moved: it is frozen")
            : null;
    }

    private bool Moved(in Pose before, in Pose now) =>
        (now.Position - before.Position).Length > bounds.MoveM || (now.Orientation * before.Orientation.Inverse).ToVector().Length > bounds.TurnRad;

    public void Dispose() => _first?.Dispose();
}
