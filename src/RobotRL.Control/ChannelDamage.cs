using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control;

/// <summary>What can be wrong with the memory of a channel: stray writes, and writers that break its rules while they keep to its form.</summary>
public enum ChannelDamage
{
    /// <summary>One byte anywhere takes any value.</summary>
    StrayByte,

    /// <summary>Eight bytes anywhere, such as a stray number or pointer.</summary>
    StrayWord,

    /// <summary>The bytes of no number in a target that is published.</summary>
    TargetNotANumber,

    /// <summary>A target of a source that there is not.</summary>
    TargetSourceUndefined,

    /// <summary>A target issued far in the future.</summary>
    TargetFromTheFuture,

    /// <summary>A target under a number that was there before.</summary>
    TargetNumberAgain,

    /// <summary>A commanding state that there is not.</summary>
    BeatUndefined,

    /// <summary>A write of a target that never ends.</summary>
    VersionOddForever,

    /// <summary>The count of values published goes back.</summary>
    VersionBack,

    /// <summary>It leaps ahead.</summary>
    VersionHuge,

    /// <summary>Changes of limits, asked for two thousand million times at once.</summary>
    LimitChangesHuge,

    /// <summary>Resets, asked for fewer times than before.</summary>
    ResetsBack,

    /// <summary>A stop with a cause that is none.</summary>
    StopCauseUndefined,

    /// <summary>Scenes without end, one asked for on the heels of the other.</summary>
    SceneFlood,

    /// <summary>The mark at the beginning is overwritten.</summary>
    Magic,

    /// <summary>The beginning tells of another layout.</summary>
    Layout,

    /// <summary>The newest tick is overwritten for whoever reads it.</summary>
    Record,

    /// <summary>The end of the control process is asked for while the robot moves.</summary>
    EndAsked,
}

/// <summary>Does such damage, to try what comes of it.</summary>
internal static unsafe class ChannelForgery
{
    private const long HourNs = 3_600_000_000_000, Huge = 1L << 40;

    public static void Do(ChannelDamage kind, byte* memory, ChannelLayout layout, Random random)
    {
        ref var header = ref *(ChannelHeader*)memory;
        ref var targetVersion = ref *(long*)(memory + layout.Targets);
        switch (kind)
        {
            case ChannelDamage.StrayByte: memory[random.Next(layout.Bytes)] = (byte)random.Next(256); break;
            case ChannelDamage.StrayWord:
                random.NextBytes(new Span<byte>(memory + random.Next(layout.Bytes / sizeof(ulong)) * sizeof(ulong), sizeof(ulong)));
                break;
            case ChannelDamage.TargetNotANumber:
                new Span<byte>(memory + layout.Targets + 2 * sizeof(long), sizeof(double)).Fill(0xFF);
                targetVersion += 2;
                break;
            case ChannelDamage.TargetSourceUndefined: Target(t => t with { Source = (ActionSource)200, Sequence = t.Sequence + 1 }); break;
            case ChannelDamage.TargetFromTheFuture: Target(t => t with { IssueTime = t.IssueTime.Plus(1000 * HourNs), Sequence = t.Sequence + 1 }); break;
            case ChannelDamage.TargetNumberAgain: Target(t => t); break;
            case ChannelDamage.BeatUndefined:
                Change(memory + layout.Heartbeats, (ref Heartbeat beat) => beat = beat with { State = (CommandingState)77 });
                break;
            case ChannelDamage.VersionOddForever: targetVersion |= 1; break;
            case ChannelDamage.VersionBack: targetVersion -= 4; break;
            case ChannelDamage.VersionHuge: targetVersion += Huge; break;
            case ChannelDamage.LimitChangesHuge: Requests((ref ChannelRequests r) => r.LimitChanges = int.MaxValue); break;
            case ChannelDamage.ResetsBack: Requests((ref ChannelRequests r) => r.Resets--); break;
            case ChannelDamage.StopCauseUndefined: Requests((ref ChannelRequests r) => r.Stops[ChannelRequests.Causes - 1]++); break;
            case ChannelDamage.SceneFlood: Requests((ref ChannelRequests r) => r.Scenes += 3); break;
            case ChannelDamage.Magic: header.Magic = ~ChannelLayout.Magic; break;
            case ChannelDamage.Layout: header.Layout++; break;
            case ChannelDamage.Record: memory[layout.Latest + random.Next(3 * sizeof(long), LatestCell<ControlRecord>.Bytes)] ^= 0x5A; break;
            case ChannelDamage.EndAsked: Requests((ref ChannelRequests r) => r.EndAsked = 1); break;
            default: throw new ArgumentOutOfRangeException(nameof(kind), kind, null);
        }

        void Target(Func<CartesianTarget, CartesianTarget> change) => Change(memory + layout.Targets, (ref CartesianTarget target) => target = change(target));
        void Requests(Changing<ChannelRequests> change) => Change(memory + layout.Requests, change);
    }

    private delegate void Changing<T>(ref T value);

    /// <summary>Publishes the value that is there, changed, as its writer would.</summary>
    private static void Change<T>(byte* memory, Changing<T> change) where T : unmanaged
    {
        LatestCell<T> cell = new((nint)memory);
        T value = default;
        var seen = 0L;
        cell.TryRead(ref value, ref seen);
        change(ref value);
        cell.Publish(value);
    }
}
