using System.Diagnostics;

namespace RobotRL.Lab.Bench;

/// <summary>Durations of single calls, and the bytes that they allocated.</summary>
public sealed class Durations
{
    private readonly List<double> _micros = [];
    private long _allocated;
    private bool _sorted;

    public int Count => _micros.Count;
    public double P50Us => Quantile(0.5);
    public double P99Us => Quantile(0.99);
    public double P999Us => Quantile(0.999);
    public double MaxUs => Quantile(1);

    /// <summary>Managed bytes allocated a call, on the calling thread.</summary>
    public double AllocatedBytes => (double)_allocated / _micros.Count;

    /// <summary>Wall-clock time of <paramref name="calls"/> calls.</summary>
    public void Measure(int calls, Action call)
    {
        for (var i = 0; i < calls; i++)
        {
            var (bytes, start) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.GetTimestamp());
            call();
            _micros.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
            _allocated += GC.GetAllocatedBytesForCurrentThread() - bytes;
        }
        _sorted = false;
    }

    /// <summary>CPU time of the whole process a call, the mean of <paramref name="calls"/>. Other processes do not add to it.</summary>
    public void MeasureCpu(int calls, Action call)
    {
        var start = Environment.CpuUsage.TotalTime;
        for (var i = 0; i < calls; i++) call();
        _micros.Add((Environment.CpuUsage.TotalTime - start).TotalMicroseconds / calls);
        _sorted = false;
    }

    private double Quantile(double share)
    {
        if (!_sorted) _micros.Sort();
        _sorted = true;
        return _micros[(int)Math.Round(share * (_micros.Count - 1))];
    }
}
