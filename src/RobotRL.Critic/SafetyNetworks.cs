using RobotRL.Policy;
using TorchSharp;
using static TorchSharp.torch;

namespace RobotRL.Critic;

/// <summary>Perceptrons in–256–256–out with rectifiers, E of them side by side: the plain form that the control loop's own inference computes.</summary>
internal sealed class ParallelPerceptrons
{
    public const int Hidden = 256;
    private readonly Slot[] _weights = new Slot[3], _biases = new Slot[3];
    private readonly int[] _sizes;
    private readonly int _members;

    public ParallelPerceptrons(ParameterLayout layout, int members, int inputs, int outputs)
    {
        (_members, _sizes) = (members, [inputs, Hidden, Hidden, outputs]);
        for (var i = 0; i < _weights.Length; i++)
        {
            var (from, to) = (_sizes[i], _sizes[i + 1]);
            // Sums over the last layer start small, so that an untrained head says little.
            _weights[i] = layout.Add($"w{i}", i < 2 ? Initialization.He : Initialization.Xavier, from, to, members, from, to);
            _biases[i] = layout.Add($"b{i}", Initialization.Zeros, 1, 1, members, 1, to);
        }
    }

    /// <summary>[B, in] → [E, B, out].</summary>
    public Tensor Forward(IReadOnlyList<Tensor> p, Tensor x)
    {
        x = x.unsqueeze(0).expand(_members, -1, -1);
        for (var i = 0; i < _weights.Length; i++)
        {
            x = x.bmm(p[_weights[i].Index]).PlusInPlace(p[_biases[i].Index]);
            if (i < 2) x = x.relu();
        }
        return x;
    }

    /// <summary>Adds each member's weights as <c>w0 [out, in], b0 [out], …</c>, named after it.</summary>
    public void Export(ParameterBlock block, Safetensors tensors, params ReadOnlySpan<string> names)
    {
        var flat = new float[block.Layout.Count];
        block.Read(flat);
        var at = 0;
        for (var layer = 0; layer < _weights.Length; layer++)
        {
            var (from, to) = (_sizes[layer], _sizes[layer + 1]);
            for (var member = 0; member < _members; member++, at += from * to)
                tensors.Add($"{names[member]}.w{layer}", Transposed(flat.AsSpan(at, from * to), from, to), to, from);
            for (var member = 0; member < _members; member++, at += to)
                tensors.Add($"{names[member]}.b{layer}", flat.AsSpan(at, to).ToArray(), to);
        }
    }

    private static float[] Transposed(ReadOnlySpan<float> values, int rows, int columns)
    {
        var result = new float[values.Length];
        for (var r = 0; r < rows; r++)
            for (var c = 0; c < columns; c++) result[c * rows + r] = values[r * columns + c];
        return result;
    }
}
