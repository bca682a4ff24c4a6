using RobotRL.Configuration;
using RobotRL.Learning;
using RobotRL.Model;
using RobotRL.Policy;
using TorchSharp;

namespace RobotRL.Sessions.Acting;

/// <summary>The learner that a configuration asks for.</summary>
public static class Learners
{
    /// <summary>CUDA where the build and the machine have it, else the CPU.</summary>
    public static torch.Device Device { get; } = torch.cuda.is_available() ? torch.CUDA : torch.CPU;

    public static ILearner Create(RunConfiguration configuration, ulong seed)
    {
        var shape = NetworkShape.Of(configuration.Task, configuration.Learner);
        return configuration.Learner.Method == LearningMethod.Rlpd
            ? new RlpdLearner(shape, configuration.Learner, seed, Device)
            : new BehaviourCloningLearner(shape, configuration.Learner, seed, Device);
    }
}
