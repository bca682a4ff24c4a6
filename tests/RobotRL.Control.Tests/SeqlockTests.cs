using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using RobotRL.Model;

namespace RobotRL.Control.Tests;

/// <summary>One writer and readers on threads of their own: nothing torn, nothing going back, nothing corrupt that was not.</summary>
public unsafe class SeqlockTests
{
    [InlineArray(200)]
    private struct Words { private long _first; }

    private struct Long { public Words Each; }

    private static double Seconds => double.TryParse(Environment.GetEnvironmentVariable("ROBOTRL_SEQLOCK_S"), CultureInfo.InvariantCulture, out var s) ? s : 1;

    /// <summary>So long; and on a busy machine until something was read.</summary>
    private static Func<long, bool> GoesOn()
    {
        var clock = Stopwatch.StartNew();
        return read => clock.Elapsed.TotalSeconds is var gone && (gone < Seconds || read == 0 && gone < 120);
    }

    [Theory]
    [InlineData(false), InlineData(true)]
    public void A_cell_is_never_torn(bool shared)
    {
        var memory = (nint)NativeMemory.AlignedAlloc((nuint)LatestCell<Long>.Bytes, 64);
        NativeMemory.Clear((void*)memory, (nuint)LatestCell<Long>.Bytes);
        var cell = shared ? new LatestCell<Long>(memory) : new LatestCell<Long>();
        var goesOn = GoesOn();
        var done = false;
        long written = 0;
        var writer = new Thread(() =>
        {
            Long value = default;
            for (long i = 1; !Volatile.Read(ref done); i++)
            {
                for (var k = 0; k < 200; k++) value.Each[k] = i;
                cell.Publish(value);
                Volatile.Write(ref written, i);
                if (i % 64 == 0) Thread.SpinWait((int)(i & 255));
            }
        });
        writer.Start();
        long torn = 0, back = 0, read = 0, busy = 0, corrupt = 0, seen = 0, behind = 0;
        Long got = default;
        while (goesOn(read))
            for (var n = 0; n < 1000; n++)
            {
                var floor = Volatile.Read(ref written);
                var before = seen;
                var reader = cell;
                var r = reader.Read(ref got, ref seen);
                if (r == CellReading.Busy) busy++;
                if (r == CellReading.Corrupt) corrupt++;
                if (r != CellReading.New) continue;
                read++;
                if (seen <= before) back++;
                if (seen < floor) behind++;
                for (var k = 0; k < 200; k++) if (got.Each[k] != seen) { torn++; break; }
            }
        Volatile.Write(ref done, true);
        writer.Join();
        TestContext.Current.TestOutputHelper?.WriteLine($"written {written} read {read} busy {busy} torn {torn} back {back} corrupt {corrupt} behind {behind}");
        Assert.Equal((0, 0, 0, 0), (torn, back, corrupt, behind));
        Assert.True(read > 0);
        NativeMemory.AlignedFree((void*)memory);
    }

    /// <summary>Two cells: what was published first is there when what was published second is.</summary>
    [Fact]
    public void Cells_are_seen_in_the_order_they_are_published()
    {
        LatestCell<long> first = new(), second = new();
        var done = false;
        var writer = new Thread(() =>
        {
            for (long i = 1; !Volatile.Read(ref done); i++)
            {
                first.Publish(i);
                second.Publish(i);
            }
        });
        writer.Start();
        var goesOn = GoesOn();
        long a = 0, b = 0, sa = 0, sb = 0, wrong = 0, reads = 0;
        while (goesOn(reads))
            for (var n = 0; n < 1000; n++)
            {
                if (!second.TryRead(ref b, ref sb)) continue;
                reads++;
                // Busy is no answer; an old one is a wrong one.
                for (var r = CellReading.Busy; r == CellReading.Busy && a < b;)
                    if ((r = first.Read(ref a, ref sa)) != CellReading.Busy && a < b) wrong++;
            }
        Volatile.Write(ref done, true);
        writer.Join();
        TestContext.Current.TestOutputHelper?.WriteLine($"reads {reads} wrong {wrong}");
        Assert.Equal(0, wrong);
    }

    [Theory]
    [InlineData(1), InlineData(3), InlineData(64)]
    public void A_ring_is_never_torn(int capacity)
    {
        var written = (long*)NativeMemory.AllocZeroed(8);
        var slots = NativeMemory.AllocZeroed((nuint)(ControlRing.SlotBytes * capacity));
        ControlRing ring = new((nint)written, (nint)slots, capacity), reader = new((nint)written, (nint)slots, capacity);
        var done = false;
        var writer = new Thread(() =>
        {
            ControlRecord record = default;
            var bytes = new Span<byte>(&record, sizeof(ControlRecord));
            for (long i = 1; !Volatile.Read(ref done); i++)
            {
                MemoryMarshal.Cast<byte, long>(bytes).Fill(i);
                ring.Add(record);
            }
        });
        writer.Start();
        var goesOn = GoesOn();
        long torn = 0, read = 0;
        ControlRecord got = default;
        var all = new Span<byte>(&got, sizeof(ControlRecord));
        while (goesOn(read))
            for (var n = 0; n < 100; n++)
            {
                var newest = Volatile.Read(ref *written);
                for (var i = Math.Max(0, newest - capacity); i <= newest; i++)
                {
                    if (!reader.TryRead(i, ref got)) continue;
                    read++;
                    if (MemoryMarshal.Cast<byte, long>(all).ContainsAnyExcept(i + 1)) torn++;
                }
            }
        Volatile.Write(ref done, true);
        writer.Join();
        TestContext.Current.TestOutputHelper?.WriteLine($"written {*written} read {read} torn {torn} corrupt {reader.Corrupt}");
        Assert.Equal((0, 0), (torn, reader.Corrupt));
        NativeMemory.Free(written);
        NativeMemory.Free(slots);
    }

    private sealed class World : ISimulatedWorld
    {
        public long At;
        public int StateSize => 300;
        public Stamp Now => new(At);
        public void Step() { }
        public void Reset(ulong seed) { }
        public void CopyState(Span<double> state) => state.Fill(At);
    }

    [Fact]
    public void A_world_is_never_torn()
    {
        var memory = (nint)NativeMemory.AllocZeroed((nuint)WorldCell.Bytes(301));
        WorldCell writes = new(memory, 300), reads = new(memory, 300);
        var world = new World();
        var done = false;
        var writer = new Thread(() =>
        {
            for (long i = 1; !Volatile.Read(ref done); i++)
            {
                world.At = i;
                writes.Publish(new(i), world);
                if (i % 4 == 0) Thread.SpinWait((int)(i & 1023));
            }
        });
        writer.Start();
        var goesOn = GoesOn();
        long torn = 0, read = 0, corrupt = 0, seen = 0, busy = 0;
        var state = new double[300];
        Stamp time = default;
        while (goesOn(read))
            for (var n = 0; n < 100; n++)
            {
                var r = reads.Read(state, ref time, ref seen);
                if (r == CellReading.Corrupt) corrupt++;
                if (r == CellReading.Busy) busy++;
                if (r != CellReading.New) continue;
                read++;
                if (time.Ns != seen || state.AsSpan().ContainsAnyExcept((double)seen)) torn++;
            }
        Volatile.Write(ref done, true);
        writer.Join();
        TestContext.Current.TestOutputHelper?.WriteLine($"read {read} torn {torn} corrupt {corrupt} busy {busy}");
        Assert.Equal((0, 0), (torn, corrupt));
        Assert.True(read > 0);
        NativeMemory.Free((void*)memory);
    }
}
