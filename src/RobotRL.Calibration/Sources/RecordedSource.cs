using System.Globalization;
using RobotRL.Calibration.Boards;
using RobotRL.Mcap;
using RobotRL.Model;

namespace RobotRL.Calibration.Sources;

/// <summary>
/// Images, and poses of the flange, of an MCAP file. A sample counts only where the arm stood still: an image and a pose of different instants belong together
/// only then, and no image is blurred.
/// </summary>
internal static class RecordedSource
{
    /// <summary>Farthest in time that a pose may be from its image.</summary>
    private const long PairNs = 20_000_000;

    /// <summary>The arm's speed is that over so long a time on both sides of the image; where poses are rarer, that between neighbours.</summary>
    private const long SpeedNs = 100_000_000, LongestNs = 2_000_000_000;

    private const double StillMS = 0.005, StillDegS = 1, SamePlaceM = 0.002, SamePlaceDeg = 0.5;

    /// <summary>As many images as are looked at, evenly over a longer recording.</summary>
    private const int MostImages = 200;

    public static IEnumerable<CalibrationSample> Read(SourceOptions options, List<Rejection> rejected)
    {
        PlainFile.Require(options.Path);
        using var mcap = McapReader.Open(options.Path);
        if (mcap.Damage is { } damage) rejected.Add(new(options.Path, $"the end of the file is missing: {damage}"));
        var images = ChannelOf(mcap, options, RecordedMessages.ImageTypes, options.ImageTopic, "--image-topic", "images");
        var poses = options.NeedsPoses ? Poses(mcap, options) : [];
        var type = RecordedMessages.TypeOf(mcap, images);
        var count = mcap.Statistics.ChannelMessageCounts.GetValueOrDefault(images.Id);
        var (stride, index, kept) = (options.NeedsPoses ? 1UL : Math.Max(1, (count + MostImages - 1) / MostImages), 0UL, new List<Pose>());
        foreach (var message in mcap.Messages(c => c.Id == images.Id))
        {
            if (index++ % stride != 0) continue;
            var stamp = RecordedMessages.StampOf(message);
            var name = string.Create(CultureInfo.InvariantCulture, $"{images.Topic} at {stamp * 1e-9:0.000} s");
            if (!options.NeedsPoses)
            {
                yield return new(RecordedMessages.Image(message, type, name));
                continue;
            }
            var (pose, why) = Still(poses, stamp);
            if (why is not null) rejected.Add(new(name, why));
            else if (!kept.Exists(k => (k.Position - pose.Position).Length < SamePlaceM && Degrees(k, pose) < SamePlaceDeg))
            {
                kept.Add(pose);
                yield return new(RecordedMessages.Image(message, type, name), pose);
            }
        }
    }

    private static McapChannel ChannelOf(McapReader mcap, SourceOptions options, string[] types, string? topic, string option, string what)
    {
        McapChannel[] fitting = [.. mcap.Channels.Values.Where(c => types.Contains(RecordedMessages.TypeOf(mcap, c)) && c.MessageEncoding == "cdr")];
        var known = string.Join(", ", fitting.Select(c => c.Topic).Distinct().DefaultIfEmpty("none"));
        if (topic is not null)
            return fitting.FirstOrDefault(c => c.Topic == topic)
                ?? throw new InvalidDataException($"{option} {topic}: {options.Path} has no {what} there, but: {known}");
        return fitting.Length == 1 ? fitting[0] : throw new InvalidDataException(fitting.Length == 0
            ? $"{options.Path}: holds no {what}; record a topic of type {string.Join(" or ", types.Take(types.Length / 2))} in CDR"
            : $"{options.Path}: holds several topics of {what}; choose one with {option}: {known}");
    }

    private static List<(long Ns, Pose Flange)> Poses(McapReader mcap, SourceOptions options)
    {
        var channel = ChannelOf(mcap, options, RecordedMessages.PoseTypes, options.PoseTopic, "--pose-topic", "poses");
        var poses = mcap.Messages(c => c.Id == channel.Id)
            .Select(m => (Ns: RecordedMessages.StampOf(m), Flange: RecordedMessages.Flange(m))).OrderBy(p => p.Ns).ToList();
        return poses.Count > 0 ? poses
            : throw new InvalidDataException($"{options.Path}: {channel.Topic} holds no poses; record them together with the images");
    }

    /// <summary>The pose nearest in time, or why there is none that counts.</summary>
    private static (Pose Pose, string? Why) Still(List<(long Ns, Pose Flange)> poses, long stamp)
    {
        var after = Search(poses, stamp);
        var nearest = after == poses.Count || (after > 0 && stamp - poses[after - 1].Ns <= poses[after].Ns - stamp) ? after - 1 : after;
        var apart = Math.Abs(poses[nearest].Ns - stamp);
        if (apart > PairNs)
            return (default, string.Create(CultureInfo.InvariantCulture, $"no pose within {PairNs / 1e6} ms: the nearest is {apart / 1e6:0.0} ms away"));
        var (ns, flange) = poses[nearest];
        int[] around = [Math.Min(Search(poses, ns - SpeedNs), nearest - 1), Math.Max(Search(poses, ns + SpeedNs + 1) - 1, nearest + 1)];
        foreach (var other in around.Where(i => i >= 0 && i < poses.Count).Select(i => poses[i]))
        {
            var seconds = Math.Abs(other.Ns - ns) * 1e-9;
            if (seconds <= 0 || seconds > LongestNs * 1e-9) continue;
            var (speed, turning) = ((other.Flange.Position - flange.Position).Length / seconds, Degrees(other.Flange, flange) / seconds);
            if (speed > StillMS || turning > StillDegS)
                return (default, string.Create(CultureInfo.InvariantCulture,
                    $"the arm moved: {1000 * speed:0} mm/s and {turning:0.0}°/s, and {1000 * StillMS} mm/s and {StillDegS}°/s are allowed"));
        }
        return (flange, null);
    }

    /// <summary>Index of the first pose at or after a time.</summary>
    private static int Search(List<(long Ns, Pose Flange)> poses, long ns)
    {
        var (low, high) = (0, poses.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (poses[middle].Ns < ns) low = middle + 1;
            else high = middle;
        }
        return low;
    }

    private static double Degrees(in Pose a, in Pose b) => (a.Orientation.Inverse * b.Orientation).ToVector().Length * 180 / Math.PI;
}
