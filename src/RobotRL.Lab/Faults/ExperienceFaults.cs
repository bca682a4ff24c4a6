using System.Security.Cryptography;
using System.Text.Json.Nodes;
using RobotRL.Cells;
using RobotRL.Configuration;
using RobotRL.Critic;
using RobotRL.Lab.Bench;
using RobotRL.Model;
using RobotRL.Policy;
using RobotRL.Safety;
using RobotRL.Sessions.Acting;
using RobotRL.Sessions.Runs;
using RobotRL.Teleop;

namespace RobotRL.Lab.Faults;

/// <summary>Faults in learning and recording: weights that are whole and yet no numbers, and records that are gone before they were stored.</summary>
internal static class ExperienceFaults
{
    private const int StepsBefore = 5;

    public static IReadOnlyList<FaultCase> All { get; } =
    [
        new("critic weights not finite, their hash right", FaultCode.None, 0, OfferCritic),
        new("policy weights not finite", FaultCode.None, 0, PublishPolicy),
        new("records overwritten before they were stored", FaultCode.StorageFailure, 2, Overwrite),
    ];

    private static FaultSighting OfferCritic() => FileFaults.WithWeights((folder, lines) =>
    {
        var (tensors, manifest) = (Path.Combine(folder, SafetyWeightsFile.Tensors), Path.Combine(folder, SafetyWeightsFile.Manifest));
        var bytes = File.ReadAllBytes(tensors);
        BitConverter.GetBytes(float.NaN).CopyTo(bytes, bytes.Length - sizeof(float));
        File.WriteAllBytes(tensors, bytes);
        var description = JsonNode.Parse(File.ReadAllText(manifest))!;
        description["sha256"] = Convert.ToHexStringLower(SHA256.HashData(bytes));
        File.WriteAllText(manifest, description.ToJsonString());
        using FaultRig cell = new(layer: FileFaults.Indifferent);
        CriticWatch? watch = null;
        var seen = cell.Watch(() => watch = new(folder, online: false, cell.Critics, lines.Add));
        using (watch) return FileFaults.Judge(cell, seen, lines, CriticStatus.Absent, CriticStatus.Rejected);
    });

    /// <summary>A learner publishes weights that its own checks let pass. The policy goes on with the weights that it had.</summary>
    private static FaultSighting PublishPolicy()
    {
        var configuration = RunConfiguration.Load(ShippedFiles.Configuration("sim/reach.yaml"), [("task.max_steps", "20")]);
        using var cell = new SimulatedCell(configuration, Pace.Lockstep);
        using var runner = new EpisodeRunner(cell, new RobotRL.Teleop.AbsentOperator());
        using var learner = Learners.Create(configuration, 1);
        using var network = new PolicyNetwork(NetworkShape.Of(configuration.Task, configuration.Learner), Learners.Device);
        var good = learner.Snapshot();
        var bad = good with { Version = good.Version + 1, Actor = [.. good.Actor.Select(_ => float.NaN)] };
        WeightExchange exchange = new();
        exchange.Publish(good);
        var policy = new LearnedPolicy(network, configuration.Task.ActionLayout, new(1), deterministic: true, exchange);
        var (steps, refused) = (0, 0);
        var summary = runner.Run(EpisodeKind.Online, 1, policy, _ =>
        {
            if (++steps != StepsBefore) return;
            try
            {
                exchange.Publish(bad);
            }
            catch (InvalidDataException)
            {
                refused++;
            }
        }, default);
        return new(summary.Fault, null, null, "refused: the good ones stay", refused == 1 && policy.Version == good.Version && summary.Steps > StepsBefore);
    }

    private static FaultSighting Overwrite()
    {
        var configuration = RunConfiguration.Load(ShippedFiles.Configuration("sim/reach.yaml"));
        using var cell = new SimulatedCell(configuration, Pace.Lockstep);
        var nowhere = Path.GetTempPath();
        TraceRecorder trace = new(cell, 0, nowhere, nowhere);
        using var runner = new EpisodeRunner(cell, new RobotRL.Teleop.AbsentOperator(), traces: [trace]);
        var (steps, gone) = (0, Stamp.Zero);
        try
        {
            runner.Run(EpisodeKind.Online, 1, new Wanderer(), _ =>
            {
                if (++steps == StepsBefore)
                {
                    cell.Control.SignOff();
                    cell.Control.Advance(cell.Arms[0].Ticks.Capacity);
                    gone = cell.Now;
                }
                trace.Decided();
            }, default);
            return new(default, null, null, "nobody noticed", false);
        }
        catch (SafeStopException e)
        {
            var stopped = cell.Control.Latest.Fault;
            var stand = 0;
            for (; cell.Control.Latest.Gate == GateState.Stopping && stand < 3000; stand++) cell.Control.Advance(1);
            return new(stopped, stopped.Time.Since(gone) * 1e-6, cell.Control.Latest.Gate == GateState.Held ? stand : null, "exit code 3, one line",
                e.Fault.Code == FaultCode.StorageFailure);
        }
    }

    private sealed class Wanderer : IDecider
    {
        private int _decision;

        public long Version => -1;
        public PolicyAction Decide(Observation observation) => PolicyAction.Of(RecordedStack.Motion(_decision++, 50));
    }
}
