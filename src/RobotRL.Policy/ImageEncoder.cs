using RobotRL.Model;
using static TorchSharp.torch;

namespace RobotRL.Policy;

/// <summary>
/// Images → features, shared by actor and critics: for each camera a convolutional trunk gives a feature map [C, H, W], learned spatial
/// embeddings (kernel [C, H, W, 8]) reduce it to 8 C numbers, and Dense, LayerNorm, tanh to the latent. The trunk is either a small one of its own for
/// each camera, trained here, or the frozen <see cref="ResNet10"/> that all cameras share and whose weights are not among these parameters.
/// </summary>
public sealed class ImageEncoder
{
    private const int Embeddings = 8;

    private readonly NetworkShape _shape;
    private readonly ConvolutionRelu[][] _trunks;
    private readonly Slot[] _kernels;
    private readonly DenseNormTanh[] _latents;

    public ImageEncoder(ParameterLayout layout, NetworkShape shape)
    {
        _shape = shape;
        var cameras = shape.ImageSizes.Count;
        _trunks = new ConvolutionRelu[cameras][];
        _kernels = new Slot[cameras];
        _latents = new DenseNormTanh[cameras];
        for (var i = 0; i < cameras; i++)
        {
            _trunks[i] = shape.Encoder == EncoderKind.Convolutional ? BuildTrunk(layout, $"camera{i}.convolution", shape.EncoderChannels) : [];
            var (channels, edge) = MapSize(shape, i);
            _kernels[i] = layout.Add($"camera{i}.embedding", Initialization.LeCun, edge * edge, Embeddings, channels, edge * edge, Embeddings);
            _latents[i] = new(layout, $"camera{i}.latent", channels * Embeddings, shape.ImageLatent);
        }
    }

    /// <summary>Channels and edge of camera <paramref name="camera"/>'s feature map.</summary>
    public static (int Channels, int Edge) MapSize(NetworkShape shape, int camera)
    {
        var edge = shape.ImageSizes[camera];
        if (shape.Encoder == EncoderKind.ResNet10) return (ResNet10.Channels, ResNet10.MapEdge(edge));
        for (var i = 0; i < shape.EncoderChannels.Count; i++) edge = (edge - 1) / Stride(i) + 1;
        return (shape.EncoderChannels[^1], edge);
    }

    /// <summary>Feature maps of the trained trunks: [B, C, H, W] of images [B, 3, S, S] in channels-last memory, values in ± 0.5.</summary>
    public Tensor[] Maps(IReadOnlyList<Tensor> p, IReadOnlyList<Tensor> images)
    {
        var maps = new Tensor[images.Count];
        for (var i = 0; i < maps.Length; i++)
        {
            var x = images[i];
            foreach (var layer in _trunks[i]) x = layer.Forward(p, x);
            maps[i] = x;
        }
        return maps;
    }

    /// <summary>Features of all cameras side by side, [B, cameras × latent].</summary>
    public Tensor Features(IReadOnlyList<Tensor> p, IReadOnlyList<Tensor> maps)
    {
        var features = new Tensor[maps.Count];
        for (var i = 0; i < features.Length; i++)
        {
            var (channels, edge) = MapSize(_shape, i);
            if (maps[i].shape is not [var batch, var c, var h, var w] || c != channels || h != edge || w != edge)
                throw new ArgumentException($"Feature map of camera {i} is [{string.Join(", ", maps[i].shape)}], not [B, {channels}, {edge}, {edge}].");
            // One matrix product a channel: [C, B, HW] · [C, HW, 8] → [C, B, 8].
            var embedded = maps[i].reshape(batch, channels, edge * edge).permute(1, 0, 2).bmm(p[_kernels[i].Index]);
            features[i] = _latents[i].Forward(p, embedded.permute(1, 0, 2).reshape(batch, channels * Embeddings));
        }
        return features.Length == 1 ? features[0] : cat(features, 1);
    }

    // Most of an update's time goes into the first convolutions; 5×5 with stride 4 costs a quarter of two 3×3 with stride 2.
    private static int Stride(int layer) => layer switch { 0 => 4, 1 => 2, _ => 1 };

    private static ConvolutionRelu[] BuildTrunk(ParameterLayout layout, string name, IReadOnlyList<int> channels)
    {
        var layers = new ConvolutionRelu[channels.Count];
        for (var (i, input) = (0, 3); i < layers.Length; input = channels[i++])
            layers[i] = new(layout, $"{name}{i}", input, channels[i], i == 0 ? 5 : 3, Stride(i));
        return layers;
    }
}
