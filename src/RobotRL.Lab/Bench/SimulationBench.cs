using System.Diagnostics;
using RobotRL.Cells;
using RobotRL.Model;
using RobotRL.Sessions.Acting;
using RobotRL.Sessions.Runs;

namespace RobotRL.Lab.Bench;

/// <summary>Physics steps a second on the shipped peg insertion, the same motion for both, taking turns.</summary>
/// <param name="RawStepsPerS">MuJoCo alone under the recorded torques, which end in the same state.</param>
/// <param name="StackStepsPerS">The 1 kHz control cycle with gate and impedance law around it, and decisions at their rate; no rendering.</param>
/// <param name="Fraction">Stack over raw: the share of the physics' speed that is left with the stack.</param>
/// <param name="RenderedStepsPerS">The stack with both cameras rendered and joined to an observation at every decision.</param>
/// <param name="TimesRealtime">Rendered steps over those of wall-clock time.</param>
public sealed record SimulationFigures(double RawStepsPerS, double StackStepsPerS, double Fraction, double RenderedStepsPerS, double TimesRealtime, int Steps);

public static class SimulationBench
{
    /// <summary>Rounds before any is timed: the runtime compiles what it has seen often in the background, and a training runs for hours behind that.</summary>
    private const int WarmUps = 4;

    public static SimulationFigures Measure(bool brief)
    {
        var configuration = BenchShapes.PegInsert();
        using var recorded = new RecordedStack(configuration);
        using var cell = new SimulatedCell(configuration, Pace.Lockstep);
        var (rounds, decisions) = brief ? (1, 3) : (8, 50);
        double raw = 0, stack = 0, rendered = 0;
        var steps = 0;
        for (var round = -WarmUps; round < rounds; round++)
        {
            if (round == 0) (raw, stack, rendered, steps) = (0, 0, 0, 0);
            stack += recorded.Run((ulong)(round + WarmUps + 1), decisions);
            raw += recorded.RunRaw();
            rendered += Rendered(cell, (ulong)(round + WarmUps + 1), decisions);
            steps += recorded.Steps;
        }
        var periodS = configuration.Robot.ControlPeriodNs * 1e-9 * recorded.TicksPerDecision * decisions * rounds;
        return new(steps / raw, steps / stack, raw / stack, steps / rendered, periodS / rendered, steps);
    }

    private static double Rendered(ICell cell, ulong seed, int decisions)
    {
        cell.BeginEpisode(seed);
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < decisions; i++)
        {
            var action = PolicyAction.Of(RecordedStack.Motion(i, decisions));
            cell.Control.Decide(action, action, ActionSource.Policy);
            cell.Observe();
        }
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
