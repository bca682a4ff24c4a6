using System.Runtime.InteropServices;
using RobotRL.Model;
using TorchSharp;
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
            _frozen = new(shape.EncoderWeightsPath ?? throw new ArgumentException("The ResNet-10 encoder is frozen and needs a weights file: " +
                "set its path."), device);
    }

    /// <summary>Whether <see cref="FrozenMaps"/> gives feature maps that training does not change.</summary>
    public bool IsFrozen => _frozen is not null;

    /// <summary>A buffer for <see cref="Normalize"/>: float32 [B, height, width, channels] on the device, the caller's to dispose.</summary>
    public Tensor Buffer(long batch, ImageShape image) => zeros(batch, image.Height, image.Width, image.Channels, device: _device).DetachFromDisposeScope();

    /// <summary>
    /// Bytes [B, height, width, channels] on the host → [B, channels, height, width] float32 in ± 0.5, channels last in memory: a view of
    /// <paramref name="buffer"/>.
    /// </summary>
    public Tensor Normalize(Tensor bytes, Tensor buffer)
    {
        using var untracked = no_grad();
        if (_device.type == DeviceType.CPU) PixelScaling.Scale(bytes.bytes, MemoryMarshal.Cast<byte, float>(buffer.bytes));
        else buffer.copy_(bytes).TimesInPlace(PixelScaling.Factor).PlusInPlace(PixelScaling.Offset);
        return buffer.permute(0, 3, 1, 2);
    }

    /// <summary>[B, 512, H, W].</summary>
    public Tensor FrozenMaps(Tensor normalized) => (_frozen ?? throw new InvalidOperationException("The encoder is trained.")).Forward(normalized);

    public void Dispose() => _frozen?.Dispose();
}
