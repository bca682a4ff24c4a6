namespace RobotRL.Model;

/// <summary>One camera's image as the policy sees it: 8 bits a channel, rows top to bottom.</summary>
/// <param name="CaptureTime">When the exposure ended.</param>
/// <param name="Shape">Width, height and channels.</param>
/// <param name="Pixels">[Height×Width×Channels] uint8. Never written after construction; shared by neighbouring transitions.</param>
public sealed record PolicyImage(Stamp CaptureTime, ImageShape Shape, byte[] Pixels)
{
    /// <summary>Writes the image in colour, as a camera's frame and a picture have it: gray is repeated in all three channels.</summary>
    /// <param name="rgb">Receives [Height×Width×3] uint8 RGB.</param>
    public void CopyToRgb(Span<byte> rgb)
    {
        if (Shape.Channels == ImageShape.Rgb) Pixels.CopyTo(rgb);
        else for (var i = 0; i < Pixels.Length; i++) rgb.Slice(ImageShape.Rgb * i, ImageShape.Rgb).Fill(Pixels[i]);
    }
}

/// <summary>
/// What the policy decides on. Immutable once built: the next observation of one transition is the very object that is the observation of the following one.
/// </summary>
/// <param name="Time">The instant that all parts were joined for.</param>
/// <param name="Proprioception">
/// Normalised, in the order of the task's <see cref="ObservationLayout"/>.
/// </param>
/// <param name="Images">One image a camera, in the task's camera order.</param>
public sealed record Observation(Stamp Time, float[] Proprioception, IReadOnlyList<PolicyImage> Images);

/// <summary>One decision's worth of experience, as stored.</summary>
/// <param name="Observation">s.</param>
/// <param name="Action">a: proposed and executed.</param>
/// <param name="Reward">r, of the task; the gripper penalty is the learner's.</param>
/// <param name="Next">s′: the observation after the action, also at the end of an episode.</param>
/// <param name="Terminated">The task ended here (success, or a stop that the motion led to): nothing to bootstrap from.</param>
/// <param name="Truncated">The clock, or a stop that the motion did not lead to, ended the episode: the value of <paramref name="Next"/> still counts.</param>
public sealed record Transition(Observation Observation, ExecutedAction Action, float Reward, Observation Next, bool Terminated, bool Truncated)
{
    /// <summary>What stopped the robot during this step; none where nothing did, or where the recording does not say.</summary>
    public FaultCode Stop { get; init; }

    /// <summary>What the grippers were doing when the step began, by what they were last told.</summary>
    public Grips Grips { get; init; }

    /// <summary>Whether what happened may be learned from; what may not stays on disk.</summary>
    public bool IsLearnable => EpisodeEnding.Of(Stop).End != EpisodeEnd.Drops;

    /// <summary>Whether the robot was being stopped in some part of the step: its motion is braking, whoever was in charge.</summary>
    public bool IsStopping => Stop != FaultCode.None || (Action.Limits & LimitFlags.Stopping) != 0;

    /// <summary>Whether a human drove during this step.</summary>
    public bool IsIntervention => Action.Source == ActionSource.Human;
}

/// <summary>How an episode went.</summary>
public enum EpisodeOutcome : byte
{
    Success,
    TimedOut,
    SafetyStop,
    Interrupted,

    /// <summary>The operator said that it failed.</summary>
    Failed,
}

/// <summary>What an episode was collected for.</summary>
public enum EpisodeKind : byte
{
    /// <summary>The operator drove throughout.</summary>
    Demonstration,

    /// <summary>The policy drove, with or without corrections.</summary>
    Online,

    /// <summary>Evaluation: never used for learning.</summary>
    Evaluation,
}
