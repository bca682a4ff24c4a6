using System.Globalization;
using RobotRL.Calibration.Boards;
using RobotRL.Model;

namespace RobotRL.Calibration.HandEye;

/// <summary>
/// Whether the board's squares have the stated size, held against the way of the arm. A print that was scaled to fit its page is a usual cause of a poor
/// result, and it shows in nothing else: images alone say nothing about size.
/// </summary>
internal static class BoardScale
{
    private const double Least = 0.005, Gain = 0.5;

    private static readonly double[] Tried = [0.5, 0.7, 0.85, 0.95, 1, 1.05, 1.2, 1.4, 2];

    /// <summary>What is amiss, in words; null where no other size explains the samples much better.</summary>
    public static string? Diagnose(Refinement refinement, HandEyeSolution solution, IReadOnlyList<HandEyeSample> samples, BoardDescription board)
    {
        // A larger board seen from farther away looks the same, so it is the arm's way that is scaled here, and all stays in the board's stated size.
        double RmsAt(double scale, bool sharply)
        {
            HandEyeSample[] scaled = [.. samples.Select(s => s with { ParentInOther = s.ParentInOther with { Position = s.ParentInOther.Position / scale } })];
            var found = Consensus.Of(scaled) ?? solution;
            if (sharply) found = refinement.Robust(found, scaled).Solution;
            return scaled.Select(s => refinement.RmsPx(found, s)).Order().ElementAt(scaled.Length / 2);
        }
        var at = Tried.MinBy(scale => RmsAt(scale, sharply: false));
        var rms = RmsAt(at, sharply: true);
        for (var step = 0.08; step > 0.002; step /= 2)
            foreach (var scale in (double[])[at * (1 - step), at * (1 + step)])
                if (RmsAt(scale, sharply: true) is var next && next < rms) (at, rms) = (scale, next);
        if (Math.Abs(at - 1) < Least || rms > Gain * RmsAt(1, sharply: true)) return null;
        return string.Create(CultureInfo.InvariantCulture,
            $"the samples fit squares of {1000 * at * board.EdgeM:0.0} mm and not of {1000 * board.EdgeM:0.0} mm: measure the board, or check the poses' unit");
    }
}
