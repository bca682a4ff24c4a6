using System.Globalization;
using RobotRL.Safety;
using RobotRL.Sessions.Processes;

namespace RobotRL.Cli.Tests;

/// <summary>A small training with a scripted operator, and a critic whose reflex minds long ways along x: recorded once for all tests that replay it.</summary>
public sealed class RecordedRun : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public RecordedRun()
    {
        CriticFolder.Write(_folder["critic"], change: tensors =>
        {
            // risk = sigmoid(12 (x − 0.7) − 3) for a way x ahead, in units of the action; calm for any other.
            foreach (var twin in (string[])["risk1", "risk2"])
            {
                tensors[twin + ".w0"].Values[SafetyFeatures.ActionStart] = 1;
                tensors[twin + ".b0"].Values[0] = -0.7f;
                tensors[twin + ".w1"].Values[0] = 1;
                tensors[twin + ".w2"].Values[0] = 12;
            }
        });
        string[] safety =
        [
            "safety.mode=on", $"safety.critic={_folder["critic"]}", "safety.trigger_ms=3", "safety.hysteresis=0.2", "safety.hold_s=1", "safety.max_age_s=0",
            "safety.recovery={kind: analytic, path_s: 1, duration_s: 1, stiffness_share: 0.3}",
        ];
        Result = RobotrlProcess.Run(Cli.Tests.Training.Small(_folder["run"], 200, [.. safety.SelectMany(s => (string[])["--set", s])]));
    }

    internal RobotrlResult Result { get; }

    internal RunOnDisk Run
    {
        get
        {
            Assert.True(Result.ExitCode == 0, Result.Error);
            return new(_folder["run"]);
        }
    }

    /// <summary>A copy to spoil.</summary>
    internal RunOnDisk CopyTo(string path)
    {
        foreach (var file in Directory.EnumerateFiles(Run.Path, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(path, Path.GetRelativePath(Run.Path, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
        return new(path);
    }

    internal static string Name(int episode) => episode.ToString("D6", CultureInfo.InvariantCulture) + ".mcap";

    public void Dispose() => _folder.Dispose();
}
