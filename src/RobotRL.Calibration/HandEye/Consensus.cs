using RobotRL.Model;

namespace RobotRL.Calibration.HandEye;

/// <summary>
/// The answer that the greater part of the samples agrees on, however far off the others are: answers of a few samples each, judged by the middle of all
/// errors.
/// </summary>
internal static class Consensus
{
    private const int Few = 4, Trials = 200, Draws = 4000;

    /// <summary>What turns an angle into a distance: half the usual distance of a board, m.</summary>
    private const double LeverM = 0.3;

    /// <summary>Null where no few samples fix an answer.</summary>
    public static HandEyeSolution? Of(IReadOnlyList<HandEyeSample> samples)
    {
        var (random, best, found, trials) = (new SplitMix64(1), double.PositiveInfinity, (HandEyeSolution?)null, 0);
        for (var draw = 0; draw < Draws && trials < Trials; draw++)
        {
            HandEyeSample[] few = [.. samples.OrderBy(_ => random.Next()).Take(Few)];
            if (ArmRotations.Apart(few).Count < few.Length || !ArmRotations.Suffice(few)) continue;
            trials++;
            if (ClosedForms.Quick(few) is not { } camera) continue;
            var solution = new HandEyeSolution(camera, Middle([.. samples.Select(s => s.ParentInOther * camera * s.BoardInCamera)]));
            var error = samples.Select(s => One(solution.Error(s))).Order().ElementAt(samples.Count * 6 / 10);
            if (error < best) (best, found) = (error, solution);
        }
        return found;
    }

    /// <summary>An error as one number, m.</summary>
    public static double One((double M, double Rad) error) => error.M + LeverM * error.Rad;

    /// <summary>A pose amid many, of which some are far off: the middle of each coordinate, and the orientation nearest to most.</summary>
    private static Pose Middle(Pose[] poses)
    {
        double Of(Func<Pose, double> coordinate) => poses.Select(coordinate).Order().ElementAt(poses.Length / 2);
        var orientation = poses.MinBy(a =>
            poses.Select(b => (a.Orientation.Inverse * b.Orientation).ToVector().Length).Order().ElementAt(poses.Length * 6 / 10));
        return new(new(Of(p => p.Position.X), Of(p => p.Position.Y), Of(p => p.Position.Z)), orientation.Orientation);
    }
}
