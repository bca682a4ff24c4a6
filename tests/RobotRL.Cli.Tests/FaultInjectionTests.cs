using RobotRL.Cli.Commands;
using RobotRL.Lab.Faults;
using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Cli.Tests;

/// <summary>Every fault of the catalogue, on the simulated robot in motion, reaches the stop that it names, in time.</summary>
public sealed class FaultInjectionTests
{
    public static TheoryData<string> Names => [.. FaultCatalog.All.Select(f => f.Name)];

    [Theory, MemberData(nameof(Names))]
    public void Fault_is_answered_as_the_catalogue_says(string name)
    {
        var fault = FaultCatalog.All.Single(f => f.Name == name);
        var result = fault.Run();
        TestContext.Current.TestOutputHelper?.WriteLine($"{result}");
        // Virtual time is the robot's own. Real processes take the machine's as well, which the benchmark measures and no test asserts.
        Assert.True(fault.HasProcesses ? result.Answered : result.Passed, $"{result}");
    }

    [Fact]
    public void Catalogue_names_each_fault_once_and_every_stop_category()
    {
        Assert.Equal(FaultCatalog.All.Count, FaultCatalog.All.Select(f => f.Name).Distinct().Count());
        Assert.Equal([0, 1, 2], FaultCatalog.All.Where(f => f.Expected != Model.FaultCode.None)
            .Select(f => (int)Safety.StopCategories.Of(f.Expected)).Distinct().Order());
    }
}
