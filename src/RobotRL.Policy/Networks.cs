using TorchSharp;
using static TorchSharp.torch;

namespace RobotRL.Policy;

/// <summary>The actor: a tanh-squashed Gaussian over the active axes.</summary>
public sealed class ActorNetwork
{
    /// <summary>Bounds of the standard deviation before squashing.</summary>
    public const double MinimumDeviation = 1e-5, MaximumDeviation = 5;

    private readonly DenseNormTanh _proprioception;
    private readonly Trunk _trunk;
    private readonly Dense _mean, _logDeviation;

    public ActorNetwork(ParameterLayout layout, NetworkShape shape)
    {
        _proprioception = new(layout, "proprioception", shape.Proprioception, shape.ProprioceptionLatent);
        _trunk = new(layout, "trunk", shape.ImageFeatures + shape.ProprioceptionLatent, shape.HiddenSizes);
        _mean = new(layout, "mean", _trunk.Output, shape.Actions);
        _logDeviation = new(layout, "log_deviation", _trunk.Output, shape.Actions);
    }

    /// <summary>Mean and standard deviation before the tanh, both [B, A].</summary>
    /// <param name="p">The actor's parameters.</param>
    /// <param name="images">Image features [B, <see cref="NetworkShape.ImageFeatures"/>]; null for a task without cameras.</param>
    /// <param name="proprioception">[B, P].</param>
    /// <param name="deviationAlone">Whether gradients of the deviation stop before the trunk: for cloning, where the mean owns it.</param>
    public (Tensor Mean, Tensor Deviation) Forward(IReadOnlyList<Tensor> p, Tensor? images, Tensor proprioception, bool deviationAlone = false)
    {
        var latent = _proprioception.Forward(p, proprioception);
        var h = _trunk.Forward(p, images is null ? latent : cat([images, latent], 1));
        return (_mean.Forward(p, h), _logDeviation.Forward(p, deviationAlone ? h.detach() : h).exp().Clamped(MinimumDeviation, MaximumDeviation));
    }

    /// <summary>a = tanh(μ + σ ε) and log π(a), shapes [B, A] and [B].</summary>
    public static (Tensor Action, Tensor LogProbability) Sample(Tensor mean, Tensor deviation, Tensor noise)
    {
        var u = mean.PlusProduct(deviation, noise);
        // log(1 − tanh²u) = 2 (log 2 − u − softplus(−2u)) stays finite where 1 − tanh² underflows.
        var squash = u.Plus(u.Times(-2).Softplus()).Times(-2).Plus(2 * Math.Log(2));
        var density = noise.Squared().Times(-0.5).Plus(-0.5 * Math.Log(2 * Math.PI)) - deviation.log();
        return (u.tanh(), (density - squash).sum(1));
    }
}

/// <summary>
/// Q̂ of every joint command of the grippers, numbered as in <see cref="Model.ActionLayout.GripperChoiceOf"/>: of one gripper close, stay, open.
/// </summary>
public sealed class GraspNetwork
{
    private readonly DenseNormTanh _proprioception;
    private readonly Trunk _trunk;
    private readonly Dense _values;

    public GraspNetwork(ParameterLayout layout, NetworkShape shape)
    {
        _proprioception = new(layout, "proprioception", shape.Proprioception, shape.ProprioceptionLatent);
        _trunk = new(layout, "trunk", shape.ImageFeatures + shape.ProprioceptionLatent, shape.HiddenSizes);
        _values = new(layout, "values", _trunk.Output, shape.GripperChoices);
    }

    /// <summary>[B, 3ⁿ].</summary>
    public Tensor Forward(IReadOnlyList<Tensor> p, Tensor? images, Tensor proprioception)
    {
        var latent = _proprioception.Forward(p, proprioception);
        return _values.Forward(p, _trunk.Forward(p, images is null ? latent : cat([images, latent], 1)));
    }
}
