using RobotRL.Configuration;
using RobotRL.Model;
using RobotRL.Policy;
using RobotRL.Sensing;
using RobotRL.Sessions.Runs;

namespace RobotRL.Lab.Bench;

/// <summary>The two kinds of vision that figures are about: the shipped task's own, and a frozen ResNet-10 on two 128-pixel cameras.</summary>
internal static class BenchShapes
{
    /// <summary>Length of what is observed of one arm where a task does not say.</summary>
    public static int Proprioception { get; } = new ObservationLayout([("", Joints.Max)], ObservationLayout.Standard).Size;

    /// <summary>6 continuous actions, a gripper, 19 proprioceptive inputs, two 128² images.</summary>
    public static NetworkShape ResNet10(LearnerParameters parameters, string weightsPath) => new()
    {
        Proprioception = Proprioception,
        Actions = ActionSpace.Axes,
        GripperChoices = ActionLayout.CommandsOfOne,
        ImageShapes = [ImageShape.Square(128), ImageShape.Square(128)],
        Encoder = EncoderKind.ResNet10,
        EncoderChannels = parameters.EncoderChannels,
        EncoderWeightsPath = weightsPath,
        ImageLatent = parameters.ImageLatent,
        ProprioceptionLatent = parameters.ProprioceptionLatent,
        HiddenSizes = parameters.HiddenSizes,
    };

    /// <summary>The shipped peg insertion, one thread for tensors.</summary>
    public static RunConfiguration PegInsert(params IEnumerable<(string Key, string Value)> overrides) =>
        RunConfiguration.Load(ShippedFiles.Configuration("sim/peg-insert.yaml"), [("learner.threads", "1"), .. overrides]);

    /// <summary>Runs a measurement with a random ResNet-10 weight file that is deleted again.</summary>
    public static T WithRandomWeights<T>(Func<string, T> measure)
    {
        var path = Path.Combine(Path.GetTempPath(), $"robotrl-resnet10-{Guid.NewGuid():N}.safetensors");
        try
        {
            Policy.ResNet10.WriteRandom(path, seed: 1);
            return measure(path);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
