using System.Diagnostics;
using System.Text.Json;
using RobotRL.Cells;
using RobotRL.Configuration;
using RobotRL.Control;
using RobotRL.Critic;
using RobotRL.Model;
using RobotRL.Sessions.Processes;
using RobotRL.Sessions.Runs;

namespace RobotRL.Lab.Bench;

/// <summary>The 1 kHz loop in its process, commanded through shared memory, while a training takes all it can get of the other core.</summary>
/// <param name="P50Us">From the deadline, at which the state is sampled, to the gated command written: median, wake-up included.</param>
/// <param name="Misses">Periods at whose end there was no command.</param>
/// <param name="AllocatedBytes">Managed bytes, on the loop's thread.</param>
/// <param name="WakeP50Us">The machine's part: from the deadline until the loop ran.</param>
/// <param name="LoopP50Us">Ours: from there to the command written.</param>
/// <param name="TwinP50Us">
/// An empty managed loop in the loop's place, right afterwards: same thread set-up, CPU and company. It sleeps to the deadline, where ours is awake ahead of
/// it, so that its latency is the machine's own wake-up.
/// </param>
/// <param name="StolenMs">
/// Time that the hypervisor took from the loop's CPU while the loop was measured, ms, where the system tells. The same is given for its twin.
/// </param>
/// <param name="Critic">Whether the safety critic was asked in every cycle (weights as they are before any training: the same cost).</param>
/// <param name="Company">The processes that ran beside it, and where.</param>
public sealed record ReflexFigures(
    long Cycles, double P50Us, double P99Us, double P999Us, double MaxUs, long Misses, double MissFraction, long AllocatedBytes,
    double WakeP50Us, double WakeP99Us, double WakeMaxUs,
    double LoopP50Us, double LoopP99Us, double LoopMaxUs,
    long TwinCycles, double TwinP50Us, double TwinP99Us, double TwinP999Us, double TwinMaxUs, long TwinMisses, string Twin,
    double? StolenMs, double? TwinStolenMs,
    bool Critic, bool RealTimePriority, bool LockedMemory, int ControlCpu, string Company, bool Held);

