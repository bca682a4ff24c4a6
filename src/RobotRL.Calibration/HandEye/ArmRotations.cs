using System.Globalization;
using RobotRL.Calibration.Geometry;
using RobotRL.Model;

namespace RobotRL.Calibration.HandEye;

/// <summary>
/// How the arm turned between samples. Turns about two axes that differ fix the camera's place. A small turn says little and is mostly noise, and of one of
/// nearly half a circle the axis's sign is open, so neither takes part in the closed forms.
/// </summary>
internal static class ArmRotations
{
    private const double SmallestDeg = 8, LargestDeg = 165, SuggestedDeg = 40;

    /// <summary>Least share of the second axis among the turns: two axes 15° apart, half of the turns about each.</summary>
    private const double SecondAxis = 0.017;

    public static double DegreesBetween(in Pose a, in Pose b) => (a.Orientation.Inverse * b.Orientation).ToVector().Length * 180 / Math.PI;

    /// <summary>The samples in their order, without those that turned too little or nearly half a circle against one that is kept.</summary>
    public static List<HandEyeSample> Apart(IEnumerable<HandEyeSample> samples)
    {
        var kept = new List<HandEyeSample>();
        foreach (var sample in samples)
            if (kept.TrueForAll(k => DegreesBetween(k.ParentInOther, sample.ParentInOther) is >= SmallestDeg and <= LargestDeg)) kept.Add(sample);
        return kept;
    }

    /// <summary>Why the turns do not suffice; null where they do.</summary>
    public static string? Insufficient(IReadOnlyList<HandEyeSample> samples, CameraParent parent)
    {
        var turns = Turns(samples);
        if (turns.Length == 0)
            return string.Create(CultureInfo.InvariantCulture,
                $"the arm moved without turning: no two samples differ by {SmallestDeg}° or more; turn the flange by 20 to 60° about at least two axes");
        var axes = Symmetric.Eigen(Scatter(turns));
        return axes[1].Value >= SecondAxis ? null
            : $"the arm turned about one axis only, {Axis(axes[0].Vector)} of {Frame(parent)}; "
                + "along it the camera's place stays open: turn the flange about another axis as well";
    }

    /// <summary>Whether these alone fix an answer.</summary>
    public static bool Suffice(IReadOnlyList<HandEyeSample> samples) => Insufficient(samples, CameraParent.Base) is null;

    /// <summary>The turn that would tell most: about the axis about which the arm has turned least.</summary>
    public static string Suggest(IReadOnlyList<HandEyeSample> samples, CameraParent parent)
    {
        var least = Symmetric.Eigen(Scatter(Turns(samples)))[2].Vector;
        return string.Create(CultureInfo.InvariantCulture,
            $"turn the flange by {SuggestedDeg}° about {Axis(least)} of {Frame(parent)}, and keep the board in view");
    }

    /// <summary>The frame in which the turns are written.</summary>
    private static string Frame(CameraParent parent) => parent == CameraParent.Flange ? "the flange" : "the base";

    private static Vector3D[] Turns(IReadOnlyList<HandEyeSample> samples)
    {
        var turns = new List<Vector3D>();
        for (var i = 0; i < samples.Count; i++)
            for (var j = i + 1; j < samples.Count; j++)
            {
                var turn = (samples[i].ParentInOther.Orientation.Inverse * samples[j].ParentInOther.Orientation).ToVector();
                if (turn.Length * 180 / Math.PI is >= SmallestDeg and <= LargestDeg) turns.Add(turn / turn.Length);
            }
        return [.. turns];
    }

    private static double[,] Scatter(Vector3D[] axes)
    {
        var scatter = new double[3, 3];
        foreach (var axis in axes)
            for (var i = 0; i < 3; i++)
                for (var j = 0; j < 3; j++) scatter[i, j] += axis[i] * axis[j] / axes.Length;
        return scatter;
    }

    private static string Axis(Vector3D axis) => string.Create(CultureInfo.InvariantCulture, $"({axis.X:0.0}, {axis.Y:0.0}, {axis.Z:0.0})");
}
