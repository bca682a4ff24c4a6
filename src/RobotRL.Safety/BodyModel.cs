using RobotRL.Model;

namespace RobotRL.Safety;

/// <summary>
/// What of an arm's body may not come near what: every moving part and the cell's faces, every moving part and each keep-out box, every two parts that are
/// no neighbours, every moving part and each part of the arm beside it.
/// </summary>
internal sealed class BodyModel
{
    /// <summary>Parts on links that are at most so many joints apart are neighbours: they are shaped to come close.</summary>
    private const int NeighbourJoints = 2;

    private readonly double[] _reach;

    /// <param name="robot">The arm and its limits.</param>
    /// <param name="other">The arm beside it; null for none.</param>
    public BodyModel(RobotDescription robot, OtherArm? other = null)
    {
        Other = other;
        Parts = [.. robot.Body.Parts];
        (Cell, KeepOut) = (robot.Limits.Cell, [.. robot.Limits.KeepOut]);
        Joints = robot.JointCount;
        _reach = Reaches(robot);
        var pairs = new List<BodyPair>();
        for (var part = 0; part < Parts.Length; part++)
        {
            if (Parts[part].Link > 0)
            {
                for (var face = 0; face < 6; face++) pairs.Add(new(part, face, BodyPairKind.Face, LimitFlags.Body, Parts[part].RadiusM));
                for (var box = 0; box < KeepOut.Length; box++) pairs.Add(new(part, box, BodyPairKind.KeepOut, LimitFlags.KeepOut, Parts[part].RadiusM));
                for (var beside = 0; other is not null && beside < Parts.Length; beside++)
                    pairs.Add(new(part, beside, BodyPairKind.OtherArm, LimitFlags.ArmDistance, Parts[part].RadiusM + Parts[beside].RadiusM + other.DistanceM));
            }
            for (var second = 0; second < part; second++)
            {
                var (a, b) = (Parts[part], Parts[second]);
                if (Math.Abs(Math.Min(a.Link, Joints) - Math.Min(b.Link, Joints)) <= NeighbourJoints || MayTouch(robot.Body, a.Name, b.Name)) continue;
                var (near, far) = a.Link < b.Link ? (part, second) : (second, part);
                pairs.Add(new(far, near, BodyPairKind.Part, LimitFlags.SelfDistance, a.RadiusM + b.RadiusM + robot.Limits.SelfDistanceM));
            }
        }
        Pairs = [.. pairs];
    }

    /// <summary>The arm beside it; null for none.</summary>
    public OtherArm? Other { get; }

    public BodyPart[] Parts { get; }
    public Box Cell { get; }
    public Box[] KeepOut { get; }
    public int Joints { get; }
    public BodyPair[] Pairs { get; }

    /// <summary>Most by which any distance can change while the joints turn by so much, rad: each joint moves no point faster than its reach.</summary>
    public double MostTravel(in JointPositions from, in JointPositions to)
    {
        var sum = 0.0;
        for (var i = 0; i < Joints; i++) sum += Math.Abs(to[i] - from[i]) * _reach[i];
        return sum;
    }

    /// <summary>Largest distance of any point that a joint moves from its axis, m.</summary>
    public double Reach(int joint) => _reach[joint];

    private static bool MayTouch(RobotBody body, string a, string b)
    {
        foreach (var (first, second) in body.MayTouch)
            if ((first == a && second == b) || (first == b && second == a)) return true;
        return false;
    }

    private static double[] Reaches(RobotDescription robot)
    {
        var reach = new double[robot.JointCount];
        for (var joint = 1; joint <= robot.JointCount; joint++)
            foreach (var part in robot.Body.Parts)
            {
                if (part.Link < joint) continue;
                var length = Math.Max(part.From.Length, part.To.Length);
                for (var link = joint + 1; link <= Math.Min(part.Link, robot.JointCount); link++)
                {
                    var row = robot.Kinematics[link - 1];
                    length += Math.Sqrt(row.A * row.A + row.D * row.D);
                }
                if (part.Link > robot.JointCount) length += robot.Flange.Position.Length;
                reach[joint - 1] = Math.Max(reach[joint - 1], length);
            }
        return reach;
    }
}

/// <summary>What a part is watched against.</summary>
internal enum BodyPairKind : byte
{
    Face,
    KeepOut,
    Part,
    OtherArm,
}

/// <summary>A part and what it may not come near.</summary>
/// <param name="Part">Index of the part; of two, the one further from the base.</param>
/// <param name="Other">Index of the face (low and high of x, y, z), of the box, of the other part, or of the part of the other arm.</param>
/// <param name="Kind">Which of these.</param>
/// <param name="Flag">The limit it is.</param>
/// <param name="OffsetM">Taken off the distance between lines: radii, and what is to stay between two parts.</param>
internal readonly record struct BodyPair(int Part, int Other, BodyPairKind Kind, LimitFlags Flag, double OffsetM);

/// <summary>Something near.</summary>
/// <param name="Pair">Index of the pair.</param>
/// <param name="DistanceM">What is left, m; less than 0 beyond the limit.</param>
/// <param name="On">The part's nearest point on its line, base frame.</param>
/// <param name="OtherOn">The other part's.</param>
/// <param name="Away">Unit vector along which the part gets away.</param>
internal readonly record struct Proximity(int Pair, double DistanceM, Vector3D On, Vector3D OtherOn, Vector3D Away);
