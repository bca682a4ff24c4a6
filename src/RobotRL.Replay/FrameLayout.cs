using RobotRL.Model;

namespace RobotRL.Replay;

/// <summary>The parts of one stored observation, the same for all in a buffer.</summary>
/// <param name="Proprioception">P, length of the proprioceptive vector.</param>
/// <param name="ImageShapes">Each camera's image, in the task's camera order; empty for a task without vision.</param>
public sealed record FrameLayout(int Proprioception, IReadOnlyList<ImageShape> ImageShapes)
{
    /// <summary>The layout of a task's observations.</summary>
    public static FrameLayout Of(TaskDescription task) => Of(task.ObservationLayout);

    /// <summary>The same from the layout that the task gives.</summary>
    public static FrameLayout Of(ObservationLayout layout) => new(layout.Size, [.. layout.Images.Select(i => i.Shape)]);

    internal int ProprioceptionBytes => Proprioception * sizeof(float);

    /// <summary>Bytes of one camera's image: [Height×Width×Channels] uint8.</summary>
    public int ImageBytes(int camera) => ImageShapes[camera].Bytes;

    /// <summary>Bytes of a whole observation: the proprioception as float32, then the images in camera order.</summary>
    public int Bytes => ProprioceptionBytes + Enumerable.Range(0, ImageShapes.Count).Sum(ImageBytes);

    /// <summary>Refuses an observation of another shape before any of it is stored.</summary>
    /// <exception cref="ArgumentException">Counts or sizes differ.</exception>
    public void Check(Observation observation)
    {
        if (observation.Proprioception.Length != Proprioception)
            throw new ArgumentException(
                $"The observation holds {observation.Proprioception.Length} proprioceptive values where the buffer holds {Proprioception}.");
        if (observation.Images.Count != ImageShapes.Count)
            throw new ArgumentException($"The observation holds {observation.Images.Count} images where the buffer holds {ImageShapes.Count}.");
        for (var i = 0; i < ImageShapes.Count; i++)
        {
            var (image, shape) = (observation.Images[i], ImageShapes[i]);
            if (image.Shape != shape || image.Pixels.Length != shape.Bytes)
                throw new ArgumentException($"Image {i} is {image.Shape} in {image.Pixels.Length} bytes "
                    + $"where the buffer holds {shape} in {shape.Bytes} bytes.");
        }
    }
}
