using RobotRL.Audit;
using RobotRL.Episodes;
using RobotRL.Model;
using RobotRL.Recording.Events;
using RobotRL.Safety;
using RobotRL.Sessions.Runs;
using SkiaSharp;

namespace RobotRL.Evidence.Report;

/// <summary>What the run's episodes and event files show of a moment that the log tells of: pictures, force and risk.</summary>
internal sealed class Moments(RunDirectory run, ProprioceptionScale scale, double collisionForceN)
{
    private const double AroundStopS = 10, AroundReflexS = 3;
    private const int MostPoints = 600;
    private readonly Dictionary<int, Episode?> _episodes = [];
    private readonly Dictionary<string, EventRecording?> _events = [];

    /// <summary>Pictures of every camera at the beginning of a step and after it: data URIs.</summary>
    public IReadOnlyList<(string Caption, string Uri)> Pictures(int episode, int first, int after)
    {
        if (Episode(episode) is not { Steps.Count: > 0 } e) return [];
        List<(string, string)> pictures = [];
        Add("before", e.Steps[Math.Clamp(first, 0, e.Steps.Count - 1)].Transition.Observation);
        Add("after", e.Steps[Math.Clamp(after, 0, e.Steps.Count - 1)].Transition.Next);
        return pictures;

        void Add(string when, Observation observation)
        {
            foreach (var (image, camera) in observation.Images.Zip(e.Info.Cameras)) pictures.Add(($"{camera}, {when}", Jpeg(image)));
        }
    }

    /// <summary>Force and risk around a moment: a thousand times a second where an event file has it, else at the decisions of the episode.</summary>
    public IReadOnlyList<Curve> Around(AuditEntry entry)
    {
        var at = entry.SessionNs ?? 0;
        var aroundNs = (entry.Event == AuditEvent.Reflex.Name ? AroundReflexS : AroundStopS) * 1e9;
        if (EventAt(entry) is { } file)
        {
            var ticks = EventReader.ReadTicks(file).Where(t => Math.Abs(t.Time.Ns - at) <= aroundNs).ToList();
            var stride = Math.Max(1, ticks.Count / MostPoints);
            // The largest of each stretch: a peak is what a reviewer looks for.
            var chunks = ticks.Chunk(stride).Select(c => (
                (c[0].Time.Ns - at) * 1e-9,
                Force: c.Max(t => t.Measured.ExternalWrenchInEndEffector.Force.Length),
                Risk: c.Max(t => t.Reflex.Critic == CriticStatus.Absent ? double.NaN : t.Reflex.Estimate.Risk))).ToList();
            List<(double, double)> held = [];
            for (var (i, from) = (0, -1); i <= ticks.Count; i++)
            {
                var acts = i < ticks.Count && ticks[i].Reflex.State != ReflexState.Following;
                if (acts && from < 0) from = i;
                if (acts || from < 0) continue;
                held.Add(((ticks[from].Time.Ns - at) * 1e-9, (ticks[i - 1].Time.Ns - at) * 1e-9));
                from = -1;
            }
            var threshold = ticks.Count > 0 ? ticks[^1].Reflex.RiskThreshold : double.NaN;
            var force = new Curve("External force", "N", "#2d6cdf", [.. chunks.Select(c => (c.Item1, c.Force))], collisionForceN, held);
            if (!chunks.Exists(c => double.IsFinite(c.Risk))) return [force];
            return [force, new("Risk", "", "#7b3fc4", [.. chunks.Select(c => (c.Item1, c.Risk))], threshold > 0 ? threshold : double.NaN, held)];
        }
        if (entry.Input("episode") is not { } index || Episode(index.GetInt32()) is not { } e) return [];
        var near = e.Steps.Select(s => s.Transition.Next).Where(o => Math.Abs(o.Time.Ns - at) <= aroundNs);
        return [new("External force, at decisions", "N", "#2d6cdf",
            [.. near.Select(o => ((o.Time.Ns - at) * 1e-9, Length(o.Proprioception, 12) * scale.ForceN))], collisionForceN)];
    }

    private Episode? Episode(int index)
    {
        if (_episodes.TryGetValue(index, out var known)) return known;
        if (_episodes.Count > 8) _episodes.Clear(); // images are large
        var path = Path.Combine(run.Episodes, $"{index:D6}.mcap");
        return _episodes[index] = File.Exists(path) ? EpisodeReader.Read(path) : null;
    }

    /// <summary>Session clocks begin anew with each session: of the files that know the instant, the one written nearest to the record.</summary>
    private string? EventAt(AuditEntry entry) => EventFolder.Read(run.Events) is var folder && Directory.Exists(run.Events)
        ? folder.Files.Where(f => Marks(f).Any(m => Math.Abs(m.Time.Ns - entry.SessionNs!.Value) <= 1_000_000))
            .MinBy(f => Math.Abs((File.GetLastWriteTimeUtc(f) - entry.TimeUtc).TotalSeconds))
        : null;

    private IReadOnlyList<EventMark> Marks(string file)
    {
        if (!_events.TryGetValue(file, out var recording))
            try
            {
                recording = _events[file] = EventReader.Read(file);
            }
            catch (InvalidDataException)
            {
                recording = _events[file] = null;
            }
        return recording?.Marks ?? [];
    }

    private static double Length(float[] p, int at) => Math.Sqrt(p[at] * p[at] + p[at + 1] * p[at + 1] + p[at + 2] * p[at + 2]);

    private static string Jpeg(PolicyImage image)
    {
        var (width, height, _) = image.Shape;
        var rgb = new byte[width * height * ImageShape.Rgb];
        image.CopyToRgb(rgb);
        using SKBitmap bitmap = new(width, height);
        for (var i = 0; i < width * height; i++) bitmap.SetPixel(i % width, i / width, new SKColor(rgb[3 * i], rgb[3 * i + 1], rgb[3 * i + 2]));
        using var data = bitmap.Encode(SKEncodedImageFormat.Jpeg, 82);
        return "data:image/jpeg;base64," + Convert.ToBase64String(data.AsSpan());
    }
}
