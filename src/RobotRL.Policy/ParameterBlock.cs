using System.Runtime.InteropServices;
using RobotRL.Model;
using TorchSharp;
using static TorchSharp.torch;

namespace RobotRL.Policy;

/// <summary>
/// The values of one network's parameters in one flat tensor, so that an optimizer step, a Polyak step, a copy or a checkpoint is a few
/// operations on one vector instead of a few on each parameter. Gradients accumulate in place into a flat tensor of the same layout.
/// </summary>
public sealed class ParameterBlock : IDisposable
{
    private readonly Tensor[] _trained;
    private readonly Tensor[] _frozen;

    public ParameterBlock(ParameterLayout layout, Device device, bool trainable)
    {
        SmallConvolutions.StayQuiet();
        Layout = layout;
        using var scope = NewDisposeScope();
        Flat = zeros(layout.Count, device: device).DetachFromDisposeScope();
        Gradient = trainable ? zeros(layout.Count, device: device).DetachFromDisposeScope() : null;
        _frozen = new Tensor[layout.Parameters.Count];
        _trained = new Tensor[trainable ? layout.Parameters.Count : 0];
        var offset = 0L;
        for (var i = 0; i < _frozen.Length; i++)
        {
            var parameter = layout.Parameters[i];
            _frozen[i] = View(Flat, offset, parameter).detach().DetachFromDisposeScope();
            if (Gradient is { } gradient)
            {
                _trained[i] = _frozen[i].detach().requires_grad_(true).DetachFromDisposeScope();
                // Autograd adds into a gradient that is already there: these views collect it in the flat tensor.
                _trained[i].grad = View(gradient, offset, parameter).detach().DetachFromDisposeScope();
            }
            offset += parameter.Count;
        }
    }

    public ParameterLayout Layout { get; }

    /// <summary>All values, [<see cref="ParameterLayout.Count"/>] float32. Holds no gradient history.</summary>
    public Tensor Flat { get; }

    /// <summary>Accumulated gradient in the layout of <see cref="Flat"/>; null where nothing is trained.</summary>
    public Tensor? Gradient { get; }

    /// <summary>Parameters as autograd leaves: what a loss that trains this network runs with.</summary>
    public IReadOnlyList<Tensor> Trained => Gradient is null ? throw new InvalidOperationException("This block is not trainable.") : _trained;

    /// <summary>The same storage without gradients: what a loss that only passes through this network runs with.</summary>
    public IReadOnlyList<Tensor> Frozen => _frozen;

    /// <summary>Draws starting values; parameter by parameter, so that a layout and a seed say all.</summary>
    public void Initialize(RandomStream noise)
    {
        var values = new float[Layout.Count];
        var offset = 0;
        foreach (var p in Layout.Parameters)
        {
            var span = values.AsSpan(offset, (int)p.Count);
            offset += span.Length;
            switch (p.Start)
            {
                case Initialization.Ones: span.Fill(1); break;
                case Initialization.Xavier: noise.FillUniform(span, Math.Sqrt(6.0 / (p.FanIn + p.FanOut))); break;
                case Initialization.He: Scaled(span, Math.Sqrt(2.0 / p.FanIn)); break;
                case Initialization.LeCun: Scaled(span, Math.Sqrt(1.0 / p.FanIn)); break;
            }
        }
        Write(values);

        void Scaled(Span<float> span, double deviation)
        {
            noise.FillNormal(span);
            foreach (ref var value in span) value *= (float)deviation;
        }
    }

    /// <summary>Copies all values out, in the order of the flat tensor.</summary>
    public void Read(Span<float> values) => ReadFlat(Flat, values);

    /// <summary>Replaces all values.</summary>
    public void Write(ReadOnlySpan<float> values) => WriteFlat(Flat, values);

    /// <summary>Copies a flat float32 tensor to the host.</summary>
    public static void ReadFlat(Tensor flat, Span<float> values)
    {
        if (values.Length != flat.numel()) throw new ArgumentException($"{values.Length} values for {flat.numel()} parameters.");
        using var scope = NewDisposeScope();
        MemoryMarshal.Cast<byte, float>(flat.cpu().bytes).CopyTo(values);
    }

    /// <summary>Replaces a flat float32 tensor's values from the host.</summary>
    public static void WriteFlat(Tensor flat, ReadOnlySpan<float> values)
    {
        if (values.Length != flat.numel()) throw new ArgumentException($"{values.Length} values for {flat.numel()} parameters.");
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        flat.copy_(tensor(values.ToArray()));
    }

    public void CopyFrom(ParameterBlock other)
    {
        if (other.Layout.Count != Layout.Count) throw new ArgumentException("The blocks belong to different networks.");
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        Flat.copy_(other.Flat);
    }

    /// <summary>this ← this + rate · (source − this): a Polyak step of a target copy.</summary>
    public void MoveToward(ParameterBlock source, double rate)
    {
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        Flat.MoveInPlace(source.Flat, rate);
    }

    public void Dispose()
    {
        foreach (var t in _trained) { t.grad?.Dispose(); t.Dispose(); }
        foreach (var t in _frozen) t.Dispose();
        Gradient?.Dispose();
        Flat.Dispose();
    }

    private static Tensor View(Tensor flat, long offset, ParameterSpecification p)
    {
        var part = flat.narrow(0, offset, p.Count);
        if (!p.ChannelsLast) return part.view([.. p.Shape]);
        return part.view(p.Shape[0], p.Shape[2], p.Shape[3], p.Shape[1]).permute(0, 3, 1, 2);
    }
}
