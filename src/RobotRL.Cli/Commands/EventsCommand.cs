using System.CommandLine;
using System.Globalization;
using RobotRL.Cli.Display;
using RobotRL.Control;
using RobotRL.Model;
using RobotRL.Recording.Events;
using RobotRL.Safety;
using RobotRL.Sessions.Processes;
using RobotRL.Sessions.Runs;

namespace RobotRL.Cli.Commands;

/// <summary>One event file in a line.</summary>
/// <param name="Arm">Whose loop it was; empty for an arm without a name.</param>
/// <param name="Kinds">Kinds of its events, each once.</param>
/// <param name="Reason">Of its gravest event, of equals the first.</param>
/// <param name="TimeS">That event's time on the session's clock, s.</param>
/// <param name="BeforeS">Time kept before it, s.</param>
/// <param name="AfterS">Time kept after it, s.</param>
/// <param name="Follows">The file that this one continues without a gap; null for none.</param>
internal sealed record EventLine(
    int Event, string Arm, string Kinds, string Reason, double TimeS, long Tick, double BeforeS, double AfterS,
    int Marks, long Ticks, long Lost, string End, int? Follows, long Bytes);

/// <summary><c>robotrl events</c>: what the event recorder froze around reflexes, limits, stops and faults.</summary>
internal static class EventsCommand
{
    public static Command Create() => new("events", "List and show what was recorded around reflexes, limits, stops and faults") { List(), Show() };

    private static Command List()
    {
        var run = SharedOptions.Run();
        return new Command("list", "One line an event file") { run }.Does((parse, _) =>
        {
            EventLine[] lines = [.. Folder(parse.GetRequiredValue(run)).Files.Select(LineOf)];
            List<string[]> table = [["event", "arm", "kinds", "reason", "at, s", "before, s", "after, s", "events", "ticks", "lost", "end", "MB"]];
            foreach (var l in lines)
                table.Add([$"{l.Event}{(l.Follows is { } f ? $" (after {f})" : "")}", l.Arm, l.Kinds, l.Reason, $"{l.TimeS:F3}", $"{l.BeforeS:F3}",
                    $"{l.AfterS:F3}", $"{l.Marks}", $"{l.Ticks}", $"{l.Lost}", l.End, $"{l.Bytes * 1e-6:F1}"]);
            // A single arm has no name to tell.
            if (lines.All(line => line.Arm.Length == 0)) table = [.. table.Select(row => row.Where((_, column) => column != 1).ToArray())];
            Write(parse, table);
            CommandLine.Result(parse, new { Events = lines, Bytes = lines.Sum(l => l.Bytes) });
            return ExitCode.Done;
        });
    }

