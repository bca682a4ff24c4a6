namespace RobotRL.LeRobot;

/// <summary>Minimum, maximum, mean, deviation and quantiles of one feature, a value a component; of images a value a channel, scaled to [0, 1].</summary>
internal sealed class FeatureStatistics(Feature feature)
{
    public static readonly (string Name, double Share)[] Quantiles = [("q01", 0.01), ("q10", 0.1), ("q50", 0.5), ("q90", 0.9), ("q99", 0.99)];

    private readonly List<double>[] _values = [.. Enumerable.Range(0, feature.IsImage ? 0 : feature.Size).Select(_ => new List<double>())];

    // A pixel has 256 values: counting them is exact and takes no room.
    private readonly long[,] _pixels = new long[feature.Channels, 256];

    /// <summary>Frames added.</summary>
    public long Count { get; private set; }

    public Feature Feature => feature;

    /// <summary>Shape of each statistic but the count.</summary>
    public int[] Shape => feature.IsImage ? [feature.Channels, 1, 1] : feature.Shape;

    /// <summary>A frame's components after the other.</summary>
    public void Add<T>(T[] frames) where T : struct
    {
        for (var i = 0; i < frames.Length; i++)
        {
            var number = frames[i] is bool truth ? truth ? 1 : 0 : Convert.ToDouble(frames[i], System.Globalization.CultureInfo.InvariantCulture);
            _values[i % feature.Size].Add(number);
        }
        Count += frames.Length / feature.Size;
    }

    public void AddImage(ReadOnlySpan<byte> pixels)
    {
        for (var i = 0; i < pixels.Length; i++) _pixels[i % feature.Channels, pixels[i]]++;
        Count++;
    }

    public void Add(FeatureStatistics other)
    {
        for (var i = 0; i < _values.Length; i++) _values[i].AddRange(other._values[i]);
        for (var c = 0; c < feature.Channels; c++)
            for (var v = 0; v < 256; v++) _pixels[c, v] += other._pixels[c, v];
        Count += other.Count;
    }

    /// <summary>Every statistic by its name, the count aside.</summary>
    public IReadOnlyDictionary<string, double[]> Values()
    {
        var columns = feature.IsImage
            ? [.. Enumerable.Range(0, feature.Channels).Select(Channel)]
            : _values.Select(v => Component([.. v.Order().Select(x => (x, 1L))])).ToArray();
        return columns[0].Keys.ToDictionary(name => name, name => columns.Select(c => c[name]).ToArray());
    }

    private Dictionary<string, double> Channel(int channel) =>
        Component([.. Enumerable.Range(0, 256).Where(v => _pixels[channel, v] > 0).Select(v => (v / 255.0, _pixels[channel, v]))]);

    /// <param name="sorted">Values with how often they occur, ascending.</param>
    private static Dictionary<string, double> Component((double Value, long Count)[] sorted)
    {
        var total = sorted.Sum(s => s.Count);
        var mean = sorted.Sum(s => s.Value * s.Count) / total;
        var result = new Dictionary<string, double>
        {
            ["min"] = sorted[0].Value,
            ["max"] = sorted[^1].Value,
            ["mean"] = mean,
            ["std"] = Math.Sqrt(sorted.Sum(s => (s.Value - mean) * (s.Value - mean) * s.Count) / total),
        };
        foreach (var (name, share) in Quantiles)
        {
            // Between the two nearest ranks, in proportion.
            var rank = share * (total - 1);
            var (low, high) = (At(sorted, (long)Math.Floor(rank)), At(sorted, (long)Math.Ceiling(rank)));
            result[name] = low + (high - low) * (rank - Math.Floor(rank));
        }
        return result;
    }

    private static double At((double Value, long Count)[] sorted, long rank)
    {
        foreach (var (value, count) in sorted)
            if ((rank -= count) < 0) return value;
        return sorted[^1].Value;
    }
}
