using System.Diagnostics;
using System.Runtime.InteropServices;
using RobotRL.Control;
using RobotRL.Model;
using RobotRL.Sessions.Processes;

namespace RobotRL.Lab.Faults;

/// <summary>
/// Faults of the memory between actor and control process, both real and in real time: what is written there that no actor can have written, and
/// memory that is not this account's own.
/// </summary>
internal static partial class ChannelFaults
{
    /// <summary>The loop looks each tick: one to see it, one to stop, and what the look from outside takes.</summary>
    private const double LookMs = 4;

    private const int Milliseconds = 1000, BytesEach = 100;
    private const int MostDamageMs = 5000;
    private const int MostAttempts = 20, LookAgainMs = 300;
    private const uint Nobody = 65534;

    public static IReadOnlyList<FaultCase> All { get; } = !OperatingSystem.IsLinux() ? [] :
    [
        Damage("limit changes asked for 2³¹ − 1 times", ChannelDamage.LimitChangesHuge, answer: "none was counted"),
        Damage("count of resets goes back", ChannelDamage.ResetsBack),
        Damage("stop asked for with a cause that is none", ChannelDamage.StopCauseUndefined, FaultCode.UnknownCause),
        Damage("undefined commanding state in the heartbeat", ChannelDamage.BeatUndefined),
        Damage("bytes of no number in the target", ChannelDamage.TargetNotANumber),
        Damage("target of an undefined source", ChannelDamage.TargetSourceUndefined),
        Damage("target issued in the far future", ChannelDamage.TargetFromTheFuture),
        Damage("target under a number that was there before", ChannelDamage.TargetNumberAgain),
        Damage("version of a cell goes back", ChannelDamage.VersionBack),
        Damage("version of a cell leaps ahead", ChannelDamage.VersionHuge),
        Damage("mark of the shared memory overwritten", ChannelDamage.Magic),
        Damage("layout of the shared memory changes in motion", ChannelDamage.Layout),
        // Between two looks of the loop, stray bytes may fall on the actor's version too.
        Case("a hundred thousand random bytes in the shared memory", FaultCode.ChannelCorrupt, 2 * LookMs, ScribbleBytes) with
        {
            OrFirst = FaultCode.ProtocolMismatch,
        },
        Case("write of a target that never ends", FaultCode.None, 0, BeginWithoutEnd),
        Case("flood of scene requests in motion", FaultCode.None, 0, AskForScenes),
        Case("end asked for in motion", FaultCode.OperatorStop, LookMs, AskForTheEnd),
        Case("record overwritten under the actor", FaultCode.ChannelCorrupt, 3000, OverwriteTheRecord),
        Case("shared memory open to other accounts", FaultCode.None, 0, () => Refuse("open to other accounts", Open)),
        .. Environment.IsPrivilegedProcess
            ? (FaultCase[])[Case("shared memory of another account", FaultCode.None, 0, () => Refuse("another account", GiveAway))]
            : [],
        Case("link in place of the shared memory", FaultCode.None, 0, () => Refuse("a link", Link)),
    ];

    private static FaultCase Case(string name, FaultCode expected, double mostMs, Func<FaultSighting> provoke) =>
        new(name, expected, mostMs, provoke) { HasProcesses = true };

    private static FaultCase Damage(string name, ChannelDamage kind, FaultCode expected = FaultCode.ChannelCorrupt, string answer = "") =>
        Case(name, expected, LookMs, () =>
        {
            using FaultStage stage = new();
            var before = stage.Latest.RefusedLimitChanges;
            FaultSighting seen = new(default, null, null);
            // Values that the actor writes over before the loop looks were never there.
            for (var attempt = 0; attempt < MostAttempts && seen.Fault.Code == FaultCode.None; attempt++)
                seen = stage.Watch(() => stage.Do(kind), LookAgainMs);
            return seen with { Answer = answer, IsAnswered = stage.Latest.RefusedLimitChanges == before && Lives(stage) };
        });

    private static bool Lives(FaultStage stage) => stage.Control.ExitCode is null;

