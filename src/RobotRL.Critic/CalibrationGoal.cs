namespace RobotRL.Critic;

/// <summary>The aim to which a critic's thresholds are set.</summary>
/// <param name="FalseInterventionRate">Share of the harmless steps of ordinary attempts at the task that may be flagged.</param>
/// <param name="Horizon">Periods, the harmful one counted, within which harm counts as ahead.</param>
/// <param name="RiskFloor">No lower than this, however calm those attempts are.</param>
/// <param name="FeasibilityFloor">The same for the margin.</param>
public sealed record CalibrationGoal(double FalseInterventionRate, int Horizon, double RiskFloor, double FeasibilityFloor)
{
    /// <summary>Of a point in the plane, whose margin is a distance: one chance in twenty, and one step from an obstacle.</summary>
    public static CalibrationGoal OfPoint(double falseInterventionRate) => new(falseInterventionRate, 5, 0.05, -0.5);

    /// <summary>Of an arm, whose margin is a force: one chance in thirty, and half the limit.</summary>
    public static CalibrationGoal OfArm(double falseInterventionRate) => new(falseInterventionRate, 3, 0.03, -0.5);
}
