using RobotRL.Model;

namespace RobotRL.Replay;

/// <summary>The parts of one stored observation, the same for all in a buffer.</summary>
/// <param name="Proprioception">P, length of the proprioceptive vector.</param>
/// <param name="ImageSizes">Edge of each camera's square image, pixels, in the task's camera order; empty for a task without vision.</param>
public sealed record FrameLayout(int Proprioception, IReadOnlyList<int> ImageSizes)
{
    /// <summary>The layout of a task's observations.</summary>
    public static FrameLayout Of(TaskDescription task) => new(task.ObservationLayout.Size, [.. task.Cameras.Select(c => c.ImageSize)]);

    internal int ProprioceptionBytes => Proprioception * sizeof(float);

    /// <summary>Bytes of one camera's image: [Size×Size×3] uint8 RGB.</summary>
    public int ImageBytes(int camera) => ImageSizes[camera] * ImageSizes[camera] * 3;

    /// <summary>Bytes of a whole observation: the proprioception as float32, then the images in camera order.</summary>
    public int Bytes => ProprioceptionBytes + Enumerable.Range(0, ImageSizes.Count).Sum(ImageBytes);

    /// <summary>Refuses an observation of another shape before any of it is stored.</summary>
    /// <exception cref="ArgumentException">Counts or sizes differ.</exception>
    public void Check(Observation observation)
    {
        if (observation.Proprioception.Length != Proprioception)
            throw new ArgumentException(
                $"The observation holds {observation.Proprioception.Length} proprioceptive values where the buffer holds {Proprioception}.");
        if (observation.Images.Count != ImageSizes.Count)
            throw new ArgumentException($"The observation holds {observation.Images.Count} images where the buffer holds {ImageSizes.Count}.");
        for (var i = 0; i < ImageSizes.Count; i++)
            if (observation.Images[i].Size != ImageSizes[i] || observation.Images[i].Rgb.Length != ImageBytes(i))
                throw new ArgumentException($"Image {i} is {observation.Images[i].Size} pixels wide in {observation.Images[i].Rgb.Length} bytes where "
                    + $"the buffer holds {ImageSizes[i]} pixels in {ImageBytes(i)} bytes.");
    }
}
