using RobotRL.Model;
using RobotRL.Policy;
using TorchSharp;
using static TorchSharp.torch;

namespace RobotRL.Learning;

/// <summary>
/// The part of training that every learner has: the policy's networks with an optimizer each, the road from a sampled batch to
/// features, and publication. Each optimizer owns one block, and each block is one network.
/// </summary>
internal sealed class PolicyTraining : IDisposable
{
    private readonly FeatureExtractor _extractor;
    private readonly Device _device;
    private readonly Tensor[] _images, _nextImages;
    private readonly double _rate;
    private readonly List<(string Name, ParameterBlock Block, Adam Optimizer)> _optimized = [];
    private readonly List<(string Name, ParameterBlock Block)> _blocks = [];
    private readonly List<(ParameterBlock Average, ParameterBlock Source)> _averages = [];
    private readonly double _averageRate;

    public PolicyTraining(NetworkShape shape, LearnerParameters parameters, ulong seed, Device device)
    {
        NativeHeap.KeepFreedBlocks();
        // libtorch has one thread count a process; results repeat to the bit only under a fixed one.
        if (get_num_threads() != parameters.Threads) set_num_threads(parameters.Threads);
        (Shape, Noise, _device, _rate) = (shape, new(seed), device, parameters.LearningRate);
        _extractor = new(shape, device);
        var layouts = PolicyLayouts.Of(shape);
        (EncoderNetwork, ActorNetwork, GraspNetwork) = (layouts.EncoderNetwork, layouts.ActorNetwork, layouts.GraspNetwork);
        Encoder = Optimized("encoder", layouts.Encoder);
        Actor = Optimized("actor", layouts.Actor);
        Grasp = layouts.Grasp is { } grasp ? Optimized("grasp", grasp) : null;
        if (parameters.PolicyAverageRate is { } averageRate)
        {
            _averageRate = averageRate;
            foreach (var (name, block, _) in _optimized) _averages.Add((Target($"average.{name}", block), block));
        }
        Batch = new(shape, parameters.BatchSize, device);
        Tensor[] Buffers() => [.. shape.ImageShapes.Select(s => _extractor.Buffer(parameters.BatchSize, s))];
        (_images, _nextImages) = (Buffers(), Buffers());
    }

    public NetworkShape Shape { get; }
    public RandomStream Noise { get; }
    public BatchTensors Batch { get; }
    public ImageEncoder EncoderNetwork { get; }
    public ActorNetwork ActorNetwork { get; }
    public GraspNetwork? GraspNetwork { get; }
    public ParameterBlock Encoder { get; }
    public ParameterBlock Actor { get; }
    public ParameterBlock? Grasp { get; }
    public bool HasImages => Shape.ImageShapes.Count > 0;

    /// <summary>Adds a network that is trained; it starts from this training's noise.</summary>
    public ParameterBlock Optimized(string name, ParameterLayout layout)
    {
        var block = new ParameterBlock(layout, _device, trainable: true);
        block.Initialize(Noise);
        _optimized.Add((name, block, new(block, _rate)));
        _blocks.Add((name, block));
        return block;
    }

    /// <summary>Adds a target copy, which starts equal to <paramref name="source"/> and is saved with the rest.</summary>
    public ParameterBlock Target(string name, ParameterBlock source)
    {
        var block = new ParameterBlock(source.Layout, _device, trainable: false);
        block.CopyFrom(source);
        _blocks.Add((name, block));
        return block;
    }

    /// <summary>One step of the optimizers of the given blocks, and of no other.</summary>
    public void Apply(params ReadOnlySpan<ParameterBlock?> blocks)
    {
        foreach (var block in blocks)
            if (block is not null && block.Layout.Count > 0)
                _optimized.Single(o => o.Block == block).Optimizer.Step();
    }

    /// <summary>One step of the averages that act in the trained weights' place, where there are any; once a learner step.</summary>
    public void MoveAverages()
    {
        foreach (var (average, source) in _averages) average.MoveToward(source, _averageRate);
    }

