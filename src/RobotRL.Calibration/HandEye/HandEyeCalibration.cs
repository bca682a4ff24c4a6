using System.Globalization;
using RobotRL.Calibration.Boards;
using RobotRL.Calibration.Geometry;
using RobotRL.Calibration.Sources;
using RobotRL.Model;

namespace RobotRL.Calibration.HandEye;

/// <summary>
/// Finds where a camera is. A consensus of OpenCV's closed forms gives a start that outliers cannot move, and a refinement on the corners themselves
/// sharpens it.
/// </summary>
public static class HandEyeCalibration
{
    private const int FewestSamples = 6, SamplesForGood = 10, Folds = 5;

    /// <summary>Two samples between which the arm moved less say the same.</summary>
    private const double RepeatsM = 0.002, RepeatsDeg = 0.5;

    private const double GoodMm = 2, UsableMm = 6, GoodDeg = 0.3, UsableDeg = 1, GoodDeviationMm = 1, UsableDeviationMm = 5, SpreadMm = 10;

    /// <summary>No corner is known better.</summary>
    private const double SmallestNoisePx = 0.01;

    /// <summary>Above this error no camera explains the samples, in pixels; a wrong setup gives tens.</summary>
    private const double MostPx = 20;

    /// <param name="set">The views, each with the pose of the flange.</param>
    /// <param name="known">Its intrinsics.</param>
    /// <param name="parent">What the camera is fixed to.</param>
    /// <exception cref="InsufficientDataException">The samples do not suffice; one line with the reason.</exception>
    public static HandEyeOutcome Solve(ViewSet set, KnownIntrinsics known, CameraParent parent)
    {
        var (board, camera, rejected) = (set.Board, known.Camera, set.Rejected.ToList());
        RequirePoses(set, parent);
        var refinement = new Refinement(camera, board, parent);
        var samples = Samples(set, camera, parent, refinement, rejected);
        var (solution, inliers) = refinement.Robust(Start(samples), samples);
        Check(refinement, solution, inliers, samples, board);
        if (ArmRotations.Insufficient(inliers, parent) is { } left) throw new InsufficientDataException(left);
        rejected.AddRange(samples.Except(inliers).Select(s => new Rejection(s.Name,
            string.Create(CultureInfo.InvariantCulture, $"disagrees with the others by {Math.Min(refinement.RmsPx(solution, s), 9999):0.0} px"))));

        (solution, var information) = refinement.Refine(solution, inliers);
        var rms = Math.Sqrt(inliers.Average(s => Square(refinement.RmsPx(solution, s))));
        var (heldOutM, heldOutRad) = HeldOut(refinement, solution, inliers);
        var methods = ClosedForms.Each(ArmRotations.Apart(inliers) is { Count: > 3 } apart ? apart : inliers);
        var deviation = DeviationMm(information);
        var (heldOutMm, heldOutDeg, spread) = (1000 * heldOutM, heldOutRad * 180 / Math.PI, ClosedForms.SpreadMm(methods));
        var (verdict, reasons) = Judge(inliers.Count, samples.Count, heldOutMm, heldOutDeg, (spread, deviation));
        if (verdict != CalibrationVerdict.Good && BoardScale.Diagnose(refinement, solution, inliers, board) is { } size) reasons.Insert(0, size);
        var (place, q) = (solution.CameraInParent.Position, solution.CameraInParent.Orientation);
        if (q.W < 0) q = new(-q.X, -q.Y, -q.Z, -q.W);
        return new()
        {
            Parent = parent.ToString().ToLowerInvariant(),
            TranslationM = [place.X, place.Y, place.Z],
            QuaternionXyzw = [q.X, q.Y, q.Z, q.W],
            HeldOutMm = heldOutMm,
            HeldOutDeg = heldOutDeg,
            RmsPx = rms,
            DeviationMm = Math.Min(deviation, 1e6),
            MethodSpreadMm = spread,
            Methods = [.. methods.Select(m => (m.Name, At: m.CameraInParent.Position)).Select(m => new MethodAnswer(m.Name, [m.At.X, m.At.Y, m.At.Z]))],
            SamplesUsed = inliers.Count,
            SamplesRejected = rejected.Count,
            IntrinsicsFrom = known.From,
            Verdict = verdict.ToString().ToLowerInvariant(),
            Reasons = reasons,
            NextPose = ArmRotations.Suggest(inliers, parent),
            Rejected = rejected,
        };
    }

