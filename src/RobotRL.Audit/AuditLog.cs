using System.Collections.Concurrent;
using RobotRL.Model;

namespace RobotRL.Audit;

/// <summary>
/// The append-only record of who moved the robot, with what, and what the safety layer decided. <see cref="Write"/> never waits: it hands the record to a
/// thread that writes. Records go to the operating system as they come, so that a killed process loses none that was taken up, and to the disk at once when
/// they are urgent, otherwise within half a second. Thread-safe.
/// </summary>
public sealed class AuditLog : IDisposable
{
    internal const int MostAtOnce = 1_024;
    private const int Capacity = 16_384;
    private static readonly TimeSpan SyncEvery = TimeSpan.FromSeconds(0.5);

    private readonly BlockingCollection<PendingRecord> _queue = new(Capacity);
    private readonly TimeProvider _clock;
    private readonly Chain _chain;
    private readonly SigningKey _key;
    private readonly TimeSpan _headEvery;
    private readonly Thread _writer;
    private volatile Exception? _failure;
    private long _pending, _clockOffsetNs;

    private AuditLog(AuditActor actor, Chain chain, SigningKey key, TimeProvider clock, TimeSpan headEvery)
    {
        (Actor, _chain, _key, _clock, _headEvery) = (actor, chain, key, clock, headEvery);
        _clockOffsetNs = (_clock.GetUtcNow().UtcDateTime - DateTime.UnixEpoch).Ticks * 100 - Chain.MonotonicNs(_clock);
        _writer = new Thread(Run) { IsBackground = true, Name = "audit" };
        _writer.Start();
    }

    /// <summary>Who acts unless a record says otherwise.</summary>
    public AuditActor Actor { get; }

    /// <summary>Fingerprint of the key that signs.</summary>
    public string KeyFingerprint => _key.Fingerprint;

    /// <summary>Why nothing is recorded any more; null while all is well. A robot must not move unrecorded: stop it.</summary>
    public Exception? Failure => _failure;

    /// <inheritdoc cref="Open(string, AuditWriter, TimeSpan?, TimeProvider?)"/>
    public static AuditLog Open(string directory, AuditActor actor, string keyPath, Anchor anchor, object software, TimeSpan? headEvery = null) =>
        Open(directory, new AuditWriter(actor, keyPath, anchor, software), headEvery);

    /// <summary>Opens a log, which is made where there is none, and settles what a killed writer left. Any number of processes may have it open.</summary>
    /// <param name="directory">Such as <c>RUN/audit</c>.</param>
    /// <param name="writer">Who opens it.</param>
    /// <param name="headEvery">How often the newest record is signed; a minute by default.</param>
    /// <param name="clock">Wall and monotonic time; the machine's by default.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="InvalidDataException">Key, anchor or the log itself is not usable; one line says why and what to do.</exception>
    public static AuditLog Open(string directory, AuditWriter writer, TimeSpan? headEvery = null, TimeProvider? clock = null)
    {
        var time = clock ?? TimeProvider.System;
        var key = SigningKey.OpenOrCreate(writer.KeyPath);
        var chain = new Chain(new LogFolder(Path.GetFullPath(directory)), key, writer.Anchor, time, writer.Actor);
        try
        {
            chain.Open(writer.Software);
            return new(writer.Actor, chain, key, time, headEvery ?? TimeSpan.FromMinutes(1));
        }
        catch
        {
            chain.Dispose();
            key.Dispose();
            throw;
        }
    }

    /// <summary>Adds a record. Inputs and thresholds are spelled out before the call returns, so that they may change afterwards.</summary>
    /// <param name="what">What happened.</param>
    /// <param name="session">When, on the session's clock, which is virtual in lockstep; null outside a session.</param>
    /// <param name="reason">Why, for people.</param>
    /// <param name="inputs">The values that the decision was based on.</param>
    /// <param name="thresholds">The limits that these were compared with.</param>
    /// <param name="actor">Who acted, when not <see cref="Actor"/>.</param>
    public void Write(in AuditEvent what, Stamp? session = null, string? reason = null, object? inputs = null,
        object? thresholds = null, AuditActor? actor = null)
    {
        if (_failure is not null) return;
        var now = _clock.GetUtcNow().UtcDateTime;
        var body = RecordLine.Body(new(now, Chain.MonotonicNs(_clock), session?.Ns), what, actor ?? Actor, reason, inputs, thresholds);
        Interlocked.Increment(ref _pending);
        if (!_queue.TryAdd(new(now, body, what.IsUrgent)))
            _failure = new IOException($"the audit log fell {Capacity} records behind: its disk is too slow or hangs");
    }

    /// <exception cref="IOException">Nothing is recorded any more.</exception>
    public void ThrowIfFailed()
    {
        if (_failure is { } failure) throw new IOException($"the audit log cannot be written: {failure.Message}", failure);
    }

    /// <summary>Waits until everything written so far is on the disk. Not for the thread that drives a robot.</summary>
    public void Flush()
    {
        while (Interlocked.Read(ref _pending) > 0 && _failure is null && _writer.IsAlive) Thread.Sleep(1);
    }

    /// <summary>Writes what is left, closes the log and signs it.</summary>
    public void Dispose()
    {
        _queue.CompleteAdding();
        _writer.Join();
        _queue.Dispose();
        _chain.Dispose();
        _key.Dispose();
    }

    private void Run()
    {
        try
        {
            Extend();
            _chain.Close();
        }
        catch (Exception e) // whatever it is: nothing is recorded any more, and the robot's side must know
        {
            _failure = e;
        }
    }

    /// <summary>How the wall clock moves against the monotonic one, and whether anybody keeps it right.</summary>
    private PendingRecord ClockRecord()
    {
        var now = _clock.GetUtcNow().UtcDateTime;
        var monotonicNs = Chain.MonotonicNs(_clock);
        var offsetNs = (now - DateTime.UnixEpoch).Ticks * 100 - monotonicNs;
        var inputs = new { Synchronized = SystemClock.IsSynchronized, WallMinusMonotonicNs = offsetNs, SteppedMs = (offsetNs - _clockOffsetNs) / 1e6 };
        _clockOffsetNs = offsetNs;
        return new(now, RecordLine.Body(new(now, monotonicNs), AuditEvent.Clock, Actor, null, inputs, (object?)null), false);
    }

    private void Extend()
    {
        var (signed, synced) = (_clock.GetTimestamp(), _clock.GetTimestamp());
        var unsynced = false;
        List<PendingRecord> batch = [];
        while (!_queue.IsCompleted)
        {
            batch.Clear();
            if (_queue.TryTake(out var first, unsynced ? SyncEvery : TimeSpan.FromSeconds(1)))
            {
                batch.Add(first);
                while (batch.Count < MostAtOnce && _queue.TryTake(out var next)) batch.Add(next);
            }
            var force = batch.Exists(r => r.IsUrgent) || ((unsynced || batch.Count > 0) && _clock.GetElapsedTime(synced) >= SyncEvery);
            if (batch.Count > 0 || force) _chain.Append(batch, force);
            if (force) synced = _clock.GetTimestamp();
            unsynced = !force && (unsynced || batch.Count > 0);
            Interlocked.Add(ref _pending, -batch.Count);
            if (_clock.GetElapsedTime(signed) < _headEvery) continue;
            _chain.Append([ClockRecord()], force: true); // what is signed for must outlast a power cut
            _chain.SignPeriodically();
            signed = _clock.GetTimestamp();
        }
    }
}
