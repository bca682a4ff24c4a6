using System.Diagnostics;
using Microsoft.Win32.SafeHandles;

namespace RobotRL.Episodes;

/// <summary>
/// Forces a file's writes to the disk, at most once in an interval and off the writer's thread, since the disk takes milliseconds. An interval of
/// zero forces each write before <see cref="Written"/> returns; <see cref="Timeout.InfiniteTimeSpan"/> only the finished file.
/// </summary>
internal sealed class StepFlush(SafeFileHandle file, TimeSpan interval)
{
    private readonly Lock _flushing = new();
    private long _last = long.MinValue / 2;
    private int _pending;
    private volatile Exception? _failure;

    /// <summary>Something was written.</summary>
    /// <exception cref="IOException">It, or what was written before, cannot be forced to the disk.</exception>
    public void Written()
    {
        if (_failure is { } failure) throw new IOException(failure.Message, failure);
        if (interval == Timeout.InfiniteTimeSpan) return;
        if (interval == TimeSpan.Zero) RandomAccess.FlushToDisk(file);
        else if (Interlocked.Exchange(ref _pending, 1) == 0) _ = Later();
    }

    /// <summary>Forces everything to the disk now.</summary>
    public void Finish()
    {
        lock (_flushing) RandomAccess.FlushToDisk(file);
        if (_failure is { } failure) throw new IOException(failure.Message, failure);
    }

    private async Task Later()
    {
        var wait = interval - Stopwatch.GetElapsedTime(Volatile.Read(ref _last));
        if (wait > TimeSpan.Zero) await Task.Delay(wait).ConfigureAwait(false);
        else await Task.Yield();
        // A write from here on asks anew.
        Volatile.Write(ref _pending, 0);
        try
        {
            lock (_flushing) RandomAccess.FlushToDisk(file);
        }
        catch (ObjectDisposedException)
        {
            // Finished meanwhile, which forced everything.
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _failure = e;
        }
        Volatile.Write(ref _last, Stopwatch.GetTimestamp());
    }
}
