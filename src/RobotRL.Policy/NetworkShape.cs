using RobotRL.Model;

namespace RobotRL.Policy;

/// <summary>Everything that fixes the shapes of the networks: two sides with equal shapes can exchange weights.</summary>
public sealed record NetworkShape
{
    /// <summary>Length of the proprioceptive vector.</summary>
    public required int Proprioception { get; init; }

    /// <summary>A, continuous action components.</summary>
    public required int Actions { get; init; }

    /// <summary>3ⁿ joint commands of n grippers; 1 where there is none.</summary>
    public required int GripperChoices { get; init; }

    public bool HasGripper => GripperChoices > 1;

    /// <summary>Image of each camera.</summary>
    public required IReadOnlyList<ImageShape> ImageShapes { get; init; }

    public required EncoderKind Encoder { get; init; }
    public required IReadOnlyList<int> EncoderChannels { get; init; }

    /// <summary>Weights of the frozen encoder; null for one that is trained.</summary>
    public string? EncoderWeightsPath { get; init; }

    public required int ImageLatent { get; init; }
    public required int ProprioceptionLatent { get; init; }
    public required IReadOnlyList<int> HiddenSizes { get; init; }

    /// <summary>Length of the features of all cameras together.</summary>
    public int ImageFeatures => ImageShapes.Count * ImageLatent;

    /// <summary>The shapes of a task under given learner parameters.</summary>
    public static NetworkShape Of(TaskDescription task, LearnerParameters parameters) => new()
    {
        Proprioception = task.ObservationLayout.Size,
        Actions = task.ActionLayout.Dimensions,
        GripperChoices = task.ActionLayout.GripperChoices,
        ImageShapes = parameters.Encoder == EncoderKind.None ? [] : [.. task.ObservationLayout.Images.Select(i => i.Shape)],
        Encoder = parameters.Encoder,
        EncoderChannels = parameters.EncoderChannels,
        EncoderWeightsPath = parameters.EncoderWeightsPath,
        ImageLatent = parameters.ImageLatent,
        ProprioceptionLatent = parameters.ProprioceptionLatent,
        HiddenSizes = parameters.HiddenSizes,
    };
}
