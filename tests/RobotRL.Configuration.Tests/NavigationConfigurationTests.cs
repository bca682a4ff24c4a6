namespace RobotRL.Configuration.Tests;

/// <summary>The navigation benchmarks: a document of its own kind, read as strictly as the others.</summary>
public sealed class NavigationConfigurationTests
{
    [Theory, InlineData("navigation-1", 3, 0.8), InlineData("navigation-2", 1, 0.65)]
    public void Shipped_benchmark_loads(string name, int obstacles, double discount)
    {
        var configuration = NavigationConfiguration.Load(Shipped.Path(name));
        Assert.Equal(name, configuration.Task.Name);
        Assert.Equal((-50.0, 0.0), configuration.Task.Start);
        Assert.Equal(obstacles, configuration.Task.Obstacles.Count);
        Assert.Equal(discount, configuration.Task.RiskDiscount);
        Assert.Equal(0.05, configuration.Task.NoiseDeviation);
    }

    [Fact]
    public void Obstacle_over_the_start_and_an_unknown_key_are_both_told()
    {
        using var directory = new TemporaryDirectory();
        var text = File.ReadAllText(Shipped.Path("navigation-2")).Replace("start: [-50, 0]", "start: [-25, 0]", StringComparison.Ordinal)
            .Replace("goal_radius: 4", "goal_radius: 4\n  gaol_radius: 5", StringComparison.Ordinal);
        var refused = Assert.Throws<ConfigurationException>(() => NavigationConfiguration.Load(directory.Write("navigation.yaml", text)));
        Assert.Contains(refused.Errors, e => e.Contains("navigation.start: lies inside obstacles.0", StringComparison.Ordinal));
        Assert.Contains(refused.Errors, e => e.Contains("navigation.gaol_radius: unknown key; did you mean 'goal_radius'?", StringComparison.Ordinal));
        Assert.Equal(2, refused.Errors.Count);
    }

    [Fact]
    public void Training_a_robot_on_it_is_refused_in_one_line()
    {
        var refused = Assert.Throws<ConfigurationException>(() => RunConfiguration.Load(Shipped.Path("navigation-1")));
        Assert.Contains("a benchmark without a robot", Assert.Single(refused.Errors), StringComparison.Ordinal);
    }
}
