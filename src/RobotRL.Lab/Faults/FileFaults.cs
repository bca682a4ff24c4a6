using RobotRL.Cells;
using RobotRL.Configuration;
using RobotRL.Critic;
using RobotRL.Lab.Bench;
using RobotRL.Model;
using RobotRL.Safety;
using RobotRL.Sessions.Acting;
using RobotRL.Sessions.Runs;
using RobotRL.Teleop;

namespace RobotRL.Lab.Faults;

/// <summary>Faults on disk: a safety critic's weights, and the disk itself.</summary>
internal static class FileFaults
{
    public static IReadOnlyList<FaultCase> All { get; } =
    [
        new("critic weights stale", FaultCode.None, 0, GrowStale),
        new("critic weights truncated", FaultCode.None, 0, () => Offer(path => { using var file = File.OpenWrite(path); file.SetLength(file.Length / 2); })),
        new("critic weights corrupt", FaultCode.None, 0, () => Offer(Corrupt)),
        new("corrupt weights offered while good ones are in use", FaultCode.None, 0, Replace),
        new("disk full", FaultCode.StorageFailure, 2, FillTheDisk),
    ];

    /// <summary>An untrained critic, which finds nothing: what matters is whether it is taken up.</summary>
    internal static SafetyLayerParameters Indifferent { get; } = FaultRig.Layer with { RiskThreshold = 0.9999, FeasibilityThreshold = 1000 };

    internal static void WriteWeights(string folder, ulong seed)
    {
        using var learner = new SafetyCriticLearner(SafetyFeatureLayout.Arm([0, 1, 2, 5]), new() { RiskDiscount = 0.8 }, seed);
        SafetyWeightsFile.Write(folder, learner, new(0.9999, 1000, 0, 0), "nothing", DateTimeOffset.UtcNow);
    }

    private static FaultSighting GrowStale() => WithWeights((folder, lines) =>
    {
        using FaultRig cell = new(layer: Indifferent with { MaxAgeS = 1 });
        using CriticWatch watch = new(folder, online: false, cell.Critics, lines.Add);
        cell.Step(1);
        return Judge(cell, cell.Watch(() => { }), [], CriticStatus.Ready, CriticStatus.Stale);
    });

    private static FaultSighting Offer(Action<string> damage) => WithWeights((folder, lines) =>
    {
        damage(Path.Combine(folder, SafetyWeightsFile.Tensors));
        using FaultRig cell = new(layer: Indifferent);
        CriticWatch? watch = null;
        var seen = cell.Watch(() => watch = new(folder, online: false, cell.Critics, lines.Add));
        using (watch) return Judge(cell, seen, lines, CriticStatus.Absent, CriticStatus.Rejected);
    });

    private static FaultSighting Replace() => WithWeights((folder, lines) =>
    {
        using FaultRig cell = new(layer: Indifferent);
        using CriticWatch good = new(folder, online: false, cell.Critics, lines.Add);
        cell.Step(1);
        Corrupt(Path.Combine(folder, SafetyWeightsFile.Tensors));
        CriticWatch? bad = null;
        var seen = cell.Watch(() => bad = new(folder, online: false, cell.Critics, lines.Add));
        using (bad) return Judge(cell, seen, lines, CriticStatus.Ready, CriticStatus.Ready);
    });

    internal static FaultSighting Judge(FaultRig cell, FaultSighting seen, List<string> lines, CriticStatus before, CriticStatus after)
    {
        var reflex = cell.Session.Latest.Reflex;
        var isSaid = after == CriticStatus.Stale || (reflex.Refused == 1 && lines is [var line] && line.Contains("refused", StringComparison.Ordinal));
        return seen with
        {
            Answer = $"critic {before} → {reflex.Critic}{(reflex.Refused > 0 ? ", refused and said so" : "")}: "
                + $"{(after == CriticStatus.Ready ? "the good ones stay" : "deterministic layer alone")}",
            IsAnswered = reflex.Critic == after && isSaid,
        };
    }

    internal static FaultSighting WithWeights(Func<string, List<string>, FaultSighting> see)
    {
        var folder = Directory.CreateTempSubdirectory("robotrl-faults-").FullName;
        try
        {
            WriteWeights(folder, seed: 1);
            return see(folder, []);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Corrupt(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
        file.Position = file.Length / 2;
        var was = file.ReadByte();
        file.Position--;
        file.WriteByte((byte)(was ^ 0x40));
    }

    /// <summary>An episode whose recorder asks the file system for more than there is.</summary>
    private static FaultSighting FillTheDisk()
    {
        const int stepsBefore = 5;
        var configuration = RunConfiguration.Load(ShippedFiles.Configuration("sim/reach.yaml"));
        var file = Path.Combine(Path.GetTempPath(), $"robotrl-full-{Guid.NewGuid():N}");
        using var cell = new SimulatedCell(configuration, Pace.Lockstep);
        using var runner = new EpisodeRunner(cell, new RobotRL.Teleop.AbsentOperator());
        var (steps, full) = (0, Stamp.Zero);
        try
        {
            runner.Run(EpisodeKind.Online, 1, new Wanderer(), _ =>
            {
                if (++steps < stepsBefore) return;
                full = cell.Now;
                new FileStream(file, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, PreallocationSize = 1L << 50 }).Dispose();
            }, default);
            return new(default, null, null, "nobody noticed", false);
        }
        catch (SafeStopException e)
        {
            var stopped = cell.Control.Latest.Fault;
            var stand = 0;
            for (; cell.Control.Latest.Gate == GateState.Stopping && stand < 3000; stand++) cell.Control.Advance(1);
            return new(stopped, stopped.Time.Since(full) * 1e-6, cell.Control.Latest.Gate == GateState.Held ? stand : null, "exit code 3, one line",
                e.Fault.Code == FaultCode.StorageFailure);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private sealed class Wanderer : IDecider
    {
        private int _decision;

        public long Version => -1;
        public PolicyAction Decide(Observation observation) => PolicyAction.Of(RecordedStack.Motion(_decision++, 50));
    }
}
