using RobotRL.Calibration.Boards;
using RobotRL.Calibration.Geometry;
using RobotRL.Calibration.Intrinsics;
using RobotRL.Model;

namespace RobotRL.Calibration.HandEye;

/// <summary>
/// Moves an answer to where the corners of all samples are explained best, in pixels. That weighs what a camera measures well, the directions, above what it
/// measures badly, the distance of a board, which the closed forms take for equals.
/// </summary>
internal sealed class Refinement(CameraIntrinsics camera, BoardDescription board)
{
    private const int Size = 12, Rounds = 5;

    /// <summary>A sample is an outlier above so many times the median error, and above so many pixels.</summary>
    private const double OutlierRatio = 3, OutlierPx = 0.7;

    /// <summary>Root mean square error of a sample, pixels.</summary>
    public double RmsPx(HandEyeSolution solution, HandEyeSample sample) => Projection.RmsPx(camera, board, solution.BoardInCamera(sample), sample.Corners);

    /// <summary>The answer, and the samples that agree with it.</summary>
    public (HandEyeSolution Solution, List<HandEyeSample> Inliers) Robust(HandEyeSolution start, IReadOnlyList<HandEyeSample> samples)
    {
        var (solution, inliers) = (start, Agreeing(start, samples));
        for (var round = 0; round < Rounds; round++)
        {
            solution = Refine(solution, inliers).Solution;
            var next = Agreeing(solution, samples);
            if (next.SequenceEqual(inliers)) break;
            inliers = next;
        }
        return (solution, inliers);
    }

    /// <summary>The answer, and JᵀJ of its twelve numbers: rotation and place of the camera, then of the board.</summary>
    public (HandEyeSolution Solution, double[,] Normal) Refine(HandEyeSolution start, IReadOnlyList<HandEyeSample> samples)
    {
        var at = new double[Size];
        var bound = Math.Max(OutlierPx / OutlierRatio, samples.Select(s => RmsPx(start, s)).Order().ElementAt(samples.Count / 2));
        // Huber's weights, a sample each: what is somewhat off counts less, so that no bound decides alone.
        double[] weights = [.. samples.Select(s => Math.Sqrt(Math.Min(1, bound / Math.Max(bound, RmsPx(start, s) / 1.5))))];
        var normal = LeastSquares.Minimise(at, samples.Sum(s => 2 * s.Corners.Count), (p, residuals) =>
        {
            var solution = Moved(start, p);
            var next = 0;
            foreach (var (i, sample) in samples.Index())
            {
                var part = residuals.Slice(next, 2 * sample.Corners.Count);
                Projection.Residuals(camera, board, solution.BoardInCamera(sample), sample.Corners, part);
                foreach (ref var residual in part) residual *= weights[i];
                next += part.Length;
            }
        });
        return (Moved(start, at), normal);
    }

    /// <summary>
    /// The answer together with the camera, for intrinsics that came from the same images. A few images leave the principal point open by a pixel, which turns
    /// the camera by a tenth of a degree, and the arm's poses say more about it. What the images told is kept as <paramref name="prior"/>. A sample counts as
    /// the six numbers of a pose, however many corners it has, since an error of the arm moves all of them alike.
    /// </summary>
    public (HandEyeSolution Solution, CameraIntrinsics Camera) RefineWithCamera(
        HandEyeSolution start, IReadOnlyList<HandEyeSample> samples, double[,] prior)
    {
        var numbers = prior.GetLength(0);
        var at = new double[Size + numbers];
        double[] weights = [.. samples.Select(s => 1 / Math.Sqrt(s.Corners.Count / 3.0))];
        var noise = Math.Max(0.01, Math.Sqrt(samples.Average(s => Math.Pow(RmsPx(start, s), 2)) / 2));
        LeastSquares.Minimise(at, samples.Sum(s => 2 * s.Corners.Count) + numbers, (p, residuals) =>
        {
            var (solution, moved, next) = (Moved(start, p), IntrinsicsFit.Moved(camera, p[Size..]), numbers);
            for (var i = 0; i < numbers; i++)
            {
                residuals[i] = 0;
                for (var k = i; k < numbers; k++) residuals[i] += prior[k, i] * p[Size + k];
            }
            foreach (var (i, sample) in samples.Index())
            {
                var part = residuals.Slice(next, 2 * sample.Corners.Count);
                Projection.Residuals(moved, board, solution.BoardInCamera(sample), sample.Corners, part);
                foreach (ref var residual in part) residual *= weights[i] / noise;
                next += part.Length;
            }
        });
        return (Moved(start, at), IntrinsicsFit.Moved(camera, at.AsSpan(Size)));
    }

    private List<HandEyeSample> Agreeing(HandEyeSolution solution, IReadOnlyList<HandEyeSample> samples)
    {
        double[] errors = [.. samples.Select(s => RmsPx(solution, s))];
        var bound = Math.Max(OutlierPx, OutlierRatio * errors.Order().ElementAt(errors.Length / 2));
        return [.. samples.Where((_, i) => errors[i] <= bound)];
    }

    private static HandEyeSolution Moved(HandEyeSolution from, ReadOnlySpan<double> by) =>
        new(Moved(from.CameraInParent, by[..6]), Moved(from.BoardInOther, by[6..Size]));

    private static Pose Moved(in Pose from, ReadOnlySpan<double> by) =>
        new(from.Position + new Vector3D(by[3], by[4], by[5]), (Rotation.FromVector(new(by[0], by[1], by[2])) * from.Orientation).Normalized);
}
