using RobotRL.Model;

namespace RobotRL.Replay;

/// <summary>
/// Batches that are part demonstrations, part online experience, in exact counts: with a share of one half, 128 rows of 256 each.
/// Where one of the two is still empty, all rows come from the other. The generator is this source's own, so that its state can be
/// saved and a resumed run draws what the uninterrupted one would have drawn.
/// </summary>
public sealed class MixedSource : IBatchSource
{
    private readonly ReplayBuffer _buffer;
    private Pick[] _picks = [];

    /// <param name="buffer">Where transitions come from.</param>
    /// <param name="demonstrationShare">Share of each batch from the demonstration set, in [0, 1].</param>
    /// <param name="random">Drawn from by this source alone.</param>
    public MixedSource(ReplayBuffer buffer, double demonstrationShare, RandomStream random)
    {
        if (!(demonstrationShare is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(demonstrationShare), demonstrationShare, "A share lies within [0, 1].");
        _buffer = buffer;
        DemonstrationShare = demonstrationShare;
        Random = random;
    }

    public double DemonstrationShare { get; }

    public RandomStream Random { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The batch has another shape than the buffer's observations or actions.</exception>
    /// <exception cref="InvalidOperationException">Both sets are empty.</exception>
    public void Sample(Batch batch)
    {
        if (!batch.ImageShapes.SequenceEqual(_buffer.Layout.ImageShapes))
            throw new ArgumentException($"The batch is for images of {Text(batch.ImageShapes)}, "
                + $"the buffer holds {Text(_buffer.Layout.ImageShapes)}.", nameof(batch));
        if (batch.ActionDimensions != _buffer.Actions.Dimensions)
            throw new ArgumentException($"The batch is for {batch.ActionDimensions} action dimensions, "
                + $"the buffer's action space has {_buffer.Actions.Dimensions}.", nameof(batch));
        if (_picks.Length != batch.Size) _picks = new Pick[batch.Size];
        _buffer.Draw(batch, _picks, DemonstrationShare, Random);
    }

    private static string Text(IReadOnlyList<ImageShape> shapes) => shapes.Count == 0 ? "no" : string.Join(", ", shapes);
}
