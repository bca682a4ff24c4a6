namespace RobotRL.Model;

/// <summary>Which learning algorithm fills the policy.</summary>
public enum LearningMethod
{
    /// <summary>RLPD: off-policy actor-critic with demonstrations (and corrections where an operator is present).</summary>
    Rlpd,

    /// <summary>Behaviour cloning on demonstrations.</summary>
    BehaviourCloning,

    /// <summary>HG-DAgger: behaviour cloning on demonstrations and corrections, as they come in.</summary>
    HgDagger,
}

/// <summary>Which network turns images into feature maps.</summary>
public enum EncoderKind
{
    /// <summary>No images.</summary>
    None,

    /// <summary>A small convolutional network, trained with the critic.</summary>
    Convolutional,

    /// <summary>ResNet-10, frozen, weights from a safetensors file.</summary>
    ResNet10,
}

/// <summary>Everything that shapes learning. Names and defaults of meaning follow RLPD and HIL-SERL.</summary>
public sealed record LearnerParameters
{
    public required LearningMethod Method { get; init; }
    public required EncoderKind Encoder { get; init; }

    /// <summary>Weights of a frozen encoder; null for one that is trained.</summary>
    public string? EncoderWeightsPath { get; init; }

    /// <summary>Output channels of the small encoder's convolutions: 5×5 with stride 4, then 3×3 with stride 2, then 3×3 with stride 1.</summary>
    public required IReadOnlyList<int> EncoderChannels { get; init; }

    /// <summary>Shortest edge of an image that the encoder takes, pixels: its convolutions leave one cell of it.</summary>
    public int SmallestImageEdge => Encoder switch { EncoderKind.None => 1, EncoderKind.ResNet10 => 32, _ => EncoderChannels.Count == 1 ? 4 : 8 };

    public required int BatchSize { get; init; }

    /// <summary>Critic updates per actor update.</summary>
    public required int CriticUpdatesPerActorUpdate { get; init; }

    public required double Discount { get; init; }
    public required double LearningRate { get; init; }

    /// <summary>Polyak τ of the target critics.</summary>
    public required double TargetRate { get; init; }

    /// <summary>
    /// Rate at which averaged weights follow the trained ones and act in their place, in training and evaluation alike; null: the trained ones act.
    /// </summary>
    public double? PolicyAverageRate { get; init; }

    public required int EnsembleSize { get; init; }

    /// <summary>Critics drawn for each target (REDQ); equal to the ensemble size for the plain minimum.</summary>
    public required int EnsembleSubset { get; init; }

    public required bool EntropyBackup { get; init; }
    public required double InitialTemperature { get; init; }

    /// <summary>Target entropy as a multiple of −|A|.</summary>
    public required double TargetEntropyScale { get; init; }

    public required IReadOnlyList<int> HiddenSizes { get; init; }

    /// <summary>Latent size a camera.</summary>
    public required int ImageLatent { get; init; }

    public required int ProprioceptionLatent { get; init; }

    /// <summary>Random-crop padding, pixels; 0 turns augmentation off.</summary>
    public required int CropPadding { get; init; }

    /// <summary>Reward for each change of the gripper, ≤ 0.</summary>
    public required double GripperPenalty { get; init; }

    /// <summary>Reward for each of the policy's proposals that a reflex replaced, ≤ 0; with 0 what came of it says enough.</summary>
    public double ReflexPenalty { get; init; }

    /// <summary>
    /// Weight of the cloning term that holds the actor (and the gripper's values) to what a human did, on the rows that a human drove; 0 for plain
    /// RLPD.
    /// </summary>
    public required double CloningWeight { get; init; }

    /// <summary>Share of each batch from the demonstration buffer.</summary>
    public required double DemonstrationShare { get; init; }

    public required int BufferCapacity { get; init; }

    /// <summary>Online transitions before learning starts.</summary>
    public required int StartAfter { get; init; }

    /// <summary>Learner steps per environment step that the governor holds.</summary>
    public required double UpdateToData { get; init; }

    /// <summary>Learner steps the two sides may drift apart before one waits.</summary>
    public required int UpdateToDataSlack { get; init; }

    /// <summary>Learner steps between published weights.</summary>
    public required int PublishEvery { get; init; }

    /// <summary>Learner steps between checkpoints.</summary>
    public required int CheckpointEvery { get; init; }

    /// <summary>Behaviour-cloning steps on the demonstrations before reinforcement learning starts; 0 for none.</summary>
    public required int PretrainSteps { get; init; }

    /// <summary>Threads for tensor work.</summary>
    public required int Threads { get; init; }
}
