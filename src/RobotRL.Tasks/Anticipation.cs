using RobotRL.Model;
using RobotRL.Teleop;

namespace RobotRL.Tasks;

/// <summary>
/// The past few seconds as an operator saw and did them. Eyes show the world as it was a reaction time ago; a practised hand adds the motion it
/// has itself asked for since (a Smith predictor), or it would swing around every target.
/// </summary>
internal sealed class Anticipation(ActionSpace actions, long reactionNs)
{
    private const int Capacity = 256;

    /// <summary>A tool that presses this hard does not follow the hand: none of its motion is expected.</summary>
    private const double BlockedForceN = 5;

    /// <summary>A compliant arm does about this much of the motion that is asked for,</summary>
    private const double AnswerShare = 0.65;

    /// <summary>and this much of the motion asked for just before it was seen is still to come.</summary>
    private const double StillToComeShare = 0.4;

    private readonly (Stamp Time, TaskTruth Truth, ArmAction Own)[] _past = new (Stamp, TaskTruth, ArmAction)[Capacity];
    private int _count;

    public void Clear() => _count = 0;

    /// <summary>The view of a reaction time ago; the first one of the episode until there is an older one.</summary>
    public TaskTruth See(in OperatorView now)
    {
        ref var slot = ref _past[_count++ % Capacity];
        slot = (now.Time, now.Truth, default);
        var index = SeenIndex(now.Time);
        return _past[index % Capacity].Truth;
    }

    /// <summary>What was last seen, moved by the hand's own motion since.</summary>
    public TaskTruth Anticipate(in TaskTruth seen)
    {
        var expected = seen;
        if (seen.ContactForceN > BlockedForceN) return expected;
        var from = SeenIndex(_past[(_count - 1) % Capacity].Time);
        for (var i = Math.Max(0, from - 1); i < _count - 1; i++)
        {
            var own = _past[i % Capacity].Own.Motion;
            var share = i < from ? StillToComeShare : AnswerShare;
            expected.EndEffectorInBase *= new Pose(
                new Vector3D(own[0], own[1], own[2]) * (share * actions.TranslationScaleM),
                Rotation.FromVector(new Vector3D(own[3], own[4], own[5]) * (share * actions.RotationScaleRad)));
        }
        // A grasped object comes along.
        if (seen.ObjectGrasped) expected.GoalInBase = expected.GoalInBase with { Position = seen.GoalInBase.Position + expected.EndEffectorInBase.Position - seen.EndEffectorInBase.Position };
        return expected;
    }

    /// <summary>Notes what the hand does now; nothing while it only watches.</summary>
    public void Remember(in ArmAction own) => _past[(_count - 1) % Capacity].Own = own;

    private int SeenIndex(Stamp now)
    {
        var oldest = Math.Max(0, _count - Capacity);
        var index = _count - 1;
        while (index > oldest && now.Since(_past[index % Capacity].Time) < reactionNs) index--;
        return index;
    }
}