    /// <summary>Image features of s with the gradient's path to the encoder, and of s′ without; null where there are no cameras.</summary>
    public (Tensor? Now, Tensor? Next) Features(bool withNext) => !HasImages
        ? (null, null)
        : FeaturesOfMaps(Maps(Batch.Images, _images, Encoder.Trained), withNext ? Untracked(() => Maps(Batch.NextImages, _nextImages, Encoder.Frozen)) : null);

    /// <summary>The same from feature maps that are given.</summary>
    public (Tensor? Now, Tensor? Next) FeaturesOfMaps(IReadOnlyList<Tensor> maps, IReadOnlyList<Tensor>? nextMaps) => (
        EncoderNetwork.Features(Encoder.Trained, maps),
        nextMaps is null ? null : Untracked(() => EncoderNetwork.Features(Encoder.Frozen, nextMaps)));

    /// <summary>Feature maps of the frozen encoder for the batch at hand: (s, s′), detached from any dispose scope.</summary>
    public (Tensor[] Now, Tensor[] Next) FrozenMaps()
    {
        if (!_extractor.IsFrozen) throw new InvalidOperationException("Only a frozen encoder's feature maps can be kept.");
        using var scope = NewDisposeScope();
        Tensor[] Kept(IReadOnlyList<Tensor> bytes, Tensor[] buffers) => [.. Maps(bytes, buffers, Encoder.Frozen).Select(m => m.DetachFromDisposeScope())];
        return (Kept(Batch.Images, _images), Kept(Batch.NextImages, _nextImages));
    }

    public WeightSnapshot Snapshot(long version)
    {
        float[] Values(ParameterBlock? trained)
        {
            var block = _averages.Find(a => a.Source == trained).Average ?? trained;
            var values = new float[block?.Layout.Count ?? 0];
            block?.Read(values);
            return values;
        }
        return new(version, Values(Encoder), Values(Actor), Values(Grasp));
    }

    public LearnerState Save(Safetensors tensors, string learner, long steps, long pretrained, TemperatureState temperature)
    {
        foreach (var (name, block) in _blocks) tensors.Add(block, $"{name}.");
        foreach (var (name, _, optimizer) in _optimized) optimizer.Save(tensors, $"adam.{name}");
        return new()
        {
            Learner = learner,
            Steps = steps,
            PretrainedSteps = pretrained,
            Temperature = temperature,
            Noise = Noise.State,
            OptimizerSteps = _optimized.ToDictionary(o => o.Name, o => o.Optimizer.Steps),
        };
    }

    public void Load(Safetensors tensors, LearnerState state, string learner)
    {
        if (state.Learner != learner) throw new InvalidDataException($"The checkpoint is of a {state.Learner} learner, the configuration asks for {learner}.");
        foreach (var (name, block) in _blocks) block.Write(tensors.Pack(block.Layout, $"{name}."));
        foreach (var (name, _, optimizer) in _optimized)
        {
            if (!state.OptimizerSteps.TryGetValue(name, out var steps)) throw new InvalidDataException($"The checkpoint lacks the optimizer of {name}.");
            optimizer.Load(tensors, $"adam.{name}", steps);
        }
        if (state.Noise == default) throw new InvalidDataException("The checkpoint's noise is a state of zeros, which yields only zeros.");
        Noise.State = state.Noise;
        using var policy = new PolicyNetwork(Shape, _device);
        policy.Load(Snapshot(state.PretrainedSteps + state.Steps));
        policy.RequireFiniteOutput();
    }

    public void Dispose()
    {
        foreach (var (_, _, optimizer) in _optimized) optimizer.Dispose();
        foreach (var (_, block) in _blocks) block.Dispose();
        Batch.Dispose();
        foreach (var buffer in (Tensor[])[.. _images, .. _nextImages]) buffer.Dispose();
        _extractor.Dispose();
    }

    private Tensor[] Maps(IReadOnlyList<Tensor> bytes, Tensor[] buffers, IReadOnlyList<Tensor> encoder)
    {
        Tensor[] normalized = [.. bytes.Zip(buffers, _extractor.Normalize)];
        return _extractor.IsFrozen ? Array.ConvertAll(normalized, _extractor.FrozenMaps) : EncoderNetwork.Maps(encoder, normalized);
    }

    private static T Untracked<T>(Func<T> body)
    {
        using var untracked = no_grad();
        return body();
    }
}