    /// <summary>Refuses what no intrinsics could mend: too few samples, and turns of the arm that leave the camera's place open.</summary>
    /// <param name="set">The views, each with the pose of the flange.</param>
    /// <param name="parent">What the camera is fixed to.</param>
    /// <exception cref="InvalidDataException">The board looks the same upside down.</exception>
    /// <exception cref="InsufficientDataException">The samples do not suffice; one line with the reason.</exception>
    public static void RequirePoses(ViewSet set, CameraParent parent)
    {
        if (set.Board.IsSymmetric)
            throw new InvalidDataException($"--board {set.Board.Text}: looks the same upside down, so that its pose stays open; "
                + "take one with an odd and an even number of inner corners, or a ChArUco board");
        var rejected = set.Rejected.ToList();
        var posed = Posed(set, parent, rejected);
        if (posed.Count < FewestSamples)
            throw new InsufficientDataException(
                $"too few samples: {posed.Count} of {set.Views.Count + set.Rejected.Count} show the board from poses that differ, and "
                + $"{FewestSamples} are needed{Mostly(rejected)}; record at least 15");
        if (ArmRotations.Insufficient([.. posed.Select(p => new HandEyeSample(p.View.Name, p.Arm, Pose.Identity, []))], parent) is { } reason)
            throw new InsufficientDataException(reason);
    }

    /// <summary>The views with X_OP of the arm, without those that repeat one.</summary>
    private static List<(BoardView View, Pose Arm)> Posed(ViewSet set, CameraParent parent, List<Rejection> rejected)
    {
        var posed = new List<(BoardView View, Pose Flange)>();
        foreach (var (view, flange) in set.Views)
            if (flange is not { } arm) rejected.Add(new(view.Name, "has no pose of the flange"));
            else if (posed.Find(a => (a.Flange.Position - arm.Position).Length < RepeatsM
                && ArmRotations.DegreesBetween(a.Flange, arm) < RepeatsDeg) is { View: { } same })
                rejected.Add(new(view.Name, $"was taken where {same.Name} was"));
            else posed.Add((view, arm));
        return posed.ConvertAll(p => (p.View, parent == CameraParent.Flange ? p.Flange : p.Flange.Inverse));
    }

    private static List<HandEyeSample> Samples(
        ViewSet set, CameraIntrinsics camera, CameraParent parent, Refinement refinement, List<Rejection> rejected)
    {
        var samples = new List<HandEyeSample>();
        foreach (var (view, arm) in Posed(set, parent, rejected))
            if (Projection.BoardInCamera(camera, set.Board, view.Corners) is { } seen) samples.Add(new(view.Name, arm, seen, view.Corners));
            else rejected.Add(new(view.Name, "no pose of the board explains it"));
        // One noise for all views: of a view with few corners its own would be known badly.
        var noise = samples.Select(s => Projection.RmsPx(camera, set.Board, s.BoardInCamera, s.Corners)).Order().ElementAtOrDefault(samples.Count / 2);
        var square = Math.Max(noise * noise / 2, SmallestNoisePx * SmallestNoisePx);
        return samples.ConvertAll(s => s with { ViewCovariance = Covariance(refinement.InformationOf(s.BoardInCamera, s.Corners), square) });
    }

    private static double[,] Covariance(double[,] information, double noiseSquare)
    {
        var covariance = Symmetric.Inverse(information) ?? new double[6, 6];
        for (var i = 0; i < 6; i++)
            for (var j = 0; j < 6; j++) covariance[i, j] *= noiseSquare;
        return covariance;
    }

    private static HandEyeSolution Start(List<HandEyeSample> samples) => Consensus.Of(samples)
        ?? throw new InsufficientDataException("no few samples fix the camera's place: too few turns of 8 to 165° about different axes; "
            + "turn the flange by 20 to 60° about at least two axes");

