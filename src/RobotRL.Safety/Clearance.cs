using RobotRL.Model;

namespace RobotRL.Safety;

/// <summary>
/// What of the body is near something, for a posture that moves from tick to tick. A distance is worked out anew only once the motion since could
/// have used it up:
/// no joint moves a point faster than it is far from its axis, so far pairs cost nothing for many ticks.
/// </summary>
internal sealed class Clearance(BodyModel model)
{
    private readonly double[] _left = new double[model.Pairs.Length]; // at least so much is left of each pair's distance, before _pending
    private readonly Proximity[] _near = new Proximity[model.Pairs.Length];
    private readonly (Vector3D From, Vector3D To)[] _lines = new (Vector3D, Vector3D)[model.Parts.Length];
    private JointPositions _posture, _others;
    private double _pending, _least;
    private bool _isKnown;
    private int _count;

    /// <summary>What <see cref="Find"/> found.</summary>
    public ReadOnlySpan<Proximity> Near => _near.AsSpan(0, _count);

    /// <summary>The arm was placed elsewhere.</summary>
    public void Restart() => _isKnown = false;

    /// <summary>Finds all pairs at a distance of at most so much, m.</summary>
    public ReadOnlySpan<Proximity> Find(ArmKinematics arm, in JointPositions posture, double nearM)
    {
        _count = 0;
        if (!_isKnown)
        {
            Array.Clear(_left);
            (_isKnown, _pending, _least) = (true, 0, double.NegativeInfinity);
        }
        else
        {
            var travel = model.MostTravel(_posture, posture);
            if (model.Other is { } other) travel += model.MostTravel(_others, other.PostureRad);
            _pending += travel;
            _least -= travel;
        }
        _posture = posture;
        if (model.Other is not null) _others = model.Other.PostureRad;
        if (_least > nearM || model.Pairs.Length == 0) return [];

        _least = double.PositiveInfinity;
        var isPlaced = false;
        for (var i = 0; i < _left.Length; i++)
        {
            var left = _left[i] - _pending;
            if (left <= nearM)
            {
                if (!isPlaced) Place(arm);
                isPlaced = true;
                var found = Measure(i);
                left = found.DistanceM;
                if (left <= nearM) _near[_count++] = found;
            }
            _left[i] = left;
            if (left < _least) _least = left;
        }
        _pending = 0;
        return Near;
    }

    /// <summary>What each joint contributes to the distance's change, m/rad, base to tip.</summary>
    public void Gradient(in Proximity near, ArmKinematics arm, Span<double> byJoint)
    {
        var pair = model.Pairs[near.Pair];
        var link = model.Parts[pair.Part].Link;
        var other = pair.Kind == BodyPairKind.Part ? model.Parts[pair.Other].Link : 0;
        var frames = arm.Frames;
        for (var i = 0; i < byJoint.Length; i++)
        {
            var motion = i < link ? Vector3D.Cross(frames[i].Z, near.On - frames[i].Origin) : default;
            if (i < other) motion -= Vector3D.Cross(frames[i].Z, near.OtherOn - frames[i].Origin);
            byJoint[i] = Vector3D.Dot(near.Away, motion);
        }
    }

    /// <summary>Whether what is near moves by itself: the other arm.</summary>
    public bool MovesToo(in Proximity near) => model.Pairs[near.Pair].Kind == BodyPairKind.OtherArm;

    public LimitFlags FlagOf(in Proximity near) => model.Pairs[near.Pair].Flag;

    private void Place(ArmKinematics arm)
    {
        for (var i = 0; i < _lines.Length; i++) _lines[i] = arm.Line(model.Parts[i]);
    }

    private Proximity Measure(int index)
    {
        var pair = model.Pairs[index];
        var (from, to) = _lines[pair.Part];
        switch (pair.Kind)
        {
            case BodyPairKind.Face:
                var (axis, isHigh) = (pair.Other >> 1, (pair.Other & 1) != 0);
                var sign = isHigh ? -1 : 1;
                var on = sign * from[axis] < sign * to[axis] ? from : to;
                var face = isHigh ? model.Cell.Max[axis] : model.Cell.Min[axis];
                return new(index, sign * (on[axis] - face) - pair.OffsetM, on, default, new(axis == 0 ? sign : 0, axis == 1 ? sign : 0, axis == 2 ? sign : 0));
            case BodyPairKind.KeepOut:
                var distance = Segments.ToBox(from, to, model.KeepOut[pair.Other], out var nearest, out var away);
                return new(index, distance - pair.OffsetM, nearest, default, away);
            default:
                var beside = pair.Kind == BodyPairKind.OtherArm ? model.Other!.Line(pair.Other) : _lines[pair.Other];
                var (first, second) = Segments.Nearest(from, to, beside.From, beside.To);
                var between = first - second;
                var length = between.Length;
                // Lines that cross say nothing about the way out: away from the other's middle then.
                if (length < 1e-9) between = 0.5 * (from + to) - 0.5 * (beside.From + beside.To);
                return new(index, length - pair.OffsetM, first, second, between / Math.Max(1e-9, between.Length));
        }
    }
}
