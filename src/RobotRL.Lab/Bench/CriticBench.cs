using RobotRL.Model;
using RobotRL.Safety;
using TorchSharp;

namespace RobotRL.Lab.Bench;

/// <summary>Time of one question to the safety critic, both heads and their twins, on one thread.</summary>
/// <param name="AllocatedBytes">Managed bytes a question.</param>
/// <param name="TorchP50Us">The same networks, the same inputs, by TorchSharp, asked in turns.</param>
public sealed record CriticFigures(
    double P50Us, double P99Us, double P999Us, double MaxUs, double AllocatedBytes, int Questions, double TorchP50Us,
    double TorchP99Us, double TorchAllocatedBytes);

public static class CriticBench
{
    public static CriticFigures Measure(bool brief)
    {
        torch.set_num_threads(1);
        using var random = new RandomCritic();
        using var noGradient = torch.no_grad();
        var features = new float[SafetyFeatures.Count];
        new RandomStream(2).FillNormal(features);
        using var row = torch.tensor(features).reshape(1, features.Length);
        float sum = 0;
        var (ours, torchs) = (new Durations(), new Durations());
        for (var round = -1; round < (brief ? 2 : 50); round++)
        {
            if (round == 0) (ours, torchs) = (new(), new());
            ours.Measure(brief ? 50 : 400, () => sum += random.Critic.Query(features).Risk);
            torchs.Measure(brief ? 10 : 100, () =>
            {
                var (risk, feasibility) = random.Query(row);
                using (risk)
                using (feasibility) sum += risk.item<float>();
            });
        }
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++) sum += random.Critic.Query(features).Risk;
        var allocated = (GC.GetAllocatedBytesForCurrentThread() - before) / 100.0;
        if (!float.IsFinite(sum)) throw new InvalidOperationException("A critic answered with what is not a number.");
        return new(
            P50Us: ours.P50Us, P99Us: ours.P99Us, P999Us: ours.P999Us, MaxUs: ours.MaxUs, AllocatedBytes: allocated, Questions: ours.Count,
            TorchP50Us: torchs.P50Us, TorchP99Us: torchs.P99Us, TorchAllocatedBytes: torchs.AllocatedBytes);
    }
}
