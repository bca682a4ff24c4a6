using System.Diagnostics;
using RobotRL.Model;

namespace RobotRL.Configuration.Tests;

/// <summary>A configuration that came from somebody else neither holds its reader nor makes it read without end: each gives one clear line.</summary>
public sealed class HostileFilesTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly string _robot, _task, _scene;

    public HostileFilesTests()
    {
        foreach (var file in new[] { "panda/panda.yaml", "sim/scene.xml", "sim/task.yaml" }) _directory.Write(file, File.ReadAllText(Shipped.Sample(file)));
        _robot = Path.Combine(_directory.Path, "panda", "panda.yaml");
        _task = Path.Combine(_directory.Path, "sim", "task.yaml");
        _scene = Path.Combine(_directory.Path, "sim", "scene.xml");
    }

    public void Dispose() => _directory.Dispose();

    /// <summary>Each file that a configuration leads to, by what may stand in its place.</summary>
    [Theory]
    [InlineData("task")]
    [InlineData("robot")]
    [InlineData("scene")]
    [InlineData("include")]
    [InlineData("mesh")]
    public async Task Pipe_is_refused_rather_than_waited_for(string place)
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("needs mkfifo");
        var file = Place(place);
        File.Delete(file);
        using (var made = Process.Start("mkfifo", file)) made.WaitForExit();
        Assert.Contains($"{file}: a pipe or a device, and only plain files are read", await Refused(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("task")]
    [InlineData("robot")]
    [InlineData("scene")]
    [InlineData("include")]
    [InlineData("mesh")]
    public async Task Device_is_not_read_without_end_though_a_link_leads_to_it(string place)
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("needs /dev/zero");
        var file = Place(place);
        File.Delete(file);
        File.CreateSymbolicLink(file, "/dev/zero");
        Assert.Contains($"{file}: a pipe or a device", await Refused(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("task")]
    [InlineData("robot")]
    [InlineData("scene")]
    [InlineData("include")]
    public async Task Text_of_more_than_the_bound_is_not_read(string place)
    {
        var file = Place(place);
        using (var huge = File.OpenWrite(file)) huge.SetLength(PlainFile.MostTextBytes + 1L);
        Assert.Contains($"{file}: 16000001 bytes, and 16000000 at most are read", await Refused(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Levels_without_end_are_refused_before_the_stack_is()
    {
        File.AppendAllText(_task, "deep: " + new string('[', 200_000) + new string(']', 200_000) + "\n");
        Assert.Contains("more than 64 levels", await Refused(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Scene_without_an_end_is_refused_before_the_stack_is()
    {
        File.WriteAllText(_scene, "<mujoco><include file=\"scene.xml\"/></mujoco>");
        Assert.Contains("break the circle", await Refused(), StringComparison.Ordinal);
        File.WriteAllText(_scene, string.Concat(Enumerable.Repeat("<body>", 200_000)) + string.Concat(Enumerable.Repeat("</body>", 200_000)));
        Assert.Contains("more than 256 levels", await Refused(), StringComparison.Ordinal);
    }

    [Fact]
    public void Own_file_may_be_reached_by_a_link()
    {
        File.Move(_task, _task + ".kept");
        File.CreateSymbolicLink(_task, _task + ".kept");
        Assert.NotEmpty(RunConfiguration.Load(_task).Hash);
    }

    private string Place(string place)
    {
        var part = Path.Combine(_directory.Path, "sim", "part");
        if (place is "include" or "mesh")
        {
            File.WriteAllText(part, "<mujoco/>");
            var element = place == "mesh" ? "<asset><mesh name=\"m\" file=\"part\"/></asset>" : "<include file=\"part\"/>";
            File.WriteAllText(_scene, File.ReadAllText(_scene).Replace("</mujoco>", element + "</mujoco>", StringComparison.Ordinal));
        }
        return place switch { "task" => _task, "robot" => _robot, "scene" => _scene, _ => part };
    }

    /// <summary>The one line of an error; a reader that is held fails the test rather than holding it.</summary>
    private async Task<string> Refused()
    {
        var loading = Task.Run(() => RunConfiguration.Load(_task));
        return Assert.Single((await Assert.ThrowsAsync<ConfigurationException>(() => loading.WaitAsync(TimeSpan.FromSeconds(60)))).Errors);
    }
}
