using RobotRL.Model;
using RobotRL.Policy;
using RobotRL.Replay;

namespace RobotRL.Learning.Tests;

/// <summary>Small learners and the batches they are given.</summary>
internal static class Given
{
    public static LearnerParameters Parameters(Func<LearnerParameters, LearnerParameters>? change = null)
    {
        var p = new LearnerParameters
        {
            Method = LearningMethod.Rlpd,
            Encoder = EncoderKind.Convolutional,
            EncoderChannels = [4, 8],
            BatchSize = 8,
            CriticUpdatesPerActorUpdate = 2,
            Discount = 0.97,
            LearningRate = 3e-4,
            TargetRate = 0.005,
            EnsembleSize = 2,
            EnsembleSubset = 2,
            EntropyBackup = false,
            InitialTemperature = 0.01,
            TargetEntropyScale = 0.5,
            HiddenSizes = [32, 32],
            ImageLatent = 16,
            ProprioceptionLatent = 8,
            CropPadding = 2,
            GripperPenalty = -0.02,
            CloningWeight = 0,
            DemonstrationShare = 0.5,
            BufferCapacity = 1000,
            StartAfter = 10,
            UpdateToData = 1,
            UpdateToDataSlack = 4,
            PublishEvery = 5,
            CheckpointEvery = 10,
            PretrainSteps = 0,
            Threads = 1,
        };
        return change?.Invoke(p) ?? p;
    }

    public static NetworkShape Shape(LearnerParameters p, int actions = 2, bool gripper = true, params ImageShape[] images) => new()
    {
        Proprioception = StandardSize.Proprioception,
        Actions = actions,
        GripperChoices = gripper ? 3 : 1,
        ImageShapes = p.Encoder == EncoderKind.None ? [] : images.Length > 0 ? images : [ImageShape.Square(16), ImageShape.Square(16)],
        Encoder = p.Encoder,
        EncoderChannels = p.EncoderChannels,
        EncoderWeightsPath = p.EncoderWeightsPath,
        ImageLatent = p.ImageLatent,
        ProprioceptionLatent = p.ProprioceptionLatent,
        HiddenSizes = p.HiddenSizes,
    };

    public static RlpdLearner Learner(LearnerParameters p, ulong seed = 1) => new(Shape(p), p, seed);

    public static Batch Batch(NetworkShape shape, int size) => new(size, shape.Proprioception, shape.Actions, shape.ImageShapes);
}

/// <summary>Batches of seeded noise: every row differs, and two sources of one seed give the same batches.</summary>
internal sealed class NoiseBatches(ulong seed) : IBatchSource
{
    private readonly Random _random = new((int)seed);

    /// <summary>Fills the same batch again and again from a copy of the first.</summary>
    public bool Repeat { get; init; }
    private Random? _again;

    public void Sample(Batch batch)
    {
        var random = Repeat ? _again = new Random((int)seed) : _random;
        for (var i = 0; i < batch.Proprioception.Length; i++)
        {
            batch.Proprioception[i] = random.NextSingle() - 0.5f;
            batch.NextProprioception[i] = random.NextSingle() - 0.5f;
        }
        foreach (var images in (IEnumerable<byte[]>)[.. batch.Images, .. batch.NextImages]) random.NextBytes(images);
        for (var i = 0; i < batch.Actions.Length; i++) batch.Actions[i] = 1.8f * random.NextSingle() - 0.9f;
        for (var i = 0; i < batch.Size; i++)
        {
            batch.Gripper[i] = random.Next(3);
            batch.GripperChanged[i] = random.Next(2);
            batch.Rewards[i] = random.NextSingle();
            batch.Terminated[i] = random.Next(4) == 0 ? 1 : 0;
            batch.Shown[i] = random.Next(2);
        }
    }
}
