using RobotRL.Model;

namespace RobotRL.Configuration;

/// <summary>A navigation benchmark: a document of its own kind, since it has no robot. Read as strictly as a run's configuration.</summary>
public sealed record NavigationConfiguration
{
    internal const string Key = "navigation";

    public required NavigationDescription Task { get; init; }
    public required LearnerParameters Learner { get; init; }

    /// <summary>SHA-256, lower-case hex, of every value.</summary>
    public required string Hash { get; init; }

    /// <summary>Reads only.</summary>
    /// <exception cref="ConfigurationException">Anything is missing, unknown, out of range or contradictory; holds every error.</exception>
    public static NavigationConfiguration Load(string path)
    {
        path = Path.GetFullPath(path);
        var errors = new Diagnostics(path);
        var tree = ConfigurationTree.Read(path, [], errors);
        if (tree is null) errors.ThrowIfAny();
        var canonical = new CanonicalText();
        var root = new Section(tree, "", errors, canonical);
        var configuration = new NavigationConfiguration
        {
            Task = root.Child(Key, s => ReadTask(s, Path.GetFileNameWithoutExtension(path))),
            Learner = root.Child("learner", LearnerSection.ReadLearner),
            Hash = "",
        };
        root.Require(configuration.Learner is { Method: LearningMethod.Rlpd, Encoder: EncoderKind.None }, "learner.method",
            "a navigation benchmark is learned by rlpd without images; set learner.method: rlpd and learner.encoder: none", "learner.encoder");
        root.RefuseUnknownKeys();
        errors.ThrowIfAny();
        return configuration with { Hash = canonical.Hash };
    }

    private static NavigationDescription ReadTask(Section s, string name)
    {
        var task = new NavigationDescription
        {
            Name = name,
            Start = Point(s, "start"),
            StartDeviation = s.Number("start_deviation", 0, 100),
            Goal = Point(s, "goal"),
            GoalRadius = s.Number("goal_radius", 0.01, 1000),
            Step = s.Number("step", 0.001, 100),
            NoiseDeviation = s.Number("noise_deviation", 0, 100),
            MaxSteps = s.Integer("max_steps", 1, 10_000),
            Scale = s.Number("scale", 0.001, 1000),
            Bounds = s.Child("bounds", ReadRectangle),
            Obstacles = s.Children("obstacles", ReadRectangle),
            Exploration = s.Children("exploration", ReadRectangle),
            RiskDiscount = s.Number("risk_discount", 0, 0.999),
            Route = s.Children("route", p => Point(p, "at")),
        };
        s.Require(task.Exploration.Count > 0, "exploration", "is empty; name at least one region that scripted experience starts from");
        s.Require(task.Route.Count > 0, "route", "is empty; name at least the goal");
        for (var i = 0; i < task.Obstacles.Count; i++)
        {
            var obstacle = task.Obstacles[i];
            s.Require(!obstacle.Contains(task.Start.X, task.Start.Y), "start", $"lies inside obstacles.{i}; move one of them", s["obstacles"]);
            s.Require(!obstacle.Contains(task.Goal.X, task.Goal.Y), "goal", $"lies inside obstacles.{i}; move one of them", s["obstacles"]);
        }
        s.Require(task.Bounds.Contains(task.Start.X, task.Start.Y), "start", "lies outside bounds; move it or widen them", s["bounds"]);
        s.Require(task.Bounds.Contains(task.Goal.X, task.Goal.Y), "goal", "lies outside bounds; move it or widen them", s["bounds"]);
        return task;
    }

    private static Rectangle ReadRectangle(Section s)
    {
        var ((minX, minY), (maxX, maxY)) = (Point(s, "min"), Point(s, "max"));
        s.Require(minX < maxX && minY < maxY, "min", $"[{minX}, {minY}] is not below max, [{maxX}, {maxY}]; swap or correct them", s["max"]);
        return new(minX, minY, maxX, maxY);
    }

    private static (double X, double Y) Point(Section s, string key)
    {
        var values = s.Numbers(key, 2, -1e6, 1e6, "", "x, y");
        return (values[0], values[1]);
    }
}
