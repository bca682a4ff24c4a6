using RobotRL.Policy;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace RobotRL.Learning;

/// <summary>
/// E action-value networks side by side: every layer is one batched matrix product over the ensemble. They share the proprioceptive layer
/// and the image features; their trunks start differently and are trained on one target.
/// </summary>
internal sealed class CriticEnsemble
{
    private readonly DenseNormTanh _proprioception;
    private readonly Layer[] _trunk;
    private readonly Slot _weight, _bias;

    public CriticEnsemble(ParameterLayout layout, NetworkShape shape, int members)
    {
        Members = members;
        _proprioception = new(layout, "proprioception", shape.Proprioception, shape.ProprioceptionLatent);
        long input = shape.ImageFeatures + shape.ProprioceptionLatent + shape.Actions;
        _trunk = new Layer[shape.HiddenSizes.Count];
        for (var i = 0; i < _trunk.Length; input = shape.HiddenSizes[i++])
            _trunk[i] = new(layout, $"trunk.{i}", members, input, shape.HiddenSizes[i]);
        _weight = layout.Add("value.weight", Initialization.Zeros, input, 1, members, input, 1);
        _bias = layout.Add("value.bias", Initialization.Zeros, 1, 1, members, 1, 1);
    }

    public int Members { get; }

    /// <summary>Q_i(s, a), [E, B].</summary>
    public Tensor Forward(IReadOnlyList<Tensor> p, Tensor? images, Tensor proprioception, Tensor actions)
    {
        var latent = _proprioception.Forward(p, proprioception);
        var x = images is null ? cat([latent, actions], 1) : cat([images, latent, actions], 1);
        x = x.unsqueeze(0).expand(Members, -1, -1);
        foreach (var layer in _trunk) x = layer.Forward(p, x);
        return x.bmm(p[_weight.Index]).PlusInPlace(p[_bias.Index]).squeeze(2);
    }

    private sealed class Layer(ParameterLayout layout, string name, int members, long input, int output)
    {
        private readonly Slot _weight = layout.Add($"{name}.weight", Initialization.Xavier, input, output, members, input, output);
        private readonly Slot _bias = layout.Add($"{name}.bias", Initialization.Zeros, 1, 1, members, 1, output);
        private readonly Slot _scale = layout.Add($"{name}.norm.weight", Initialization.Ones, 1, 1, members, 1, output);
        private readonly Slot _shift = layout.Add($"{name}.norm.bias", Initialization.Zeros, 1, 1, members, 1, output);
        private readonly long[] _normalized = [output];

        public Tensor Forward(IReadOnlyList<Tensor> p, Tensor x)
        {
            var h = F.layer_norm(x.bmm(p[_weight.Index]).PlusInPlace(p[_bias.Index]), _normalized, null, null, 1e-6);
            return p[_shift.Index].PlusProduct(h, p[_scale.Index]).tanh_();
        }
    }
}
