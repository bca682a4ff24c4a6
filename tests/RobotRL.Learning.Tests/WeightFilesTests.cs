using RobotRL.Policy;

namespace RobotRL.Learning.Tests;

public sealed class WeightFilesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("robotrl-weights-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>The manifest may have come with somebody else's run: what it names is read, and must lie beside it.</summary>
    [Fact]
    public void Manifest_does_not_lead_out_of_its_folder()
    {
        using var learner = Given.Learner(Given.Parameters());
        var weights = learner.Snapshot();
        var (inside, outside) = (Path.Combine(_folder, "weights"), Path.Combine(_folder, "elsewhere.safetensors"));
        WeightFiles files = new(inside);
        files.Write(weights);
        Assert.Equal(weights.Sha256, files.Read()!.Sha256);
        var manifest = Path.Combine(inside, "policy.json");
        var name = Path.GetFileName(Directory.GetFiles(inside, "policy-*").Single());
        File.Move(Path.Combine(inside, name), outside);
        foreach (var way in new[] { "../elsewhere.safetensors", outside })
        {
            File.WriteAllText(manifest, File.ReadAllText(manifest).Replace(name, way, StringComparison.Ordinal));
            Assert.Contains("not a file beside it", Assert.Throws<InvalidDataException>(() => files.Read()).Message, StringComparison.Ordinal);
            File.WriteAllText(manifest, File.ReadAllText(manifest).Replace(way, name, StringComparison.Ordinal));
        }
    }
}
