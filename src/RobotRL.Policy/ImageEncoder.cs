using RobotRL.Model;
using static TorchSharp.torch;

namespace RobotRL.Policy;

/// <summary>
/// Images → features, shared by actor and critics: for each camera a convolutional trunk gives a feature map [C, H, W], learned spatial
/// embeddings (kernel [C, H, W, 8]) reduce it to 8 C numbers, and Dense, LayerNorm, tanh to the latent. Images have any width and height. The trunk
/// is either a small one of its own for
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
        var cameras = shape.ImageShapes.Count;
        _trunks = new ConvolutionRelu[cameras][];
        _kernels = new Slot[cameras];
        _latents = new DenseNormTanh[cameras];
        for (var i = 0; i < cameras; i++)
        {
            _trunks[i] = shape.Encoder == EncoderKind.Convolutional ? BuildTrunk(layout, $"camera{i}.convolution", shape.ImageShapes[i].Channels,
                shape.EncoderChannels) : [];
            var (channels, height, width) = MapSize(shape, i);
            // A file tells an upright image's weights from a wide one's. Square ones are written as they always were.
            long[] kernel = shape.ImageShapes[i].IsSquare ? [channels, height * width, Embeddings] : [channels, height, width, Embeddings];
            _kernels[i] = layout.Add($"camera{i}.embedding", Initialization.LeCun, height * width, Embeddings, kernel);
            _latents[i] = new(layout, $"camera{i}.latent", channels * Embeddings, shape.ImageLatent);
        }
    }

    /// <summary>Channels, height and width of camera <paramref name="camera"/>'s feature map.</summary>
    public static (int Channels, int Height, int Width) MapSize(NetworkShape shape, int camera)
    {
        var image = shape.ImageShapes[camera];
        return shape.Encoder == EncoderKind.ResNet10
            ? (ResNet10.Channels, ResNet10.MapEdge(image.Height), ResNet10.MapEdge(image.Width))
            : (shape.EncoderChannels[^1], MapEdge(image.Height), MapEdge(image.Width));

        int MapEdge(int edge)
        {
            for (var i = 0; i < shape.EncoderChannels.Count; i++) edge = (edge - 1) / Stride(i) + 1;
            return edge;
        }
    }

    /// <summary>Feature maps of the trained trunks: [B, C, H, W] of images [B, channels, height, width] in channels-last memory, values in ± 0.5.</summary>
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
            var (channels, height, width) = MapSize(_shape, i);
            if (maps[i].shape is not [var batch, var c, var h, var w] || c != channels || h != height || w != width)
                throw new ArgumentException($"Feature map of camera {i} is [{string.Join(", ", maps[i].shape)}], not [B, {channels}, {height}, {width}].");
            var kernel = p[_kernels[i].Index];
            if (kernel.dim() == 4) kernel = kernel.reshape(channels, height * width, Embeddings);
            // One matrix product a channel: [C, B, HW] · [C, HW, 8] → [C, B, 8].
            var embedded = maps[i].reshape(batch, channels, height * width).permute(1, 0, 2).bmm(kernel);
            features[i] = _latents[i].Forward(p, embedded.permute(1, 0, 2).reshape(batch, channels * Embeddings));
        }
        return features.Length == 1 ? features[0] : cat(features, 1);
    }

    // Most of an update's time goes into the first convolutions; 5×5 with stride 4 costs a quarter of two 3×3 with stride 2.
    private static int Stride(int layer) => layer switch { 0 => 4, 1 => 2, _ => 1 };

    private static ConvolutionRelu[] BuildTrunk(ParameterLayout layout, string name, int input, IReadOnlyList<int> channels)
    {
        var layers = new ConvolutionRelu[channels.Count];
        for (var i = 0; i < layers.Length; input = channels[i++])
            layers[i] = new(layout, $"{name}{i}", input, channels[i], i == 0 ? 5 : 3, Stride(i));
        return layers;
    }
}
