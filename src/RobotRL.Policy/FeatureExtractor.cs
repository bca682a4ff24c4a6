using RobotRL.Model;
using static TorchSharp.torch;

namespace RobotRL.Policy;

/// <summary>Images as bytes → feature maps: normalisation, then the frozen network where there is one.</summary>
public sealed class FeatureExtractor : IDisposable
{
    private readonly ResNet10? _frozen;
    private readonly Device _device;

    public FeatureExtractor(NetworkShape shape, Device device)
    {
        _device = device;
        if (shape.Encoder == EncoderKind.ResNet10)
            _frozen = new(shape.EncoderWeightsPath ?? throw new ArgumentException("The ResNet-10 encoder is frozen and needs a weights file: set its path."), device);
    }

    /// <summary>Whether <see cref="FrozenMaps"/> gives feature maps that training does not change.</summary>
    public bool IsFrozen => _frozen is not null;

    /// <summary>[B, 3, S, S] float32 in ± 0.5, channels last in memory, of bytes [B, S, S, 3] on the host.</summary>
    public Tensor Normalize(Tensor bytes)
    {
        using var scope = NewDisposeScope();
        return bytes.to(_device).to(ScalarType.Float32).mul_(1 / 255f).sub_(0.5f).permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }

    /// <summary>[B, 512, H, W].</summary>
    public Tensor FrozenMaps(Tensor normalized) => (_frozen ?? throw new InvalidOperationException("The encoder is trained.")).Forward(normalized);

    public void Dispose() => _frozen?.Dispose();
}