/// <summary>The 1 kHz loop in its own process, a training on the other core.</summary>
public static class ReflexBench
{
    private const int Motions = 50;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <param name="seconds">How long the loop runs; its empty twin runs half as long.</param>
    /// <param name="loop">CPU of the loop.</param>
    /// <param name="awakeUs">So long before each deadline the loop is awake, µs; null for what a loop with a CPU of its own does.</param>
    public static ReflexFigures Measure(double seconds, int loop, double? awakeUs)
    {
        var folder = Directory.CreateTempSubdirectory("robotrl-reflex-");
        var company = loop == 0 ? Environment.ProcessorCount - 1 : 0;
        try
        {
            // This thread, and what it starts, leave the loop's CPU alone.
            RealTimeThread.TryBind(company);
            var file = Path.Combine(folder.FullName, "config.yaml");
            File.WriteAllText(file, BenchShapes.PegInsert().ResolvedYaml + Safety(folder.FullName));
            var configuration = RunConfiguration.Load(file);
            using var training = new Ended(ThisProgram.Start(
                ["train", ShippedFiles.Configuration("sim/reach.yaml"), "--run", Path.Combine(folder.FullName, "run"), "--env-steps", "100000000", "--json"],
                captureOutput: true, quiet: true));
            Await(() => training.IsLearning(Path.Combine(folder.FullName, "run", "metrics.jsonl")), training.Process);

            var channel = $"bench-{Environment.ProcessId}";
            // On a single CPU the training needs the time that the loop leaves.
            if (company == loop) awakeUs ??= 200;
            string[] awake = awakeUs is { } us ? ["--awake-us", FormattableString.Invariant($"{us}")] : [];
            string[] arguments =
            [
                "control", file, "--channel", channel, "--cpu", $"{loop}", .. awake, "--owner", $"{Environment.ProcessId}", "--json", "--seconds",
            ];
            using var control = new Ended(ThisProgram.Start([.. arguments, $"{seconds}"], ThisProgram.ForTheLoop, captureOutput: true));
            var before = StolenTime.OfCpuMs(loop);
            Move(configuration, channel, control.Process);
            var measured = control.Result();
            var between = StolenTime.OfCpuMs(loop);
            using var empty = new Ended(ThisProgram.Start([.. arguments, $"{seconds / 2}", "--twin"], ThisProgram.ForTheLoop, captureOutput: true));
            var twin = empty.Result();
            return new(
                Cycles: measured.Cycles,
                P50Us: measured.P50Us, P99Us: measured.P99Us, P999Us: measured.P999Us, MaxUs: measured.MaxUs,
                Misses: measured.Misses, MissFraction: (double)measured.Misses / measured.Cycles, AllocatedBytes: measured.AllocatedBytes,
                WakeP50Us: measured.WakeP50Us, WakeP99Us: measured.WakeP99Us, WakeMaxUs: measured.WakeMaxUs,
                LoopP50Us: measured.LoopP50Us, LoopP99Us: measured.LoopP99Us, LoopMaxUs: measured.LoopMaxUs,
                TwinCycles: twin.Cycles,
                TwinP50Us: twin.P50Us, TwinP99Us: twin.P99Us, TwinP999Us: twin.P999Us, TwinMaxUs: twin.MaxUs,
                TwinMisses: twin.Misses, Twin: "empty managed loop",
                StolenMs: between - before, TwinStolenMs: StolenTime.OfCpuMs(loop) - between,
                Critic: true, RealTimePriority: measured.RealTimePriority, LockedMemory: measured.LockedMemory, ControlCpu: loop,
                Company: $"a training of the reach task and the actor, on CPU {company}{(company == loop ? ", the only one" : "")}",
                Held: measured.Gate == "Held");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Commands a motion, decision by decision, until the control process has run its time.</summary>
    private static void Move(RunConfiguration configuration, string channel, Process control)
    {
        RemoteControl? port = null;
        Await(() =>
        {
            try
            {
                port = RemoteControl.Attach(channel, configuration.Robot, configuration.Hash);
            }
            catch (ChannelRefusedException e) when (e.Code == FaultCode.None)
            {
                // Not open yet.
            }
            return port is not null;
        }, control);
        using (port)
        {
            ControlSession session = new(port!, configuration.Task);
            session.Rebase();
            session.BeginEpisode(session.Home);
            try
            {
                for (var decision = 0; session.Latest.Fault.Code != FaultCode.OperatorStop; decision++)
                {
                    if (session.IsStopped) session.OperatorReset("bench");
                    var action = RecordedStack.Motion(decision, Motions);
                    session.Decide(action, action, ActionSource.Policy);
                }
            }
            catch (ControlLostException)
            {
                // It has run its time.
            }
        }
    }

    /// <summary>A critic that finds nothing risky, asked in every cycle.</summary>
    private static string Safety(string folder)
    {
        using var learner = new SafetyCriticLearner(SafetyFeatureLayout.Arm([0, 1, 2, 5]), new() { RiskDiscount = 0.8 }, seed: 1);
        SafetyWeightsFile.Write(folder, learner, new(0.999, 1, 0, 0), "nothing", DateTimeOffset.UtcNow);
        return $$"""

            safety:
              critic: {{folder}}
              mode: on
              risk_threshold: 0.999
              feasibility_threshold: 1
              trigger_ms: 1000
              hysteresis: 0.1
              recovery: {kind: analytic, path_s: 0.5, duration_s: 0.5, stiffness_share: 0.5}
              hold_s: 0.5
              max_age_s: 0

            """;
    }

    private static void Await(Func<bool> holds, Process process)
    {
        for (var clock = Stopwatch.StartNew(); !holds(); Thread.Sleep(20))
            if (process.HasExited || clock.Elapsed > Patience)
                throw new InvalidOperationException($"A process of the benchmark {(process.HasExited ? $"ended with {process.ExitCode}" : "gave no answer")}");
    }

    /// <summary>A process that ends with the benchmark.</summary>
    private sealed class Ended(Process process) : IDisposable
    {
        public Process Process => process;

        public bool IsLearning(string metrics) => File.Exists(metrics) && ReadShared(metrics).Contains("\"learner\"", StringComparison.Ordinal);

        public ControlResult Result()
        {
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            if (process.ExitCode != ExitCode.Done)
                throw new InvalidOperationException($"The control process ended with {process.ExitCode}; its message is above");
            return JsonSerializer.Deserialize<ControlResult>(output.Trim().Split('\n')[^1], JsonNames.SnakeCase)!;
        }

        public void Dispose()
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
            process.WaitForExit(Patience);
            process.Dispose();
        }

        private static string ReadShared(string path)
        {
            using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
            return reader.ReadToEnd();
        }
    }
}
