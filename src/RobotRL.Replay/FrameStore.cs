using System.Runtime.InteropServices;
using RobotRL.Model;

namespace RobotRL.Replay;

/// <summary>
/// Observations in unmanaged memory, each stored once and counted by its holders: transitions, the writer and a batch being copied.
/// A frame is written before anyone else sees it and never again while held, so that holders read it without a lock.
/// Everything but <see cref="Write"/> and reading a frame runs under the owner's lock.
/// </summary>
internal sealed unsafe partial class FrameStore(FrameLayout layout) : IDisposable
{
    /// <summary>Memory is taken from the system in blocks of about this size, as the buffer fills.</summary>
    private const int BlockBytes = 32 << 20;

    private const int HugePageBytes = 2 << 20;
    private const int HugePageAdvice = 14;

    // Whole cache lines: two frames never share one, and copies start aligned.
    private readonly int _stride = (layout.Bytes + 63) & ~63;
    private readonly List<nint> _blocks = [];
    private readonly Stack<int> _free = [];
    private int[] _holders = [];

    public int FrameBytes => _stride;
    public int Held => _blocks.Count * FramesPerBlock - _free.Count;
    private int FramesPerBlock => Math.Max(1, BlockBytes / _stride);

    /// <summary>A frame with one holder, the caller, who writes it.</summary>
    public int Take()
    {
        if (_free.Count == 0) Grow();
        var frame = _free.Pop();
        _holders[frame] = 1;
        return frame;
    }

    public void Retain(int frame) => _holders[frame]++;

    public void Release(int frame)
    {
        if (--_holders[frame] == 0) _free.Push(frame);
    }

    public byte* Address(int frame) => (byte*)_blocks[frame / FramesPerBlock] + (long)(frame % FramesPerBlock) * _stride;

    /// <summary>Fills a frame that only the caller holds.</summary>
    public void Write(byte* address, Observation observation)
    {
        observation.Proprioception.CopyTo(new Span<float>(address, observation.Proprioception.Length));
        address += layout.ProprioceptionBytes;
        foreach (var image in observation.Images)
        {
            image.Pixels.CopyTo(new Span<byte>(address, image.Pixels.Length));
            address += image.Pixels.Length;
        }
    }

    public void Dispose()
    {
        foreach (var block in _blocks) NativeMemory.AlignedFree((void*)block);
        _blocks.Clear();
        _free.Clear();
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int AdviseMemory(void* address, nuint length, int advice);

    private void Grow()
    {
        var bytes = (nuint)FramesPerBlock * (nuint)_stride;
        var block = NativeMemory.AlignedAlloc(bytes, HugePageBytes);
        // Huge pages spare a fault for every 4 KiB of a new frame, and most misses of the address cache while sampling. A refusal costs only that.
        if (OperatingSystem.IsLinux()) _ = AdviseMemory(block, bytes, HugePageAdvice);
        _blocks.Add((nint)block);
        Array.Resize(ref _holders, _blocks.Count * FramesPerBlock);
        for (var i = _holders.Length - 1; i >= _holders.Length - FramesPerBlock; i--) _free.Push(i);
    }
}
