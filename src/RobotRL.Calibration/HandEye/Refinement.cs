using RobotRL.Calibration.Boards;
using RobotRL.Calibration.Geometry;
using RobotRL.Model;

namespace RobotRL.Calibration.HandEye;

/// <summary>
/// Moves an answer to where it explains all samples best. Two things err: a view of a board, which says directions well and distances badly, and the arm, which
/// moves all corners of a view alike. How much the first errs follows from the corners; how much the second does is found along with the answer, as what makes
/// the samples most likely. To minimise distances of corners alone would be best for an arm without errors, and is worse than the closed forms for a usual one.
/// </summary>
internal sealed class Refinement(CameraIntrinsics camera, BoardDescription board, CameraParent parent)
{
    private const int Size = 12, Rounds = 5, PoseSize = 6;

    /// <summary>A sample is an outlier above so many times the median error, and above so many pixels.</summary>
    private const double OutlierRatio = 3, OutlierPx = 0.7;

    /// <summary>From where on a sample counts less, in deviations: six numbers have a length of 2.4.</summary>
    private const double Huber = 3.7;

    /// <summary>Errors that an arm may have: 0.02 to 20 mm, and 0.002 to 2°, each twice the one before.</summary>
    private static readonly double[] Places = Steps(2e-5), Angles = Steps(4e-5);

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

    /// <summary>The answer, and the inverse covariance of its twelve numbers: rotation and place of the camera, then of the board; rad and m.</summary>
    public (HandEyeSolution Solution, double[,] Information) Refine(HandEyeSolution start, IReadOnlyList<HandEyeSample> samples)
    {
        var (solution, information, last) = (start, new double[Size, Size], (0.0, 0.0));
        for (var round = 0; round < Rounds; round++)
        {
            var (now, at) = (solution, new double[Size]);
            var arm = LikeliestArm(now, samples);
            if (round > 1 && arm == last) break;
            last = arm;
            double[][,] whitening = [.. samples.Select(s => Whitening(now, s, arm))];
            information = LeastSquares.Minimise(at, PoseSize * samples.Count, (p, residuals) =>
            {
                var moved = Moved(now, p);
                for (var i = 0; i < samples.Count; i++) Whiten(Difference(moved, samples[i]), whitening[i], residuals.Slice(PoseSize * i, PoseSize));
            });
            solution = Moved(now, at);
        }
        return (solution, information);
    }

    /// <summary>
    /// Inverse covariance of a view's pose as the corners give it, for a pixel of noise: rotation about axes of the camera at the board's origin, then place.
    /// </summary>
    public double[,] InformationOf(Pose boardInCamera, IReadOnlyList<BoardCorner> corners)
    {
        var (jacobian, normal) = (new double[PoseSize][], new double[PoseSize, PoseSize]);
        LeastSquares.Differentiate(new double[PoseSize],
            (p, r) => Projection.Residuals(camera, board, Moved(boardInCamera, p), corners, r), jacobian, 2 * corners.Count);
        for (var i = 0; i < PoseSize; i++)
            for (var j = 0; j < PoseSize; j++) normal[i, j] = LeastSquares.Dot(jacobian[i], jacobian[j]);
        return normal;
    }

    /// <summary>The errors of the arm, m and rad an axis, with which the differences that are left are most likely.</summary>
    private (double M, double Rad) LikeliestArm(HandEyeSolution solution, IReadOnlyList<HandEyeSample> samples)
    {
        var (best, likeliest) = (double.PositiveInfinity, (Places[0], Angles[0]));
        foreach (var m in Places)
            foreach (var rad in Angles)
            {
                var score = 0.0;
                foreach (var sample in samples)
                {
                    if (Symmetric.Cholesky(Covariance(solution, sample, (m, rad))) is not { } l) continue;
                    for (var i = 0; i < PoseSize; i++) score += 2 * Math.Log(l[i, i]);
                    var square = Symmetric.SquareOver(l, Difference(solution, sample));
                    // As with the weights: what is far off says little about how the others err.
                    score += square < Huber * Huber ? square : 2 * Huber * Math.Sqrt(square) - Huber * Huber;
                }
                if (score < best) (best, likeliest) = (score, (m, rad));
            }
        return likeliest;
    }

