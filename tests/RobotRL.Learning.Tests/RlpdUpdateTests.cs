using RobotRL.Model;

namespace RobotRL.Learning.Tests;

public sealed class RlpdUpdateTests
{
    [Fact]
    public void A_step_gives_finite_losses()
    {
        using var learner = Given.Learner(Given.Parameters());
        var metrics = learner.Step(new NoiseBatches(1));
        Assert.All([metrics.CriticLoss, metrics.GraspLoss, metrics.ActorLoss, metrics.Entropy, metrics.Temperature], v => Assert.True(double.IsFinite(v)));
        Assert.Equal(1, metrics.Step);
    }
}
