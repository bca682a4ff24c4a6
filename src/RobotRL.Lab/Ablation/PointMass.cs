using RobotRL.Model;

namespace RobotRL.Lab.Ablation;

/// <summary>The world of a navigation benchmark: a point that moves as it is told, but for noise.</summary>
internal sealed class PointMass(NavigationDescription task)
{
    private readonly float[] _normals = new float[2];
    private RandomStream _noise = new(0);

    public double X { get; private set; }
    public double Y { get; private set; }

    public bool IsInside => task.Obstacles.Any(o => o.Contains(X, Y));

    public bool IsAtGoal => DistanceToGoal < task.GoalRadius;

    public double DistanceToGoal => Math.Sqrt(Math.Pow(X - task.Goal.X, 2) + Math.Pow(Y - task.Goal.Y, 2));

    /// <summary>Depth inside an obstacle, or, negative, the distance to the nearest, in units of two steps and within ±1: finest where it matters.</summary>
    public double Margin => task.Obstacles.Count == 0 ? -1 : Math.Clamp(-task.Obstacles.Min(o => o.SignedDistance(X, Y)) / (2 * task.Step), -1, 1);

    public void Begin(ulong seed)
    {
        _noise = new(seed);
        _noise.FillNormal(_normals);
        Place(task.Start.X + task.StartDeviation * _normals[0], task.Start.Y + task.StartDeviation * _normals[1]);
    }

    public void Begin(ulong seed, double x, double y)
    {
        _noise = new(seed);
        Place(x, y);
    }

    /// <summary>Moves by an action in [−1, 1]².</summary>
    public void Move(double x, double y)
    {
        _noise.FillNormal(_normals);
        Place(X + task.Step * Math.Clamp(x, -1, 1) + task.NoiseDeviation * _normals[0],
            Y + task.Step * Math.Clamp(y, -1, 1) + task.NoiseDeviation * _normals[1]);
    }

    /// <summary>The critic's features.</summary>
    public float[] Features(double actionX, double actionY) => [(float)(X / task.Scale), (float)(Y / task.Scale), (float)actionX, (float)actionY];

    private void Place(double x, double y) => (X, Y) = (x, y);
}