    private static void Check(Refinement refinement, HandEyeSolution solution, List<HandEyeSample> inliers, List<HandEyeSample> samples, BoardDescription board)
    {
        var rms = Math.Sqrt(inliers.Average(s => Square(refinement.RmsPx(solution, s))));
        if (rms > MostPx)
        {
            // The same samples with the arm's poses turned round: what the other setup means by them, and what a wrong pose file holds.
            List<HandEyeSample> other = [.. samples.Select(s => s with { ParentInOther = s.ParentInOther.Inverse })];
            var (turned, agreeing) = Consensus.Of(other) is { } start ? refinement.Robust(start, other) : (solution, samples);
            var fits = agreeing.Count >= FewestSamples && Math.Sqrt(agreeing.Average(s => Square(refinement.RmsPx(turned, s)))) < MostPx / 4;
            throw new InsufficientDataException("the samples contradict each other: no place of the camera explains them, "
                + (fits ? "but one does for the other --setup; give that, or record the flange in the base and not the base in the flange"
                    : BoardScale.Diagnose(refinement, solution, samples, board)
                        ?? $"the best misses by more than {MostPx} px; check that images and poses belong together, in metres and x, y, z, w, "
                        + "and that the board was fixed"));
        }
        if (inliers.Count < FewestSamples || 2 * inliers.Count < samples.Count)
            throw new InsufficientDataException($"the samples contradict each other: only {inliers.Count} of {samples.Count} agree; "
                + "check that images and poses belong together, and that board and camera were fixed");
    }

    /// <summary>Root mean square errors over samples that had no part in the answer; the start comes from the others as well.</summary>
    private static (double M, double Rad) HeldOut(Refinement refinement, HandEyeSolution fallback, List<HandEyeSample> inliers)
    {
        var (m, rad, count) = (0.0, 0.0, 0);
        for (var fold = 0; fold < Folds; fold++)
        {
            List<HandEyeSample> fitted = [.. inliers.Where((_, i) => i % Folds != fold)];
            var start = Consensus.Of(fitted) ?? fallback;
            var solution = refinement.Refine(start, fitted).Solution;
            foreach (var sample in inliers.Where((_, i) => i % Folds == fold))
            {
                var error = solution.Error(sample);
                (m, rad, count) = (m + Square(error.M), rad + Square(error.Rad), count + 1);
            }
        }
        return (Math.Sqrt(m / count), Math.Sqrt(rad / count));
    }

    private static double DeviationMm(double[,] information) => Symmetric.Inverse(information) is { } covariance
        ? 1000 * Math.Sqrt(Enumerable.Range(3, 3).Max(i => covariance[i, i])) : double.PositiveInfinity;

    private static (CalibrationVerdict, List<string>) Judge(int used, int samples, double heldOutMm, double heldOutDeg, (double Spread, double Deviation) mm)
    {
        var (poor, fair) = (new List<string>(), new List<string>());
        void Require(double value, double good, double usable, string reason)
        {
            if (!(value <= usable)) poor.Add(reason);
            else if (!(value <= good)) fair.Add(reason);
        }
        string Say(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
        Require(heldOutMm, GoodMm, UsableMm, Say($"samples held out are off by {heldOutMm:0.0} mm, and {GoodMm} is good"));
        Require(heldOutDeg, GoodDeg, UsableDeg, Say($"samples held out are off by {heldOutDeg:0.00}°, and {GoodDeg} is good"));
        Require(mm.Deviation, GoodDeviationMm, UsableDeviationMm,
            Say($"the samples leave the camera's place open by {mm.Deviation:0.0} mm, and {GoodDeviationMm} is good"));
        Require(mm.Spread, SpreadMm, double.MaxValue, Say($"the closed forms differ by {mm.Spread:0.0} mm, and {SpreadMm} is good"));
        Require(SamplesForGood - used, 0, double.MaxValue, $"{used} samples are few, and {SamplesForGood} are good");
        Require(samples - used, 0.3 * samples, 0.5 * samples, $"{samples - used} of {samples} samples disagree with the others");
        return (poor.Count > 0 ? CalibrationVerdict.Poor : fair.Count > 0 ? CalibrationVerdict.Usable : CalibrationVerdict.Good, [.. poor, .. fair]);
    }

    private static string Mostly(List<Rejection> rejected) =>
        rejected.GroupBy(r => r.Reason).MaxBy(g => g.Count()) is { } most ? $" (left out most often: {most.Key})" : "";

    private static double Square(double value) => value * value;
}
