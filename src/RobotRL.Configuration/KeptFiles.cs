using System.Text.Json;
using RobotRL.Model;

namespace RobotRL.Configuration;

/// <summary>Copies of the files that a configuration refers to, so that a run can be shown when the originals have changed or gone.</summary>
internal static class KeptFiles
{
    private const string CriticWeights = "critic.safetensors";

    /// <summary>Copies into a folder and gives the configuration's YAML with the paths of the copies, relative to the folder's parent.</summary>
    public static string Copy(RunConfiguration configuration, string folder)
    {
        folder = Path.GetFullPath(folder);
        var yaml = configuration.ResolvedYaml;
        var scene = configuration.Task.ScenePath;
        Keep(scene, "scene", [.. SceneFile.Read(scene).Files]);
        if (configuration.Learner.EncoderWeightsPath is { } encoder) Keep(encoder, "encoder", [encoder]);
        foreach (var camera in configuration.Task.Cameras)
        {
            if (camera.CalibrationPath is { } calibration) Keep(calibration, $"cameras/{camera.Name}", [calibration]);
            if (camera.Source is VideoSource video) Keep(video.Path, $"cameras/{camera.Name}", [video.Path]);
        }
        // A critic that learns while it is used is not a part of the configuration: its later weights are kept by hash.
        if (configuration.Safety is { CriticFolder: { } critic, MaxAgeS: 0 })
            Keep(critic, "critic", [.. new[] { SafetySection.Manifest, CriticWeights }.Select(file => Path.Combine(critic, file)).Where(File.Exists)]);
        return yaml;

        void Keep(string original, string name, IReadOnlyList<string> files)
        {
            var root = CommonFolder(files);
            foreach (var file in files)
            {
                var copy = Path.Combine(folder, name, Path.GetRelativePath(root, file));
                Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
                File.Delete(copy); // what a start that was cut short left may have another name, and is not written through
                File.Copy(file, copy);
            }
            var kept = Path.Combine(folder, name, Path.GetRelativePath(root, original));
            var relative = Path.GetRelativePath(Path.GetDirectoryName(folder)!, kept).Replace('\\', '/');
            yaml = yaml.Replace(JsonSerializer.Serialize(original), JsonSerializer.Serialize(relative), StringComparison.Ordinal);
        }
    }

    /// <summary>The deepest folder that holds all: below it relative references among the files stay what they are.</summary>
    private static string CommonFolder(IReadOnlyList<string> files)
    {
        var common = Path.GetDirectoryName(files[0])!;
        while (Path.GetDirectoryName(common) is { } above
            && !files.All(file => file.StartsWith(common + Path.DirectorySeparatorChar, StringComparison.Ordinal)))
            common = above;
        return common;
    }
}
