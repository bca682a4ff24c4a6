using System.Numerics;
using System.Runtime.InteropServices;
using RobotRL.Policy;
using TorchSharp;
using static TorchSharp.torch;

namespace RobotRL.Learning;

/// <summary>
/// Adam (Kingma and Ba, 2015) on one block of parameters and on nothing else: what a step does not own it cannot move, not even by momentum.
/// The moments are flat tensors, to be saved and restored with the block.
/// </summary>
public sealed class Adam : IDisposable
{
    private const double Beta1 = 0.9, Beta2 = 0.999, Epsilon = 1e-8;

    private readonly ParameterBlock _block;
    private readonly double _rate;
    private readonly Tensor _first, _second;

    public Adam(ParameterBlock block, double rate)
    {
        (_block, _rate) = (block, rate);
        _first = zeros_like(block.Flat).DetachFromDisposeScope();
        _second = zeros_like(block.Flat).DetachFromDisposeScope();
    }

    /// <summary>Steps taken.</summary>
    public long Steps { get; private set; }

    /// <summary>Moves the block along its accumulated gradient and clears the gradient.</summary>
    public void Step()
    {
        Steps++;
        var scale = Math.Sqrt(1 - Math.Pow(Beta2, Steps));
        var (rate, epsilon) = (_rate * scale / (1 - Math.Pow(Beta1, Steps)), Epsilon * scale);
        var gradient = _block.Gradient!;
        if (gradient.device_type == DeviceType.CPU)
        {
            Move(Floats(_block.Flat), Floats(gradient), Floats(_first), Floats(_second), (float)rate, (float)epsilon);
            return;
        }
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        _first.MoveInPlace(gradient, 1 - Beta1);
        _second.TimesInPlace(Beta2).PlusProductInPlace(gradient, gradient, 1 - Beta2);
        _block.Flat.PlusQuotientInPlace(_first, _second.sqrt().PlusInPlace(epsilon), -rate);
        gradient.zero_();
    }

    /// <summary>The step in one pass over memory, which bounds it: tensor operations take eight.</summary>
    internal static void Move(Span<float> values, Span<float> gradient, Span<float> first, Span<float> second, float rate, float epsilon)
    {
        const float Keep1 = (float)Beta1, Take1 = (float)(1 - Beta1), Keep2 = (float)Beta2, Take2 = (float)(1 - Beta2);
        var vectors = MemoryMarshal.Cast<float, Vector<float>>(values);
        var gradients = MemoryMarshal.Cast<float, Vector<float>>(gradient)[..vectors.Length];
        var firsts = MemoryMarshal.Cast<float, Vector<float>>(first)[..vectors.Length];
        var seconds = MemoryMarshal.Cast<float, Vector<float>>(second)[..vectors.Length];
        var offset = new Vector<float>(epsilon);
        for (var i = 0; i < vectors.Length; i++)
        {
            var g = gradients[i];
            var m = firsts[i] = firsts[i] * Keep1 + g * Take1;
            var v = seconds[i] = seconds[i] * Keep2 + g * g * Take2;
            vectors[i] -= m * rate / (Vector.SquareRoot(v) + offset);
            gradients[i] = Vector<float>.Zero;
        }
        for (var i = vectors.Length * Vector<float>.Count; i < values.Length; i++)
        {
            var g = gradient[i];
            var m = first[i] = first[i] * Keep1 + g * Take1;
            var v = second[i] = second[i] * Keep2 + g * g * Take2;
            values[i] -= m * rate / (MathF.Sqrt(v) + epsilon);
            gradient[i] = 0;
        }
    }

    public void Save(Safetensors tensors, string prefix)
    {
        var values = new float[_block.Layout.Count];
        ParameterBlock.ReadFlat(_first, values);
        tensors.Add(_block.Layout, values, $"{prefix}.first.");
        ParameterBlock.ReadFlat(_second, values);
        tensors.Add(_block.Layout, values, $"{prefix}.second.");
    }

    public void Load(Safetensors tensors, string prefix, long steps)
    {
        ParameterBlock.WriteFlat(_first, tensors.Pack(_block.Layout, $"{prefix}.first."));
        ParameterBlock.WriteFlat(_second, tensors.Pack(_block.Layout, $"{prefix}.second."));
        Steps = steps;
    }

    public void Dispose()
    {
        _first.Dispose();
        _second.Dispose();
    }

    private static Span<float> Floats(Tensor tensor) => MemoryMarshal.Cast<byte, float>(tensor.bytes);
}
