namespace RobotRL.Calibration.Sources;

/// <summary>What is read, and how.</summary>
/// <param name="Path">A folder of images, one image, or an MCAP file.</param>
public sealed record SourceOptions(string Path)
{
    /// <summary>Whether each image needs a pose of the flange.</summary>
    public bool NeedsPoses { get; init; }

    /// <summary>Topic of the images in an MCAP file; null where it has one such topic.</summary>
    public string? ImageTopic { get; init; }

    /// <summary>Topic of the flange's poses in an MCAP file; null where it has one such topic.</summary>
    public string? PoseTopic { get; init; }

    /// <summary>The samples, one after the other.</summary>
    /// <param name="rejected">Gets what is left out, and why.</param>
    /// <exception cref="InvalidDataException">The source is malformed; one line that names the place and the remedy.</exception>
    public IEnumerable<CalibrationSample> Open(List<Rejection> rejected)
    {
        var isRecording = System.IO.Path.GetExtension(Path).Equals(".mcap", StringComparison.OrdinalIgnoreCase) && File.Exists(Path);
        if (!isRecording && (ImageTopic ?? PoseTopic) is { } topic)
            throw new InvalidDataException($"{Path}: is no MCAP file, and has no topic {topic}; leave the option out, or name an MCAP file");
        if (Directory.Exists(Path)) return ImageFolder.Read(Path, NeedsPoses, rejected);
        if (!File.Exists(Path)) throw new InvalidDataException($"{Path}: not found; name a folder of images or an MCAP file");
        if (ImageFolder.IsImage(Path) && !NeedsPoses) return [new(ImageFolder.ReadImage(Path))];
        if (isRecording) return RecordedSource.Read(this, rejected);
        throw new InvalidDataException($"{Path}: {(NeedsPoses ? "no folder" : "neither a folder, nor an image,")} nor an MCAP file; name one of these");
    }
}
