using RobotRL.Model;
using RobotRL.Teleop;

namespace RobotRL.Tasks;

/// <summary>
/// The past few seconds as an operator saw and did them. Eyes show the world as it was a reaction time ago; a practised hand adds the motion it
/// has itself asked for since (a Smith predictor), or it would swing around every target.
/// </summary>
internal sealed class Anticipation(ActionLayout actions, long reactionNs)
{
    private const int Capacity = 256;

    /// <summary>A tool that presses this hard does not follow the hand: none of its motion is expected.</summary>
    private const double BlockedForceN = 5;

    /// <summary>A compliant arm does about this much of the motion that is asked for,</summary>
    private const double AnswerShare = 0.65;

    /// <summary>and this much of the motion asked for just before it was seen is still to come.</summary>
    private const double StillToComeShare = 0.4;

    private readonly (Stamp Time, CellTruth Truth, PolicyAction Own)[] _past = new (Stamp, CellTruth, PolicyAction)[Capacity];
    private int _count;

    public void Clear() => _count = 0;

    /// <summary>The view of a reaction time ago; the first one of the episode until there is an older one.</summary>
    public CellTruth See(in OperatorView now)
    {
        ref var slot = ref _past[_count++ % Capacity];
        slot = (now.Time, now.Truth, default);
        var index = SeenIndex(now.Time);
        return _past[index % Capacity].Truth;
    }

    /// <summary>What was last seen, moved by the hand's own motion since.</summary>
    public CellTruth Anticipate(in CellTruth seen)
    {
        var expected = seen;
        for (var arm = 0; arm < actions.Arms.Count; arm++) Anticipate(arm, ref expected.Arms[arm]);
        return expected;
    }

    /// <summary>Notes what the hand does now; nothing while it only watches.</summary>
    public void Remember(in PolicyAction own) => _past[(_count - 1) % Capacity].Own = own;

    private void Anticipate(int arm, ref TaskTruth truth)
    {
        if (truth.ContactForceN > BlockedForceN) return;
        var (space, before) = (actions.Arms[arm], truth.EndEffectorInBase.Position);
        var from = SeenIndex(_past[(_count - 1) % Capacity].Time);
        for (var i = Math.Max(0, from - 1); i < _count - 1; i++)
        {
            var own = _past[i % Capacity].Own[arm].Motion;
            var share = i < from ? StillToComeShare : AnswerShare;
            truth.EndEffectorInBase *= new Pose(
                new Vector3D(own[0], own[1], own[2]) * (share * space.TranslationScaleM),
                Rotation.FromVector(new Vector3D(own[3], own[4], own[5]) * (share * space.RotationScaleRad)));
        }
        // A grasped object comes along.
        if (truth.ObjectGrasped)
            truth.GoalInBase = truth.GoalInBase with { Position = truth.GoalInBase.Position + truth.EndEffectorInBase.Position - before };
    }

    private int SeenIndex(Stamp now)
    {
        var oldest = Math.Max(0, _count - Capacity);
        var index = _count - 1;
        while (index > oldest && now.Since(_past[index % Capacity].Time) < reactionNs) index--;
        return index;
    }
}
