using System.Runtime.InteropServices;
using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Sessions.Replaying;

/// <summary>Compares to the bit, so that not a number equals itself and zero not its negative, and names the first part that differs.</summary>
internal static class BitText
{
    /// <summary>Null where both are the same.</summary>
    public static (string Field, string Recorded, string Replayed)? Compare(ReadOnlySpan<float> recorded, ReadOnlySpan<float> replayed, string name)
    {
        if (recorded.Length != replayed.Length) return (name, $"{recorded.Length} values", $"{replayed.Length} values");
        for (var i = 0; i < recorded.Length; i++)
            if (BitConverter.SingleToUInt32Bits(recorded[i]) != BitConverter.SingleToUInt32Bits(replayed[i]))
                return ($"{name}[{i}]", FormattableString.Invariant($"{recorded[i]:R}"), FormattableString.Invariant($"{replayed[i]:R}"));
        return null;
    }

    public static (string Field, string Recorded, string Replayed)? Compare(in PolicyAction recorded, in PolicyAction replayed, string name) =>
        Compare(recorded[0], replayed[0], name) ?? Compare(recorded[1], replayed[1], name + ".other");

    public static (string Field, string Recorded, string Replayed)? Compare(in ArmAction recorded, in ArmAction replayed, string name) =>
        Compare([.. (ReadOnlySpan<float>)recorded.Motion, recorded.Stiffness, recorded.Damping], [.. (ReadOnlySpan<float>)replayed.Motion,
            replayed.Stiffness, replayed.Damping], name)
        ?? Compare((ReadOnlySpan<float>)recorded.Wrench, replayed.Wrench, name + ".wrench") ?? Compare(recorded.Gripper, replayed.Gripper, name + ".gripper");

    public static (string Field, string Recorded, string Replayed)? Compare<T>(T recorded, T replayed, string name) where T : struct, Enum =>
        EqualityComparer<T>.Default.Equals(recorded, replayed) ? null : (name, recorded.ToString(), replayed.ToString());

    public static (string Field, string Recorded, string Replayed)? Compare(in CartesianTarget recorded, in CartesianTarget replayed)
    {
        return Doubles(recorded.PoseInBase, replayed.PoseInBase, "pose") ?? Doubles(recorded.StartInBase, replayed.StartInBase, "episode_start")
            ?? Doubles(recorded.IssueTime, replayed.IssueTime, "issue_time") ?? Doubles(recorded.DueTime, replayed.DueTime, "due_time")
            ?? Doubles(recorded.Stiffness, replayed.Stiffness, "stiffness") ?? Doubles(recorded.Grip, replayed.Grip, "grip")
            ?? Doubles(recorded.FeedForwardInEndEffector, replayed.FeedForwardInEndEffector, "wrench")
            ?? Compare(recorded.Source, replayed.Source, "source") ?? Doubles(recorded.Sequence, replayed.Sequence, "sequence");

        // Structures of doubles or one long, without a gap.
        static (string, string, string)? Doubles<T>(in T a, in T b, string name) where T : unmanaged
        {
            var x = MemoryMarshal.Cast<T, ulong>(new ReadOnlySpan<T>(in a));
            var y = MemoryMarshal.Cast<T, ulong>(new ReadOnlySpan<T>(in b));
            for (var i = 0; i < x.Length; i++)
                if (x[i] != y[i]) return ($"{name}[{i}]", Text(x[i]), Text(y[i]));
            return null;
        }

        static string Text(ulong word) => FormattableString.Invariant($"{BitConverter.UInt64BitsToDouble(word):R}");
    }
}
