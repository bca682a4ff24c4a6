using RobotRL.Model;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace RobotRL.Policy;

/// <summary>
/// The frozen ImageNet encoder: conv 7×7/2 of 64, GroupNorm(4), relu, maxpool 3/2, then basic blocks 64/1, 128/2, 256/2, 512/2 with
/// GroupNorm(4); 128² images give [512, 4, 4]. Names in the weight file: <c>stem.weight</c> [64, 3, 7, 7], <c>stem.norm.weight|bias</c>,
/// and for block N in 0–3 <c>blockN.convM.weight</c> [out, in, 3, 3] and <c>blockN.normM.weight|bias</c> for M in 0–1, and where size or
/// channels change <c>blockN.projection.weight</c> [out, in, 1, 1] and <c>blockN.projection.norm.weight|bias</c>. All float32.
/// </summary>
public sealed class ResNet10 : IDisposable
{
    /// <summary>Channels of the feature map.</summary>
    public const int Channels = 512;

    private const int Groups = 4;

    /// <summary>Images at a time on a CPU: the first layers take 1 MB of activations an image at 128², which then stay in its caches.</summary>
    private const int Slice = 16;
    private static readonly int[] Widths = [64, 128, 256, 512];
    private static readonly long[] One = [1, 1], Two = [2, 2], None = [0, 0], Three = [3, 3];

    private readonly Normalized _stem;
    private readonly Block[] _blocks = new Block[Widths.Length];
    private readonly ParameterBlock _parameters;
    private readonly Tensor _mean, _inverseDeviation;

    /// <exception cref="InvalidDataException">The file does not hold exactly these tensors; the message names file and tensor.</exception>
    public ResNet10(string weightsPath, Device device) : this(device) =>
        _parameters.Write(Safetensors.Read(weightsPath).Pack(_parameters.Layout, ""));

    private ResNet10(Device device)
    {
        var layout = new ParameterLayout();
        _stem = new(layout, ("stem", "stem.norm"), (3, Widths[0]), 7, 2);
        for (var (i, input) = (0, Widths[0]); i < Widths.Length; input = Widths[i++])
            _blocks[i] = new(layout, $"block{i}", input, Widths[i], i == 0 ? 1 : 2);
        _parameters = new(layout, device, trainable: false);
        using var scope = NewDisposeScope();
        _mean = tensor(new float[] { 0.485f - 0.5f, 0.456f - 0.5f, 0.406f - 0.5f }).view(1, 3, 1, 1).to(device).DetachFromDisposeScope();
        _inverseDeviation = tensor(new float[] { 1 / 0.229f, 1 / 0.224f, 1 / 0.225f }).view(1, 3, 1, 1).to(device).DetachFromDisposeScope();
    }

    /// <summary>Names and shapes of the weight file's tensors.</summary>
    public static IReadOnlyList<ParameterSpecification> Parameters
    {
        get
        {
            using var network = new ResNet10(CPU);
            return network._parameters.Layout.Parameters;
        }
    }

    /// <summary>Writes a weight file with seeded random values: for benchmarks and tests, which need shapes and not knowledge.</summary>
    public static void WriteRandom(string path, ulong seed)
    {
        using var network = new ResNet10(CPU);
        network._parameters.Initialize(new RandomStream(seed));
        var file = new Safetensors();
        file.Add(network._parameters, "");
        file.Write(path);
    }

    /// <summary>Edge of the feature map of an image of the given edge, either way.</summary>
    public static int MapEdge(int imageEdge)
    {
        for (var i = 0; i < 5; i++) imageEdge = (imageEdge - 1) / 2 + 1;
        return imageEdge;
    }

    /// <summary>
    /// [B, 512, H, W] of images [B, 3 or 1, height, width] with values in ± 0.5, channels last in memory. No gradients. A gray image counts as one whose
    /// three channels are alike.
    /// </summary>
    public Tensor Forward(Tensor images)
    {
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        if (images.shape[0] <= Slice || images.device_type != DeviceType.CPU) return ForwardSlice(images).MoveToOuterDisposeScope();
        return cat([.. images.split(Slice).Select(ForwardSlice)], 0).MoveToOuterDisposeScope();
    }

    private Tensor ForwardSlice(Tensor images)
    {
        using var scope = NewDisposeScope();
        var p = _parameters.Frozen;
        // Subtracting three means from one channel makes three of it.
        var x = _stem.Forward(p, images.sub(_mean).mul_(_inverseDeviation)).relu_();
        x = F.max_pool2d(x, Three, Two, One);
        foreach (var block in _blocks) x = block.Forward(p, x);
        return x.MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        _parameters.Dispose();
        _mean.Dispose();
        _inverseDeviation.Dispose();
    }

    /// <summary>A convolution without bias and its GroupNorm.</summary>
    private sealed class Normalized(ParameterLayout layout, (string Convolution, string Norm) names, (int Input, int Output) channels, int size, int stride)
    {
        private readonly Slot _weight = layout.AddKernel($"{names.Convolution}.weight", channels.Output, channels.Input, size);
        private readonly Slot _scale = layout.Add($"{names.Norm}.weight", Initialization.Ones, 1, 1, channels.Output);
        private readonly Slot _shift = layout.Add($"{names.Norm}.bias", Initialization.Zeros, 1, 1, channels.Output);
        private readonly long[] _stride = stride == 1 ? One : Two;
        private readonly long[] _padding = size switch { 7 => Three, 3 => One, _ => None };

        public Tensor Forward(IReadOnlyList<Tensor> p, Tensor x) =>
            F.group_norm(F.conv2d(x, p[_weight.Index], null, _stride, _padding), Groups, p[_scale.Index], p[_shift.Index], 1e-5);
    }

    private sealed class Block(ParameterLayout layout, string name, int input, int output, int stride)
    {
        private readonly Normalized _first = new(layout, ($"{name}.conv0", $"{name}.norm0"), (input, output), 3, stride);
        private readonly Normalized _second = new(layout, ($"{name}.conv1", $"{name}.norm1"), (output, output), 3, 1);
        private readonly Normalized? _projection = stride == 1 && input == output
            ? null
            : new(layout, ($"{name}.projection", $"{name}.projection.norm"), (input, output), 1, stride);

        public Tensor Forward(IReadOnlyList<Tensor> p, Tensor x)
        {
            var y = _second.Forward(p, _first.Forward(p, x).relu_());
            return y.Plus(_projection?.Forward(p, x) ?? x).relu_();
        }
    }
}
