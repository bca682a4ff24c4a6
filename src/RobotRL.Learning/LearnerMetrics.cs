namespace RobotRL.Learning;

/// <summary>Figures of one learner step, or means of several. NaN where a learner has no such quantity.</summary>
public readonly record struct LearnerMetrics
{
    public LearnerMetrics() { }

    /// <summary>Learner steps done, pretraining included.</summary>
    public long Step { get; init; }

    /// <summary>Mean squared temporal-difference error over ensemble and batch.</summary>
    public double CriticLoss { get; init; } = double.NaN;
    public double GraspLoss { get; init; } = double.NaN;

    /// <summary>Actor loss: of the soft policy gradient, or of cloning.</summary>
    public double ActorLoss { get; init; } = double.NaN;

    /// <summary>Mean Q of the executed actions.</summary>
    public double QMean { get; init; } = double.NaN;

    /// <summary>Mean target y.</summary>
    public double TargetMean { get; init; } = double.NaN;

    /// <summary>Policy entropy estimate −E[log π], nats.</summary>
    public double Entropy { get; init; } = double.NaN;

    /// <summary>α.</summary>
    public double Temperature { get; init; } = double.NaN;

    /// <summary>Mean absolute error of the policy's mean action against the executed one, action units; cloning only.</summary>
    public double CloningError { get; init; } = double.NaN;

    /// <summary>The mean of the fields over a window of one kind of step; a value that is not finite shows. The step is the last one's.</summary>
    public static LearnerMetrics Mean(IReadOnlyCollection<LearnerMetrics> window)
    {
        double Over(Func<LearnerMetrics, double> field) => window.Average(field);
        return new()
        {
            Step = window.Max(m => m.Step),
            CriticLoss = Over(m => m.CriticLoss),
            GraspLoss = Over(m => m.GraspLoss),
            ActorLoss = Over(m => m.ActorLoss),
            QMean = Over(m => m.QMean),
            TargetMean = Over(m => m.TargetMean),
            Entropy = Over(m => m.Entropy),
            Temperature = Over(m => m.Temperature),
            CloningError = Over(m => m.CloningError),
        };
    }
}
