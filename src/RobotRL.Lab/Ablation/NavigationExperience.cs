using RobotRL.Configuration;
using RobotRL.Critic;
using RobotRL.Model;
using RobotRL.Sessions.Runs;

namespace RobotRL.Lab.Ablation;

/// <summary>
/// Scripted experience of harm on a navigation benchmark: short random walks from dangerous places, and demonstrations by an unsteady hand.
/// </summary>
internal static class NavigationExperience
{
    private const int WalkSteps = 10;
    private const double DemonstratedShare = 0.2, HandDeviation = 0.5;

    public static IEnumerable<HarmEpisode> Collect(NavigationConfiguration configuration, int steps, ulong seed)
    {
        var noise = new RandomStream(Seeds.Derive(seed, SeedUse.Demonstration));
        for (var (done, index) = (0, 0UL); done < steps; index++)
        {
            var episode = noise.NextUniform() < DemonstratedShare / 5 ? Demonstration(configuration, noise, index) : Walk(configuration, noise, index);
            done += episode.Steps.Count;
            if (episode.Steps.Count > 0) yield return episode;
        }
    }

    private static HarmEpisode Walk(NavigationConfiguration configuration, RandomStream noise, ulong index)
    {
        var task = configuration.Task;
        var point = new PointMass(task);
        var region = task.Exploration[noise.NextByOneDraw(task.Exploration.Count)];
        do point.Begin(index, region.MinX + noise.NextUniform() * (region.MaxX - region.MinX), region.MinY + noise.NextUniform() * (region.MaxY - region.MinY));
        while (point.IsInside);
        // A walk keeps to a direction of its own: pure noise would hardly leave its place.
        var (drift, action) = (new float[2], new float[2]);
        noise.FillNormal(drift);
        List<(float[], float)> steps = [];
        while (steps.Count < WalkSteps && !point.IsInside)
        {
            noise.FillNormal(action);
            var (x, y) = (Math.Clamp(0.5 * drift[0] + action[0], -1, 1), Math.Clamp(0.5 * drift[1] + action[1], -1, 1));
            var features = point.Features(x, y);
            point.Move(x, y);
            steps.Add((features, (float)point.Margin));
        }
        return new(steps, point.IsInside, IsOver: false);
    }

    private static HarmEpisode Demonstration(NavigationConfiguration configuration, RandomStream noise, ulong index)
    {
        using var bench = new NavigationBench(configuration, Protection.All[0], null);
        bench.Begin(index);
        var shake = new float[2];
        for (var i = 0; i < bench.MaxSteps; i++)
        {
            var action = bench.Demonstrate();
            noise.FillNormal(shake);
            (action.Motion[0], action.Motion[1]) = (Clamp(action.Motion[0] + HandDeviation * shake[0]), Clamp(action.Motion[1] + HandDeviation * shake[1]));
            if (bench.Step(action).IsOver) break;
        }
        return bench.Experience()[0] with { IsDemonstration = true };
    }

    private static float Clamp(double value) => (float)Math.Clamp(value, -1, 1);
}
