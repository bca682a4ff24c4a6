using RobotRL.Model;
using TorchSharp;
using static TorchSharp.torch;

namespace RobotRL.Policy;

/// <summary>
/// The acting side of a policy: one observation in, one action out. Weights come as snapshots and are swapped between decisions,
/// never during one. One thread at a time.
/// </summary>
public sealed class PolicyNetwork : IDisposable
{
    private readonly NetworkShape _shape;
    private readonly FeatureExtractor _extractor;
    private readonly ImageEncoder _encoder;
    private readonly ActorNetwork _actor;
    private readonly GraspNetwork? _grasp;
    private readonly ParameterBlock _encoderWeights, _actorWeights;
    private readonly ParameterBlock? _graspWeights;
    private readonly Tensor[] _images, _normalized;
    private readonly Tensor _proprioception;
    private readonly float[] _noise;

    public PolicyNetwork(NetworkShape shape, Device? device = null)
    {
        _shape = shape;
        var on = device ?? CPU;
        _extractor = new(shape, on);
        var layouts = PolicyLayouts.Of(shape);
        (_encoder, _actor, _grasp) = (layouts.EncoderNetwork, layouts.ActorNetwork, layouts.GraspNetwork);
        _encoderWeights = new(layouts.Encoder, on, trainable: false);
        _actorWeights = new(layouts.Actor, on, trainable: false);
        _graspWeights = layouts.Grasp is { } grasp ? new(grasp, on, trainable: false) : null;
        using var scope = NewDisposeScope();
        _images = [.. shape.ImageShapes.Select(s => zeros(1, s.Height, s.Width, s.Channels, ScalarType.Byte).DetachFromDisposeScope())];
        _normalized = [.. shape.ImageShapes.Select(s => _extractor.Buffer(1, s))];
        _proprioception = zeros(1, shape.Proprioception).DetachFromDisposeScope();
        _noise = new float[shape.Actions];
    }

    /// <summary>Version of the weights in use; −1 before the first.</summary>
    public long Version { get; private set; } = -1;

    /// <summary>Takes a snapshot's weights. Does nothing when it is in use already.</summary>
    /// <exception cref="InvalidDataException">They are not finite: those in use stay.</exception>
    public void Load(WeightSnapshot weights)
    {
        if (weights.Version == Version) return;
        weights.RequireFinite();
        _encoderWeights.Write(weights.Encoder);
        _actorWeights.Write(weights.Actor);
        _graspWeights?.Write(weights.Grasp);
        Version = weights.Version;
    }

    /// <summary>Decides.</summary>
    /// <param name="observation">What is seen; sizes are checked against the network's.</param>
    /// <param name="deterministic">The squashed mean instead of a sample.</param>
    /// <param name="noise">Where samples come from.</param>
    /// <param name="action">Receives the continuous part, length A, each within [−1, 1].</param>
    /// <returns>The command of the grippers, as <see cref="ActionLayout.GripperChoiceOf"/> numbers them; 0 for a policy without.</returns>
    public int Act(Observation observation, bool deterministic, RandomStream noise, Span<float> action)
    {
        Check(observation, action.Length);
        using var scope = NewDisposeScope();
        using var untracked = inference_mode(true);
        observation.Proprioception.CopyTo(Floats(_proprioception));
        for (var i = 0; i < _images.Length; i++) observation.Images[i].Pixels.CopyTo(_images[i].bytes);

        var features = Encode();
        var proprioception = _proprioception.to(_actorWeights.Flat.device);
        var (mean, deviation) = _actor.Forward(_actorWeights.Frozen, features, proprioception);
        if (deterministic) Floats(mean.tanh().cpu()).CopyTo(action);
        else
        {
            noise.FillNormal(_noise);
            Floats(mean.PlusProduct(deviation, tensor(_noise, device: mean.device)).tanh().cpu()).CopyTo(action);
        }
        if (_grasp is null) return 0;
        return (int)_grasp.Forward(_graspWeights!.Frozen, features, proprioception).argmax(1).item<long>();
    }

    /// <summary>Decides on an observation made up for it: weights that are all finite may be so large that what comes of them is not.</summary>
    /// <exception cref="InvalidDataException">It is not.</exception>
    public void RequireFiniteOutput()
    {
        using var scope = NewDisposeScope();
        using var untracked = inference_mode(true);
        Floats(_proprioception).Fill(1);
        foreach (var image in _images) image.bytes.Fill(128);
        var features = Encode();
        var proprioception = _proprioception.to(_actorWeights.Flat.device);
        var (mean, deviation) = _actor.Forward(_actorWeights.Frozen, features, proprioception);
        foreach (var output in (Tensor?[])[mean, deviation, _grasp?.Forward(_graspWeights!.Frozen, features, proprioception)])
            if (output is not null && !WeightSnapshot.AreFinite(Floats(output.cpu())))
                throw new InvalidDataException($"The weights of version {Version} are finite and what they decide is not.");
    }

    /// <summary>Decides, spread over the arms.</summary>
    public PolicyAction Act(Observation observation, bool deterministic, RandomStream noise, ActionLayout layout)
    {
        Span<float> active = stackalloc float[_shape.Actions];
        var gripper = Act(observation, deterministic, noise, active);
        return layout.Unpack(active, gripper);
    }

    public void Dispose()
    {
        _extractor.Dispose();
        _encoderWeights.Dispose();
        _actorWeights.Dispose();
        _graspWeights?.Dispose();
        foreach (var image in (Tensor[])[.. _images, .. _normalized]) image.Dispose();
        _proprioception.Dispose();
    }

    private Tensor? Encode()
    {
        if (_images.Length == 0) return null;
        Tensor[] normalized = [.. _images.Zip(_normalized, _extractor.Normalize)];
        var maps = _extractor.IsFrozen ? Array.ConvertAll(normalized, _extractor.FrozenMaps) : _encoder.Maps(_encoderWeights.Frozen, normalized);
        return _encoder.Features(_encoderWeights.Frozen, maps);
    }

    private void Check(Observation observation, int actions)
    {
        if (Version < 0) throw new InvalidOperationException("The policy has no weights yet.");
        if (actions != _shape.Actions) throw new ArgumentException($"The policy gives {_shape.Actions} components, not {actions}.");
        var values = observation.Proprioception.Length;
        if (values != _shape.Proprioception) throw new ArgumentException($"Proprioception has {values} values, the policy takes {_shape.Proprioception}.");
        if (observation.Images.Count < _images.Length) throw new ArgumentException($"The observation has {observation.Images.Count} images, " +
            $"the policy takes {_images.Length}.");
        for (var i = 0; i < _images.Length; i++)
            if (observation.Images[i].Shape != _shape.ImageShapes[i]) throw new ArgumentException($"Image {i} is {observation.Images[i].Shape}, " +
                $"the policy takes {_shape.ImageShapes[i]}.");
    }

    private static Span<float> Floats(Tensor tensor) => System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(tensor.bytes);
}
