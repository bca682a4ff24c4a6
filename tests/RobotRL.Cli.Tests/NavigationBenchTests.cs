using RobotRL.Configuration;
using RobotRL.Lab.Ablation;
using RobotRL.Model;
using RobotRL.Sensing;
using RobotRL.Sessions.Runs;

namespace RobotRL.Cli.Tests;

/// <summary>The navigation benchmarks without a critic: what violates, what the limits know, and that everything follows from the seed.</summary>
public sealed class NavigationBenchTests
{
    private static NavigationConfiguration Load(string name) => NavigationConfiguration.Load(ShippedFiles.Configuration($"sim/{name}.yaml"));

    private static Protection Of(string name) => Protection.All.Single(p => p.Name == name);

    private static ArmAction Move(float x, float y)
    {
        var action = default(ArmAction);
        (action.Motion[0], action.Motion[1]) = (x, y);
        return action;
    }

    private static (BenchStep Last, int Steps) Drive(NavigationBench bench, ulong seed, Func<ArmAction> policy)
    {
        bench.Begin(seed);
        for (var i = 1; ; i++)
            if (bench.Step(policy()) is { } step && (step.IsOver || i == bench.MaxSteps)) return (step, i);
    }

    [Theory, InlineData("navigation-1"), InlineData("navigation-2")]
    public void Demonstrator_reaches_the_goal_and_meets_no_obstacle(string name)
    {
        using var bench = new NavigationBench(Load(name), Of("none"), null);
        for (ulong seed = 0; seed < 50; seed++)
        {
            var (last, steps) = Drive(bench, seed, bench.Demonstrate);
            Assert.True(last.Success, $"seed {seed}");
            Assert.InRange(steps, 44, 80);
        }
    }

    [Fact]
    public void Straight_ahead_is_a_violation_where_the_block_stands()
    {
        using var bench = new NavigationBench(Load("navigation-2"), Of("limits"), null);
        var (last, steps) = Drive(bench, 1, () => Move(1, 0));
        Assert.True(last.Violated);
        Assert.InRange(steps, 17, 23); // from −50 ± 1 to −30
        var experience = Assert.Single(bench.Experience());
        Assert.True(experience is { Violated: true, IsOver: false });
        Assert.Equal(steps, experience.Steps.Count);
        Assert.True(experience.Steps[^1].Margin > 0);
    }

    [Fact]
    public void Limits_keep_the_point_inside_the_outer_bounds_and_nothing_else_does()
    {
        var configuration = Load("navigation-2");
        foreach (var (protection, inside) in ((string, bool)[])[("limits", true), ("none", false)])
        {
            using var bench = new NavigationBench(configuration, Of(protection), null);
            Observation? last = null;
            bench.Begin(5);
            for (var i = 0; i < bench.MaxSteps; i++) last = bench.Step(Move(-1, 1)).Next;
            var (x, y) = (last!.Proprioception[0] * configuration.Task.Scale, last.Proprioception[1] * configuration.Task.Scale);
            Assert.Equal(inside, configuration.Task.Bounds.Contains(x, y));
        }
    }

    [Fact]
    public void Episode_follows_from_seed_and_actions()
    {
        using var bench = new NavigationBench(Load("navigation-1"), Of("none"), null);
        float[] End(ulong seed)
        {
            bench.Begin(seed);
            Observation? last = null;
            for (var i = 0; i < 20; i++) last = bench.Step(Move(0.5f, 0)).Next;
            return last!.Proprioception;
        }
        Assert.Equal(End(3), End(3));
        Assert.NotEqual(End(3), End(4));
    }
}