    private static FaultSighting ScribbleBytes()
    {
        using FaultStage stage = new();
        var seen = stage.Watch(() =>
        {
            for (var i = 0; i < Milliseconds; i++)
            {
                stage.Do(ChannelDamage.StrayByte, BytesEach);
                FaultStage.Within(1, () => false);
            }
        });
        var lives = Lives(stage);
        stage.Control.Interrupt();
        var ended = FaultStage.Within(10_000, () => !Lives(stage));
        return seen with
        {
            Answer = "the loop lives until it is asked to end, and leaves the robot without power",
            IsAnswered = lives && ended && stage.Control.ExitCode == 0 &&
                stage.Said.Any(line => line.StartsWith("Ended with the robot PowerRemoved", StringComparison.Ordinal)),
        };
    }

    /// <summary>The actor's next target takes the place of the one that never came.</summary>
    private static FaultSighting BeginWithoutEnd()
    {
        using FaultStage stage = new();
        var seen = stage.Watch(() => stage.Do(ChannelDamage.VersionOddForever));
        return seen with { Answer = "the next target replaces it", IsAnswered = Lives(stage) };
    }

    private static FaultSighting AskForScenes()
    {
        using FaultStage stage = new();
        var rebases = stage.Latest.Rebases;
        var seen = stage.Watch(() =>
        {
            for (var i = 0; i < 50; i++)
            {
                stage.Do(ChannelDamage.SceneFlood);
                FaultStage.Within(1, () => false);
            }
        }, goesOnMs: 500);
        return seen with { Answer = "all refused while someone commands", IsAnswered = stage.Latest.Rebases == rebases && Lives(stage) };
    }

    private static FaultSighting AskForTheEnd()
    {
        using FaultStage stage = new();
        var seen = stage.Watch(() => stage.Do(ChannelDamage.EndAsked));
        var ended = FaultStage.Within(10_000, () => !Lives(stage));
        return seen with { Answer = $"stopped first, then ended with exit code {stage.Control.ExitCode}", IsAnswered = ended && stage.Control.ExitCode == 0 };
    }

    /// <summary>The actor cannot trust its readings any more: it has the robot stopped, and says why in a line.</summary>
    private static FaultSighting OverwriteTheRecord()
    {
        using FaultStage stage = new();
        var seen = stage.Watch(() =>
        {
            // The loop replaces it each period: until the actor comes to look at that very moment.
            for (var clock = Stopwatch.StartNew(); stage.Actor.ExitCode is null && clock.ElapsedMilliseconds < MostDamageMs;)
                stage.Do(ChannelDamage.Record, times: 1000);
        });
        var ended = FaultStage.Within(10_000, () => stage.Actor.ExitCode is not null);
        var said = stage.Actor.Lines.LastOrDefault() ?? "";
        return seen with
        {
            Answer = $"the actor ended with exit code {stage.Actor.ExitCode} and a line",
            IsAnswered = ended && stage.Actor.ExitCode == ExitCode.Fault &&
                said.StartsWith("The memory shared", StringComparison.Ordinal) && Lives(stage),
        };
    }

    private static FaultSighting Refuse(string why, Action<string> change)
    {
        using FaultStage stage = new();
        var path = ControlChannel.PathOf(stage.Channel);
        // The one actor there may be gives its place up.
        stage.Actor.Kill();
        stage.Actor.Await(() => stage.Actor.ExitCode is not null);
        change(path);
        try
        {
            RemoteControl.Attach(stage.Channel, stage.Configuration.Robot, stage.Configuration.Hash).Dispose();
            return new(default, null, null, "attached", false);
        }
        catch (ChannelRefusedException e)
        {
            return new(default, null, null, "refused at attach", e.Message.Contains(why, StringComparison.Ordinal));
        }
        finally
        {
            File.Delete(path + ".moved");
        }
    }

    private static void Open(string path)
    {
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, File.GetUnixFileMode(path) | UnixFileMode.OtherRead | UnixFileMode.OtherWrite);
    }

    private static void GiveAway(string path) => _ = chown(path, Nobody, Nobody);

    private static void Link(string path)
    {
        File.Move(path, path + ".moved");
        File.CreateSymbolicLink(path, path + ".moved");
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)] private static partial int chown(string path, uint owner, uint group);
}
