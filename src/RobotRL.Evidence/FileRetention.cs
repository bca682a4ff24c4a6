using System.Text;
using System.Text.Json;
using RobotRL.Audit;
using RobotRL.Episodes;
using RobotRL.Model;
using RobotRL.Recording.Events;
using RobotRL.Sessions.Auditing;
using RobotRL.Sessions.Runs;

namespace RobotRL.Evidence;

/// <summary>A recording whose time is over.</summary>
/// <param name="File">Below the run's folder, such as <c>episodes/000012.mcap</c>.</param>
/// <param name="Class">Why it was kept as long as it was.</param>
/// <param name="WrittenUtc">Its age counts from here.</param>
public sealed record ExpiredFile(string File, RetentionClass Class, DateTime WrittenUtc, long Bytes, string Sha256);

/// <summary>
/// How long a run's recordings are kept. Episodes in which a person or the scripted one drove, and stops by hand, are kept as long as interventions.
/// Episodes that
/// a limit or a stop touched, and every other event file, are kept as long as safety decisions; the rest as long as everything else.
/// Before a file is removed, the audit log records its name, size and hash.
/// </summary>
public static class FileRetention
{
    private const int MostInRecord = 200;

    /// <summary>The files that have expired, oldest name first. Reads only files that are older than the shortest span.</summary>
    public static IReadOnlyList<ExpiredFile> Expired(RunDirectory run, RetentionSpans spans, DateTime nowUtc)
    {
        var shortest = Math.Min(spans.OtherDays, Math.Min(spans.SafetyDays, spans.InterventionsDays));
        return [.. Of(run.Episodes, ClassOfEpisode).Concat(Of(run.Events, ClassOfEvent))];

        IEnumerable<ExpiredFile> Of(string folder, Func<string, RetentionClass> classOf)
        {
            if (!Directory.Exists(folder)) yield break;
            foreach (var path in Directory.EnumerateFiles(folder, "*.mcap").Order(StringComparer.Ordinal))
            {
                var written = File.GetLastWriteTimeUtc(path);
                if (nowUtc - written < TimeSpan.FromDays(shortest)) continue;
                var kind = classOf(path);
                var days = kind switch
                {
                    RetentionClass.Interventions => spans.InterventionsDays,
                    RetentionClass.Safety => spans.SafetyDays,
                    _ => spans.OtherDays,
                };
                if (nowUtc - written < TimeSpan.FromDays(days)) continue;
                yield return new(Path.GetRelativePath(run.Path, path).Replace('\\', '/'), kind, written, new FileInfo(path).Length, PolicyAudit.HashOf(path));
            }
        }
    }

    /// <summary>Records the files in the audit log, then removes them.</summary>
    public static void Remove(RunDirectory run, IReadOnlyList<ExpiredFile> files, RetentionSpans spans, AuditActor actor)
    {
        using (var log = AuditLog.Open(run.Audit, new AuditWriter(actor, AuditPlace.KeyPath, AuditPlace.Anchor, SoftwareIdentity.Current)))
        {
            foreach (var part in files.Chunk(MostInRecord))
                log.Write(AuditEvent.FilesPruned, reason: "kept as long as they had to be",
                    inputs: new { Files = part.Select(Told), Count = part.Length, Bytes = part.Sum(f => f.Bytes) }, thresholds: spans);
            log.Flush();
            log.ThrowIfFailed();
        }
        RunFile.Append(run.Pruned, Encoding.UTF8.GetBytes(string.Concat(files.Select(f => JsonSerializer.Serialize(Told(f), JsonNames.SnakeCase) + "\n"))));
        foreach (var file in files) File.Delete(Path.Combine(run.Path, file.File));
    }

    private static object Told(ExpiredFile f) => new { f.File, Class = f.Class.ToString(), f.WrittenUtc, f.Bytes, f.Sha256 };

    /// <summary>A file that cannot be read is kept longest.</summary>
    private static RetentionClass ClassOfEpisode(string path)
    {
        try
        {
            var episode = EpisodeReader.Read(path);
            return episode.Info.Kind == EpisodeKind.Demonstration || episode.Transitions.Any(t => t.IsIntervention) ? RetentionClass.Interventions
                : episode.Outcome == EpisodeOutcome.SafetyStop || episode.Transitions.Any(t => t.Action.Limits != LimitFlags.None) ? RetentionClass.Safety
                : RetentionClass.Other;
        }
        catch (InvalidDataException)
        {
            return RetentionClass.Interventions;
        }
    }

    private static RetentionClass ClassOfEvent(string path)
    {
        try
        {
            return EventReader.Read(path).Marks.Any(m => m.Kind == EventKind.Stop) ? RetentionClass.Interventions : RetentionClass.Safety;
        }
        catch (InvalidDataException)
        {
            return RetentionClass.Interventions;
        }
    }
}
