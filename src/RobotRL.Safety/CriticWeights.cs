namespace RobotRL.Safety;

/// <summary>A perceptron in–256–256–out with rectifiers, matrices row by row as [out, in].</summary>
public sealed record PerceptronWeights(float[] W0, float[] B0, float[] W1, float[] B1, float[] W2, float[] B2);

/// <summary>What the trainer's own arithmetic made of some inputs: whoever loads the weights must come to the same.</summary>
/// <param name="Inputs">[n, in].</param>
/// <param name="Risk">[n] probability of a violation, the larger of the twins.</param>
/// <param name="Feasibility">[n] predicted margin, the larger of the twins.</param>
public sealed record CanaryBatch(float[] Inputs, float[] Risk, float[] Feasibility);

/// <summary>A whole set of weights as it was read, not yet trusted: <see cref="SafetyCritic"/> checks it.</summary>
public sealed record CriticWeights
{
    /// <summary>Number of inputs.</summary>
    public required int Inputs { get; init; }

    /// <summary>Rises with every set that a learner makes.</summary>
    public required long Version { get; init; }

    /// <summary>ε that the risk was calibrated to, in (0, 1).</summary>
    public required double RiskThreshold { get; init; }

    /// <summary>The same for the margin.</summary>
    public required double FeasibilityThreshold { get; init; }

    public required PerceptronWeights Risk1 { get; init; }
    public required PerceptronWeights Risk2 { get; init; }
    public required PerceptronWeights Feasibility1 { get; init; }
    public required PerceptronWeights Feasibility2 { get; init; }

    /// <summary>From <see cref="RecoveryInputs"/> values of the state to an action; none where no recovery policy was learned.</summary>
    public PerceptronWeights? Recovery { get; init; }

    public int RecoveryInputs { get; init; }
    public int RecoveryOutputs { get; init; }

    public required CanaryBatch Canary { get; init; }
}
