using System.Runtime.InteropServices;
using RobotRL.Control;
using RobotRL.Model;
using RobotRL.Safety;
using RobotRL.Teleop;

namespace RobotRL.Recording.Traces;

/// <summary>A target that came to the loop, and the row of the tick that took it in.</summary>
public readonly record struct TracedTarget(int Row, CartesianTarget Target);

/// <summary>
/// A critic that came into use: its number among the session's, and the hash of its manifest, under which its files are kept; empty where it had
/// none.
/// </summary>
public readonly record struct TracedCritic(int Offer, string Sha256);

/// <summary>What the policy decided with, beside the observation.</summary>
/// <param name="Sha256">Of its weights; empty for no policy.</param>
/// <param name="Noise">State of the noise before the decision.</param>
/// <param name="Deterministic">Whether it takes the mean.</param>
public readonly record struct TracedPolicy(string Sha256, RandomState Noise, bool Deterministic);

/// <summary>How old everything was that a decision was made of.</summary>
/// <param name="StateNs">Robot state, ns.</param>
/// <param name="ImagesNs">One a camera, ns.</param>
/// <param name="WeightsVersion">Learner step of the weights that acted; −1 for none.</param>
/// <param name="WeightsNs">Time since those were published, ns; 0 in virtual time, in which no time passes between learner and actor.</param>
public sealed record DecisionAges(long StateNs, IReadOnlyList<long> ImagesNs, long WeightsVersion, long WeightsNs);

/// <summary>
/// All that entered one decision beside the observation, and what the control loop decided in each of its ticks. The first decision of an episode
/// begins with the way to
/// the start pose, from the tick on in which the reference started anew.
/// </summary>
public sealed record DecisionTrace
{
    public required int Step { get; init; }

    /// <summary>Whose loop it is of, by index; what is said of an operator's command is this arm's part of it.</summary>
    public int Arm { get; init; }

    public required OperatorCommand Command { get; init; }
    public required TracedPolicy Policy { get; init; }
    public required IReadOnlyList<TracedCritic> Critics { get; init; }

    /// <summary>The tick before the first, of the episode's first decision alone: what outlasts a reference that starts anew.</summary>
    public required ControlRecord? Before { get; init; }
    public required IReadOnlyList<TracedTarget> Targets { get; init; }

    /// <summary>Ticks that had passed when the episode's beginning was marked, and when its first observation was made; of the first decision alone.</summary>
    public required int StartRows { get; init; }
    public required int ObservedRows { get; init; }

    /// <summary>Ticks before the decision's own: the last of them is what it was made on.</summary>
    public required int LeadRows { get; init; }

    /// <summary>Ticks that had passed when the executed action was read. After the last one of all the next observation was made.</summary>
    public required int ExecutedRows { get; init; }

    /// <summary>
    /// Ticks that had passed at the one that the next observation's state is of: a stream of states is a little old. All of them where the recording
    /// does not say.
    /// </summary>
    public required int NextRows { get; init; }

    /// <summary>How old what was decided on was; null where the recording does not say.</summary>
    public required DecisionAges? Ages { get; init; }

    /// <summary>[rows, <see cref="TickColumns.Count"/>].</summary>
    public required ulong[] Words { get; init; }

    /// <summary>Words a row of <see cref="OtherWords"/>.</summary>
    public const int OtherColumns = 2 * Joints.Max;

    /// <summary>[rows, <see cref="OtherColumns"/>]: where the arm beside this one was, as that tick had been told; empty in a cell with one arm.</summary>
    public ulong[] OtherWords { get; init; } = [];

    /// <summary>The same of a row; zeros in a cell with one arm.</summary>
    public OtherPosture Other(int row) =>
        OtherWords.Length == 0 ? default : MemoryMarshal.Cast<ulong, OtherPosture>(OtherWords.AsSpan(row * OtherColumns, OtherColumns))[0];

    public int Rows => Words.Length / TickColumns.Count;

    public ReadOnlySpan<ulong> Row(int row) => Words.AsSpan(row * TickColumns.Count, TickColumns.Count);
}
