using RobotRL.Model;

namespace RobotRL.Teleop;

/// <summary>What an operator sees at one decision.</summary>
/// <param name="Time">Now.</param>
/// <param name="Truth">Where things are. A live operator looks at the robot; the scripted one at this, which only a simulation fills.</param>
public readonly record struct OperatorView(Stamp Time, CellTruth Truth);

/// <summary>Why a human drives.</summary>
public enum InterventionReason : byte
{
    /// <summary>Nobody does.</summary>
    None,

    /// <summary>A demonstration: the human drives throughout.</summary>
    Demonstration,

    /// <summary>The policy makes no progress.</summary>
    Stalled,

    /// <summary>The tool presses too hard.</summary>
    Force,

    /// <summary>A live operator decided so; why is theirs to know.</summary>
    Requested,
}

/// <summary>What an operator wants of an arm that is stopped.</summary>
public enum StoppedWish : byte
{
    None,

    /// <summary>Lead it back inside the limit that it stands beyond.</summary>
    Retreat,

    /// <summary>Lead it by hand.</summary>
    Guide,
}

/// <summary>How an operator ends an episode by word.</summary>
public enum EpisodeVerdict : byte
{
    /// <summary>Not at all: it goes on.</summary>
    None,

    /// <summary>The task is done.</summary>
    Success,

    /// <summary>The task has failed, and no going on would mend it.</summary>
    Failure,

    /// <summary>It shows nothing worth learning: it is kept, and not learned from.</summary>
    Discard,

    /// <summary>Neither: the scene is set up anew.</summary>
    NewScene,
}

/// <summary>What an operator wants at one decision.</summary>
/// <param name="IsEngaged">Whether the human drives; <paramref name="Action"/> counts only then.</param>
/// <param name="Action">The human's action, in the policy's units.</param>
/// <param name="Reason">Why the human drives.</param>
/// <param name="DeadmanHeld">False once the device is gone or let go in a way that must stop the robot.</param>
/// <param name="StopRequested">The operator asks for a stop; latched until the operator clears it.</param>
/// <param name="RequestedAt">When the hand took over, where that was before it was asked; null otherwise.</param>
public readonly record struct OperatorCommand(
    bool IsEngaged, PolicyAction Action, InterventionReason Reason, bool DeadmanHeld = true, bool StopRequested = false, Stamp? RequestedAt = null)
{
    /// <summary>What is held on to while the robot is stopped.</summary>
    public StoppedWish Wish { get; init; }

    /// <summary>Said once, at the decision after it was asked for.</summary>
    public EpisodeVerdict Verdict { get; init; }

    /// <summary>An operator who watches.</summary>
    public static readonly OperatorCommand Watching = new(false, default, InterventionReason.None);
}

/// <summary>Somebody who may drive the robot instead of the policy. Polled once a decision, on the actor's thread.</summary>
public interface ITeleoperator
{
    /// <summary>Who this is, for the records.</summary>
    string Identity { get; }

    /// <summary>A new episode starts: driven throughout (demonstration), corrected (online) or only watched (evaluation).</summary>
    void BeginEpisode(EpisodeKind kind);

    /// <summary>What the operator wants now.</summary>
    OperatorCommand Poll(in OperatorView view);

    /// <summary>Whether this is somebody who may clear a stop: a person, or a program that stands for one.</summary>
    bool ClearsStops => true;

    /// <summary>Whether this is a person: a program clears no stop that a person asked for.</summary>
    bool IsPerson => false;

    /// <summary>Whether the episode may begin. A person's demonstration begins with their first motion and not before.</summary>
    bool IsReady => true;

    /// <summary>Whether acting and learning are to rest after the episode.</summary>
    bool WantsPause => false;

    /// <summary>
    /// The robot is stopped, and not by this operator alone: it goes on only once they have seen to it. Until then <see
    /// cref="OperatorCommand.StopRequested"/> is set for whoever must act to clear a stop; a program sees to it at once.
    /// </summary>
    void RequireClearing() { }

    /// <summary>Something of the operator's device that a person must read, said once; null for nothing.</summary>
    string? TakeNotice() => null;
}

/// <summary>Nobody: the policy drives.</summary>
public sealed class AbsentOperator : ITeleoperator
{
    public string Identity => "none";
    public bool ClearsStops => false;
    public void BeginEpisode(EpisodeKind kind) { }
    public OperatorCommand Poll(in OperatorView view) => OperatorCommand.Watching;
}
