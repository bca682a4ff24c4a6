namespace RobotRL.Critic;

/// <summary>The critic's inputs: where the proposed action lies among them, and on which of the others a recovery may depend.</summary>
/// <param name="Name">Name of the feature set in weight files.</param>
/// <param name="Inputs">Length of the feature vector.</param>
/// <param name="ActionStart">Index of the first component of the proposed action.</param>
/// <param name="ActionCount">Components of the proposed action.</param>
/// <param name="RecoveryInputs">The recovery policy sees the first so many features: no action, no stiffness.</param>
/// <param name="DrivenActions">Which action components the task drives; a recovery leaves the others at zero.</param>
public sealed record SafetyFeatureLayout(string Name, int Inputs, int ActionStart, int ActionCount, int RecoveryInputs, IReadOnlyList<int> DrivenActions)
{
    /// <summary>The arm's features, as the control loop computes them.</summary>
    public static SafetyFeatureLayout Arm(IReadOnlyList<int> drivenAxes) => new("arm-27", 27, 18, 6, 18, drivenAxes);

    /// <summary>A point in the plane: x, y and the move.</summary>
    public static SafetyFeatureLayout Navigation { get; } = new("navigation-4", 4, 2, 2, 2, [0, 1]);
}

/// <summary>How a safety critic learns.</summary>
public sealed record SafetyCriticParameters
{
    /// <summary>γ_s of the risk: the critic looks about 1 / (1 − γ_s) decisions ahead.</summary>
    public required double RiskDiscount { get; init; }

    /// <summary>γ of the feasibility value.</summary>
    public double FeasibilityDiscount { get; init; } = 0.9;

    /// <summary>Expectile of V_h over the actions of the log: near 1 it is the best of them.</summary>
    public double Expectile { get; init; } = 0.9;

    /// <summary>Polyak τ of the target networks.</summary>
    public double TargetRate { get; init; } = 0.005;

    public double LearningRate { get; init; } = 3e-4;
    public int BatchSize { get; init; } = 128;

    /// <summary>Share of each batch that ends in a violation.</summary>
    public double ViolationShare { get; init; } = 0.3;

    /// <summary>Threads for tensor work.</summary>
    public int Threads { get; init; } = 1;
}
