namespace RobotRL.Model;

/// <summary>An axis-aligned rectangle in the plane, in the benchmark's own length unit.</summary>
public readonly record struct Rectangle(double MinX, double MinY, double MaxX, double MaxY)
{
    public bool Contains(double x, double y) => x >= MinX && x <= MaxX && y >= MinY && y <= MaxY;

    /// <summary>Distance to the boundary: positive outside, negative inside.</summary>
    public double SignedDistance(double x, double y)
    {
        var (dx, dy) = (Math.Max(MinX - x, x - MaxX), Math.Max(MinY - y, y - MaxY));
        return Math.Min(Math.Max(dx, dy), 0) + Math.Sqrt(Math.Pow(Math.Max(dx, 0), 2) + Math.Pow(Math.Max(dy, 0), 2));
    }
}

/// <summary>
/// A point mass that moves in the plane under noise, from a start to a goal, around obstacles that only experience tells of: Recovery RL's navigation
/// benchmarks (arXiv 2010.15920). Lengths are in the benchmark's own unit.
/// </summary>
public sealed record NavigationDescription
{
    public required string Name { get; init; }
    public required (double X, double Y) Start { get; init; }

    /// <summary>Standard deviation of the start, per axis.</summary>
    public required double StartDeviation { get; init; }

    public required (double X, double Y) Goal { get; init; }
    public required double GoalRadius { get; init; }

    /// <summary>Displacement for an action component of 1.</summary>
    public required double Step { get; init; }

    /// <summary>Standard deviation of the displacement's noise, per axis and decision.</summary>
    public required double NoiseDeviation { get; init; }

    public required int MaxSteps { get; init; }

    /// <summary>Physical value of a normalised coordinate of 1.</summary>
    public required double Scale { get; init; }

    /// <summary>The outer limits, known to the deterministic layer.</summary>
    public required Rectangle Bounds { get; init; }

    /// <summary>Entering one is a violation. The deterministic layer does not know them.</summary>
    public required IReadOnlyList<Rectangle> Obstacles { get; init; }

    /// <summary>Where scripted experience of harm starts from, a part each.</summary>
    public required IReadOnlyList<Rectangle> Exploration { get; init; }

    /// <summary>γ_s of the safety critic.</summary>
    public required double RiskDiscount { get; init; }

    /// <summary>Way points of the scripted demonstrator, the goal last.</summary>
    public required IReadOnlyList<(double X, double Y)> Route { get; init; }
}
