using System.Text.Json;
using RobotRL.Cli.Commands;
using RobotRL.Sessions.Processes;

namespace RobotRL.Cli.Tests;

public sealed class DoctorTests
{
    private static Dictionary<string, JsonElement> Findings(RobotrlResult result) =>
        result.Json.GetProperty("findings").EnumerateArray().ToDictionary(finding => finding.GetProperty("name").GetString()!);

    private static string Text(JsonElement finding, string key) => finding.GetProperty(key).GetString()!;

    [Fact]
    public void Doctor_finds_what_the_simulation_needs_here()
    {
        var result = RobotrlProcess.Run("doctor", "--json");
        var findings = Findings(result);
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.True(result.Json.GetProperty("ready").GetBoolean());
        foreach (var needed in new[] { "libtorch", "OpenCV", "MuJoCo" })
            Assert.Equal("good", Text(findings[needed], "standing"));
        Assert.Contains("good", new[] { Text(findings["EGL"], "standing"), Text(findings["OSMesa"], "standing") });
    }

    [Fact]
    public void Doctor_names_a_remedy_for_all_that_is_not_good()
    {
        foreach (var finding in Findings(RobotrlProcess.Run("doctor", "--json")).Values.Where(f => Text(f, "standing") != "good"))
            Assert.NotEqual("", Text(finding, "remedy"));
    }

    [Fact]
    public void Doctor_exits_1_when_mujoco_does_not_load()
    {
        var result = RobotrlProcess.Run(new Dictionary<string, string> { ["MUJOCO_LIBRARY"] = "/no/such/library.so" }, "doctor", "--json");
        Assert.Equal(1, result.ExitCode);
        Assert.False(result.Json.GetProperty("ready").GetBoolean());
        var mujoco = Findings(result)["MuJoCo"];
        Assert.Equal("missing", Text(mujoco, "standing"));
        Assert.Contains("/no/such/library.so", Text(mujoco, "found"), StringComparison.Ordinal);
    }

    [Fact]
    public void Doctor_answers_on_stdout_in_lines_that_can_be_searched()
    {
        var result = RobotrlProcess.Run("doctor");
        Assert.Contains(result.Output, line => line.Contains("MuJoCo", StringComparison.Ordinal) && line.Contains("good", StringComparison.Ordinal));
        Assert.Equal("", result.Error);
    }

    /// <summary>What nothing here can use yet is not recommended.</summary>
    [Fact]
    public void Doctor_names_no_device_that_is_not_supported() =>
        Assert.DoesNotContain(Findings(RobotrlProcess.Run("doctor", "--json")).Keys, name => name is "gamepads" or "SpaceMouse");
}