    private static Command Show()
    {
        var run = SharedOptions.Run();
        var index = new Option<int>("--event") { Description = "Number of the event file", Required = true }.AtLeast(0);
        var around = new Option<double>("--around-ms") { Description = "Ticks to show before and after each event, ms" }
            .Or(3).Where(ms => ms >= 0, "write a number of ms from 0");
        return new Command("show", "The events of one file, and the ticks around each") { run, index, around }.Does((parse, _) =>
        {
            var file = Folder(parse.GetRequiredValue(run)).Files.FirstOrDefault(f => EventFolder.IndexOf(f) == parse.GetValue(index))
                ?? throw new BadInputException($"{parse.GetValue(run)}: there is no event {parse.GetValue(index)}; robotrl events list shows what there is");
            var recording = EventReader.Read(file);
            var ticks = EventReader.ReadTicks(file);
            var near = (long)(parse.GetValue(around) * 1e6 / recording.Info.ControlPeriodNs);
            List<string[]> table =
            [
                [
                    "tick", "at, s", "event", "gate", "fault", "limits", "force, N", "speed, m/s", "error, mm", "stiffness, N/m", "tank, J",
                    "risk", "reflex", "late, µs",
                ],
            ];
            foreach (ref readonly var r in ticks.AsSpan())
            {
                var tick = r.Tick;
                if (!recording.Marks.Any(m => Math.Abs(m.Tick - tick) <= near)) continue;
                var marks = recording.Marks.Where(m => m.Tick == tick).Select(m => $"{m.Kind}: {m.Reason}");
                table.Add([$"{tick}", $"{r.Time.Seconds:F3}", string.Join("; ", marks), $"{r.Gate}", $"{r.Fault.Code}", $"{r.Limits}",
                    $"{r.Measured.ExternalWrenchInEndEffector.Force.Length:F1}", $"{r.EndEffector.TwistInBase.Linear.Length:F3}",
                    $"{1e3 * (r.Reference.PoseInBase.Position - r.EndEffector.PoseInBase.Position).Length:F2}",
                    $"{r.Stiffness.TranslationNM:F0}", $"{r.TankJ:F2}", Text(r.Reflex.Estimate.Risk),
                    r.Reflex.State == ReflexState.Following ? $"{r.Reflex.Critic}" : $"{r.Reflex.State}: {r.Reflex.Reason}",
                    $"{r.LatenessNs * 1e-3:F0}"]);
            }
            Write(parse, table);
            CommandLine.Result(parse, new
            {
                Event = LineOf(file),
                recording.Info.ConfigHash,
                Marks = recording.Marks.Select(m =>
                    new { m.Tick, TimeS = m.Time.Seconds, Kind = m.Kind.ToString(), m.Reason, Value = Finite(m.Value), Limit = Finite(m.Limit) }),
                recording.FirstTick,
                recording.LastTick,
                StopMs = StopMs(recording, ticks),
            });
            return ExitCode.Done;
        });
    }

    /// <summary>From the first stop or fault until the robot was held or without power, ms; null where that is not in the file.</summary>
    private static double? StopMs(EventRecording recording, ControlRecord[] ticks)
    {
        if (recording.Marks.FirstOrDefault(m => m.Kind >= EventKind.Stop) is not { Tick: > 0 } stop) return null;
        var done = Array.FindIndex(ticks, r => r.Tick >= stop.Tick && r.Gate is GateState.Held or GateState.PowerRemoved);
        return done < 0 ? null : ticks[done].Time.Since(stop.Time) * 1e-6;
    }

    private static EventLine LineOf(string file)
    {
        var recording = EventReader.Read(file);
        var (info, marks) = (recording.Info, recording.Marks);
        // A file that goes on with another's window may hold no event of its own.
        var gravest = marks.Count > 0 ? marks.MaxBy(m => m.Kind) : default;
        var periodS = info.ControlPeriodNs * 1e-9;
        return new(
            Event: EventFolder.IndexOf(file), Arm: info.Arm, Kinds: string.Join(", ", marks.Select(m => m.Kind).Distinct().Order()),
            Reason: gravest.Reason ?? "", TimeS: gravest.Time.Seconds, Tick: gravest.Tick,
            BeforeS: marks.Count > 0 ? (gravest.Tick - recording.FirstTick) * periodS : 0,
            AfterS: marks.Count > 0 ? (recording.LastTick - gravest.Tick) * periodS : 0,
            Marks: marks.Count, Ticks: recording.Ticks, Lost: recording.Lost, End: recording.End.ToString(),
            Follows: info.Follows >= 0 ? info.Follows : null, Bytes: new FileInfo(file).Length);
    }

    private static EventFolder Folder(string run) => EventFolder.Read(RunDirectory.Open(run).Events);

    /// <summary>Makes columns as wide as their widest cell, whatever the terminal's width: these lines are also read through pipes.</summary>
    private static void Write(ParseResult parse, List<string[]> table)
    {
        table = [.. table.Select(row => row.Select(Terminal.Cell).ToArray())];
        var widths = Enumerable.Range(0, table[0].Length).Select(i => table.Max(row => row[i].Length)).ToArray();
        foreach (var row in table) CommandLine.Answers(parse).WriteLine(string.Join("  ", row.Select((cell, i) => cell.PadRight(widths[i]))).TrimEnd());
    }

    private static string Text(float value) => float.IsFinite(value) ? value.ToString("F3", CultureInfo.InvariantCulture) : "";

    private static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
