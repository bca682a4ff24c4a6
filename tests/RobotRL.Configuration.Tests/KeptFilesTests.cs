namespace RobotRL.Configuration.Tests;

/// <summary>A run keeps what its configuration refers to.</summary>
public sealed class KeptFilesTests : IDisposable
{
    private readonly TemporaryDirectory _original = new(), _run = new();

    public void Dispose()
    {
        _original.Dispose();
        _run.Dispose();
    }

    [Theory, InlineData("peg-insert"), InlineData("reach")]
    public void Copies_give_the_same_configuration_once_the_originals_are_gone(string task)
    {
        CopyFolder(Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Shipped.Path(task))!, "..")), Path.Combine(_original.Path, "robot-configs"));
        var loaded = RunConfiguration.Load(Path.Combine(_original.Path, "robot-configs", "sim", task + ".yaml"));

        var file = _run.Write("config.yaml", loaded.KeepFiles(Path.Combine(_run.Path, "files")));
        Directory.Delete(Path.Combine(_original.Path, "robot-configs"), recursive: true);

        var again = RunConfiguration.Load(file);
        Assert.Equal(loaded.Hash, again.Hash);
        Assert.StartsWith(_run.Path, again.Task.ScenePath, StringComparison.Ordinal);
    }

    [Fact]
    public void A_scene_is_kept_with_its_meshes_and_pictures()
    {
        CopyFolder(Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Shipped.Path("reach"))!, "..")), Path.Combine(_original.Path, "robot-configs"));
        var scene = Path.Combine(_original.Path, "robot-configs", "sim", "reach", "scene.xml");
        const string assets = "<compiler meshdir=\"../shapes\"/>"
            + "<asset><mesh name=\"m\" file=\"m.obj\"/><texture name=\"t\" type=\"2d\" file=\"t.png\"/></asset>";
        File.WriteAllText(scene, File.ReadAllText(scene).Replace("</mujoco>", assets + "</mujoco>", StringComparison.Ordinal));
        _original.Write("robot-configs/sim/shapes/m.obj", "v 0 0 0");
        _original.Write("robot-configs/sim/reach/t.png", "a picture");

        RunConfiguration.Load(Path.Combine(_original.Path, "robot-configs", "sim", "reach.yaml")).KeepFiles(Path.Combine(_run.Path, "files"));

        var kept = Directory.GetFiles(_run.Path, "*", SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(Path.Combine(_run.Path, "files", "scene"), f).Replace('\\', '/')).Order(StringComparer.Ordinal);
        Assert.Equal(["panda/panda.xml", "sim/reach/scene.xml", "sim/reach/t.png", "sim/reach/tool.xml", "sim/shapes/m.obj"], kept);
    }

    private static void CopyFolder(string from, string to)
    {
        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }
}
