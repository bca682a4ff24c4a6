using RobotRL.Ros2.Transport;

namespace RobotRL.Ros2.Cyclone;

/// <inheritdoc/>
internal sealed unsafe class CycloneReader(CycloneTransport transport, TopicEnd end, int reader, MessageReceived received) : ITopicReader
{
    private const int AtOnce = 16;

    private byte[] _payload = new byte[4096];
    private long _malformed;
    private volatile bool _isDisposed;

    public TopicEnd End => end;

    public int Entity => reader;

    public long Malformed => Volatile.Read(ref _malformed);

    public int WriterCount
    {
        get
        {
            DdsNative.MatchedStatus status;
            return DdsNative.dds_get_subscription_matched_status(reader, &status) < 0 ? 0 : (int)status.Current;
        }
    }

    /// <summary>Hands on all that has come. On the transport's thread.</summary>
    public void Take()
    {
        var samples = stackalloc nint[AtOnce];
        var infos = stackalloc DdsNative.SampleInfo[AtOnce];
        int count;
        while (!_isDisposed && (count = DdsNative.dds_takecdr(reader, samples, AtOnce, infos, DdsNative.AnyState)) > 0)
            for (var i = 0; i < count; i++)
            {
                try
                {
                    if (infos[i].IsValid != 0 && !_isDisposed) Hand(samples[i], infos[i]);
                }
                finally { DdsNative.ddsi_serdata_unref(samples[i]); }
            }
    }

    private void Hand(nint sample, in DdsNative.SampleInfo info)
    {
        var size = (int)DdsNative.ddsi_serdata_size(sample);
        if (size > _payload.Length) _payload = new byte[Math.Max(size, 2 * _payload.Length)];
        fixed (byte* into = _payload) DdsNative.ddsi_serdata_to_ser(sample, 0, (nuint)size, into);
        try { received(_payload.AsSpan(0, size), new(info.SourceTimestamp, info.Publication)); }
        catch (InvalidDataException) { Interlocked.Increment(ref _malformed); }
    }

    public void Dispose()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        transport.Remove(this);
        DdsNative.dds_delete(reader);
    }
}
