using RobotRL.Cells;
using RobotRL.Mcap;
using RobotRL.Model;
using RobotRL.Recording.Traces;
using RobotRL.Sessions.Acting;
using RobotRL.Sessions.Runs;
using RobotRL.Teleop;

namespace RobotRL.Lab.Bench;

/// <summary>Recording an episode: what a step costs the actor, with the control ticks of a moving arm as by default, and without.</summary>
/// <param name="StepUs">Median on the actor's thread, ticks included, µs.</param>
/// <param name="StepP99Us">99th percentile of the same.</param>
/// <param name="BytesPerStep">On disk, ticks included.</param>
/// <param name="RawBytesPerStep">Of the observation alone, before compression.</param>
/// <param name="ActorOverheadFraction">Share of a 10 Hz decision period, ticks included.</param>
/// <param name="StepWithoutTicksUs">Median with <c>recording: {ticks: false}</c>.</param>
/// <param name="BytesPerStepWithoutTicks">The same on disk.</param>
public sealed record StoreBenchFigures(
    double StepUs, double StepP99Us, double WriteMbPerS, double BytesPerStep, int RawBytesPerStep, double ActorOverheadFraction,
    double StepWithoutTicksUs, double BytesPerStepWithoutTicks);

public static class StoreBench
{
    public static StoreBenchFigures Measure(bool brief)
    {
        var steps = brief ? 50 : 1000;
        var without = StoreFigures.Measure(Path.GetTempPath(), steps);
        using var cell = new SimulatedCell(BenchShapes.PegInsert(), Pace.Lockstep);
        var nowhere = Path.GetTempPath();
        var trace = new TraceRecorder(cell, 0, nowhere, nowhere);
        cell.BeginEpisode(1);
        trace.BeginEpisode();
        var decision = 0;
        var with = StoreFigures.Measure(Path.GetTempPath(), steps, new(TraceMessages.Format, () =>
        {
            var action = PolicyAction.Of(RecordedStack.Motion(decision++, 50));
            trace.Deciding(null, OperatorCommand.Watching);
            cell.Control.Decide(action, action, ActionSource.Policy);
        }, trace.Decided));
        return new(
            StepUs: with.StepUs, StepP99Us: with.StepP99Us, WriteMbPerS: with.WriteMbPerS,
            BytesPerStep: with.BytesPerStep, RawBytesPerStep: with.RawBytesPerStep, ActorOverheadFraction: with.ActorOverheadFraction,
            StepWithoutTicksUs: without.StepUs, BytesPerStepWithoutTicks: without.BytesPerStep);
    }
}