    /// <summary>Lᵀ of the inverse covariance, less for what is far off.</summary>
    private double[,] Whitening(HandEyeSolution solution, HandEyeSample sample, (double M, double Rad) arm)
    {
        var inverse = Symmetric.Inverse(Covariance(solution, sample, arm));
        if (inverse is null || Symmetric.Cholesky(inverse) is not { } l) return new double[PoseSize, PoseSize];
        var white = new double[PoseSize];
        Whiten(Difference(solution, sample), l, white);
        var weight = Math.Sqrt(Math.Min(1, Huber / Math.Max(1e-9, Math.Sqrt(LeastSquares.Dot(white, white)))));
        for (var i = 0; i < PoseSize; i++)
            for (var j = 0; j < PoseSize; j++) l[i, j] *= weight;
        return l;
    }

    private static void Whiten(double[] difference, double[,] l, Span<double> into)
    {
        for (var j = 0; j < PoseSize; j++)
        {
            into[j] = 0;
            for (var i = j; i < PoseSize; i++) into[j] += l[i, j] * difference[i];
        }
    }

    /// <summary>Of the difference of a sample: what the view errs by, and what the arm does at the flange, which reaches the board over a lever.</summary>
    private double[,] Covariance(HandEyeSolution solution, HandEyeSample sample, (double M, double Rad) arm)
    {
        var covariance = (double[,])sample.ViewCovariance.Clone();
        var flangeInParent = parent == CameraParent.Flange ? Vector3D.Zero : sample.ParentInOther.Inverse.Position;
        var l = solution.BoardInCamera(sample).Position - solution.CameraInParent.Inverse.Transform(flangeInParent);
        double[,] cross = { { 0, l.Z, -l.Y }, { -l.Z, 0, l.X }, { l.Y, -l.X, 0 } }; // dp = ω × l = cross · ω
        var square = arm.Rad * arm.Rad;
        for (var i = 0; i < 3; i++)
        {
            covariance[i, i] += square;
            covariance[3 + i, 3 + i] += arm.M * arm.M;
            for (var j = 0; j < 3; j++)
            {
                covariance[3 + i, j] += square * cross[i, j];
                covariance[j, 3 + i] += square * cross[i, j];
                for (var k = 0; k < 3; k++) covariance[3 + i, 3 + j] += square * cross[i, k] * cross[j, k];
            }
        }
        return covariance;
    }

    /// <summary>Where the answer has the board against where the view has it: rotation about axes of the camera, then place; rad and m.</summary>
    private static double[] Difference(HandEyeSolution solution, HandEyeSample sample)
    {
        var told = solution.BoardInCamera(sample);
        var (turn, shift) = ((told.Orientation * sample.BoardInCamera.Orientation.Inverse).ToVector(), told.Position - sample.BoardInCamera.Position);
        return [turn.X, turn.Y, turn.Z, shift.X, shift.Y, shift.Z];
    }

    private List<HandEyeSample> Agreeing(HandEyeSolution solution, IReadOnlyList<HandEyeSample> samples)
    {
        double[] errors = [.. samples.Select(s => RmsPx(solution, s))];
        var bound = Math.Max(OutlierPx, OutlierRatio * errors.Order().ElementAt(errors.Length / 2));
        return [.. samples.Where((_, i) => errors[i] <= bound)];
    }

    private static HandEyeSolution Moved(HandEyeSolution from, ReadOnlySpan<double> by) =>
        new(Moved(from.CameraInParent, by[..PoseSize]), Moved(from.BoardInOther, by[PoseSize..]));

    private static Pose Moved(in Pose from, ReadOnlySpan<double> by) =>
        new(from.Position + new Vector3D(by[3], by[4], by[5]), (Rotation.FromVector(new(by[0], by[1], by[2])) * from.Orientation).Normalized);

    private static double[] Steps(double first) => [.. Enumerable.Range(0, 11).Select(i => first * Math.Pow(2, i))];
}
