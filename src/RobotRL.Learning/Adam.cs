using RobotRL.Policy;
using static TorchSharp.torch;

namespace RobotRL.Learning;

/// <summary>
/// Adam (Kingma and Ba, 2015) on one block of parameters and on nothing else: what a step does not own it cannot move, not even by momentum.
/// The moments are flat tensors, to be saved and restored with the block.
/// </summary>
internal sealed class Adam : IDisposable
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
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        var gradient = _block.Gradient!;
        _first.lerp_(gradient, 1 - Beta1);
        _second.mul_(Beta2).addcmul_(gradient, gradient, 1 - Beta2);
        var scale = Math.Sqrt(1 - Math.Pow(Beta2, Steps));
        var denominator = _second.sqrt().add_(Epsilon * scale);
        _block.Flat.addcdiv_(_first, denominator, -_rate * scale / (1 - Math.Pow(Beta1, Steps)));
        gradient.zero_();
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
}
