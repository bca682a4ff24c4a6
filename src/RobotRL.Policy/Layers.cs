using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace RobotRL.Policy;

/// <summary>y = x Wᵀ + b, W [out, in].</summary>
public sealed class Dense
{
    private readonly Slot _weight, _bias;

    public Dense(ParameterLayout layout, string name, long input, long output)
    {
        _weight = layout.Add($"{name}.weight", Initialization.Xavier, input, output, output, input);
        _bias = layout.Add($"{name}.bias", Initialization.Zeros, input, output, output);
        Output = output;
    }

    public long Output { get; }

    public Tensor Forward(IReadOnlyList<Tensor> p, Tensor x) => F.linear(x, p[_weight.Index], p[_bias.Index]);
}

/// <summary>Dense, LayerNorm, tanh: the unit that every head is made of.</summary>
public sealed class DenseNormTanh
{
    private readonly Dense _dense;
    private readonly Slot _scale, _shift;
    private readonly long[] _normalized;

    public DenseNormTanh(ParameterLayout layout, string name, long input, long output)
    {
        _dense = new(layout, name, input, output);
        _scale = layout.Add($"{name}.norm.weight", Initialization.Ones, 1, 1, output);
        _shift = layout.Add($"{name}.norm.bias", Initialization.Zeros, 1, 1, output);
        _normalized = [output];
    }

    public long Output => _dense.Output;

    public Tensor Forward(IReadOnlyList<Tensor> p, Tensor x) =>
        F.layer_norm(_dense.Forward(p, x), _normalized, p[_scale.Index], p[_shift.Index], 1e-6).tanh_();
}

/// <summary>A chain of <see cref="DenseNormTanh"/>.</summary>
public sealed class Trunk
{
    private readonly DenseNormTanh[] _layers;

    public Trunk(ParameterLayout layout, string name, long input, IReadOnlyList<int> sizes)
    {
        _layers = new DenseNormTanh[sizes.Count];
        for (var i = 0; i < _layers.Length; i++)
        {
            _layers[i] = new(layout, $"{name}.{i}", input, sizes[i]);
            input = sizes[i];
        }
        Output = input;
    }

    public long Output { get; }

    public Tensor Forward(IReadOnlyList<Tensor> p, Tensor x)
    {
        foreach (var layer in _layers) x = layer.Forward(p, x);
        return x;
    }
}

/// <summary>A square convolution with bias, followed by a rectifier.</summary>
public sealed class ConvolutionRelu
{
    private readonly Slot _weight, _bias;
    private readonly long[] _stride, _padding;

    public ConvolutionRelu(ParameterLayout layout, string name, long input, long output, int size, int stride)
    {
        _weight = layout.AddKernel($"{name}.weight", output, input, size);
        _bias = layout.Add($"{name}.bias", Initialization.Zeros, 1, 1, output);
        (_stride, _padding) = ([stride, stride], [size / 2, size / 2]);
    }

    public Tensor Forward(IReadOnlyList<Tensor> p, Tensor x) => F.conv2d(x, p[_weight.Index], p[_bias.Index], _stride, _padding).relu_();
}
