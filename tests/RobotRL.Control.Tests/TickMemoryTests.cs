using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control.Tests;

/// <summary>The ring in memory that another process reads: the same records, told when they are gone, and nothing that is no ring is taken for one.</summary>
public sealed class TickMemoryTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("robotrl-ticks").FullName;

    private string Channel => Path.Combine(_folder, "robotrl-test");
    private string File => Channel + ".ticks";

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // written    1 … 5      6 … 20            a ring of 8 keeps the last 8
    // read       1 … 5 ok   6 … 12 gone, 13 … 20 ok
    [Fact]
    public void A_reader_gets_the_records_that_are_there_and_is_told_of_those_that_are_gone()
    {
        using var loop = TickMemory.Create(Channel, 8);
        using var actor = TickMemory.Open(Channel);
        var record = default(ControlRecord);
        Assert.False(actor.Ring.TryRead(0, ref record));
        for (var tick = 1; tick <= 20; tick++)
        {
            loop.Ring.Add(new() { Tick = tick, TankJ = 2 * tick });
            if (tick > 5) continue;
            Assert.True(actor.Ring.TryRead(tick - 1, ref record));
            Assert.Equal((tick, 2.0 * tick), (record.Tick, record.TankJ));
        }
        for (var tick = 1; tick <= 21; tick++) Assert.Equal(tick is >= 13 and <= 20, actor.Ring.TryRead(tick - 1, ref record));
        Assert.Equal(20, loop.Ring[0].Tick);
    }

    [Theory]
    [InlineData("missing")]
    [InlineData("empty")]
    [InlineData("cut")]
    [InlineData("longer")]
    [InlineData("magic")]
    [InlineData("layout")]
    [InlineData("capacity")]
    [InlineData("mode")]
    public void What_is_no_ring_of_this_user_and_build_is_refused(string how)
    {
        Assert.SkipWhen(how == "mode" && OperatingSystem.IsWindows(), "Windows has no such modes.");
        using var loop = TickMemory.Create(Channel, 8);
        using (var file = new FileStream(File, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete))
            switch (how)
            {
                case "missing": System.IO.File.Delete(File); break;
                case "empty": file.SetLength(0); break;
                case "cut": file.SetLength(file.Length - 1); break;
                case "longer": file.SetLength(file.Length + 1); break;
                case "mode" when !OperatingSystem.IsWindows():
                    System.IO.File.SetUnixFileMode(File, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupWrite);
                    break;
                default:
                    file.Position = how switch { "magic" => 0, "layout" => 8, _ => 20 };
                    file.WriteByte(0xFF);
                    break;
            }
        Assert.Contains(".ticks", Assert.Throws<ChannelRefusedException>(() => TickMemory.Open(Channel)).Message, StringComparison.Ordinal);
    }

    /// <summary>Random bytes over count and records: none of it is taken for a record, and that something wrote there is told.</summary>
    [Fact]
    public void Nonsense_in_it_is_never_read_and_is_told()
    {
        using var loop = TickMemory.Create(Channel, 8);
        using var actor = TickMemory.Open(Channel);
        var random = new Random(1);
        var bytes = new byte[new FileInfo(File).Length - 24];
        for (var round = 0; round < 200; round++)
        {
            random.NextBytes(bytes);
            using (var file = new FileStream(File, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete))
            {
                file.Position = 24;
                file.Write(bytes);
            }
            var record = default(ControlRecord);
            foreach (var index in (long[])[0, 7, 8, random.NextInt64(), long.MaxValue - 1]) Assert.False(actor.Ring.TryRead(index, ref record));
        }
        // Now and then all of it looks as if it were just being written.
        Assert.True(actor.Ring.Corrupt > 200);
    }

    /// <summary>
    /// Changes one byte of the file at a time, count and head included, while the arm moves. The loop neither sees it nor ends, and every record read is true.
    /// </summary>
    [Theory, InlineData(1), InlineData(2)]
    public void Stray_writes_reach_neither_the_loop_nor_what_is_read(int seed)
    {
        const int capacity = 32, ticks = 400, from = 150;
        var (name, hash, random) = ($"test-{Guid.NewGuid():N}", new string('a', 64), new Random(seed));
        using var loop = TickMemory.Create(Channel, capacity);
        using var actor = TickMemory.Open(Channel);
        using var run = new VirtualHost(name, hash, records: loop.Ring);
        using var commander = new VirtualActor(name, hash);
        using var file = new FileStream(File, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        Dictionary<long, ControlRecord> written = [];
        var (record, read) = (default(ControlRecord), 0);
        run.EachTick = tick =>
        {
            commander.Tick();
            if (run.Newest.Tick > 0) written[run.Newest.Tick] = run.Newest;
            if (tick >= from) Strike(tick);
            for (var index = Math.Max(0, run.Newest.Tick - capacity); index < run.Newest.Tick; index++)
            {
                if (!actor.Ring.TryRead(index, ref record)) continue;
                read++;
                Assert.True(Bytes(record).SequenceEqual(Bytes(written[index + 1])));
            }
        };
        run.Until(ticks);
        Assert.Equal((FaultCode.None, GateState.PowerRemoved), (run.FaultAt(ticks - 1).Code, run.Newest.Gate));
        Assert.True(actor.Ring.Corrupt > 0 && read > ticks);

        // The count above all: it once said where the loop writes next.
        void Strike(int tick)
        {
            file.Position = tick % 5 == 0 ? 24 + random.Next(8) : random.NextInt64(file.Length);
            file.WriteByte((byte)random.Next(256));
        }
    }

    private static byte[] Bytes(in ControlRecord record) =>
        System.Runtime.InteropServices.MemoryMarshal.AsBytes(new ReadOnlySpan<ControlRecord>(in record)).ToArray();

    [Fact]
    public void The_file_is_the_user_s_alone_goes_with_its_loop_and_is_swept_after_a_kill()
    {
        using (TickMemory.Create(Channel, 8))
        {
            if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(File));
        }
        Assert.False(System.IO.File.Exists(File));

        // Of a loop whose process is gone, and of one that lives.
        var (orphan, alive) = (Path.Combine(_folder, "robotrl-orphan.ticks"), Path.Combine(_folder, "robotrl-alive.ticks"));
        using var loop = TickMemory.Create(Channel, 8);
        System.IO.File.Copy(File, alive);
        System.IO.File.Copy(File, orphan);
        using (var file = System.IO.File.OpenWrite(orphan))
        {
            file.Position = 16;
            file.Write(BitConverter.GetBytes(int.MaxValue));
        }
        using var other = TickMemory.Create(Path.Combine(_folder, "robotrl-other"), 8);
        Assert.Equal([true, false], [System.IO.File.Exists(alive), System.IO.File.Exists(orphan)]);
    }

    [Fact]
    public void A_decision_is_made_on_one_tick_although_the_loop_goes_on_meanwhile()
    {
        var port = new GoingOn();
        var session = new ControlSession(port, TestArm.Task);
        session.BeginEpisode(session.Home);
        Assert.Equal(port.Shown, session.EpisodeTick);
        ArmAction rest = default;
        session.BeginDecision(rest, rest, ActionSource.Policy);
        Assert.Equal(port.Shown, session.DecisionTick);
        CartesianTarget target = default;
        long seen = 0;
        Assert.True(port.Targets.TryRead(ref target, ref seen));
        Assert.Equal(session.DecisionTick * port.Description.ControlPeriodNs + port.Description.ControlPeriodNs, target.IssueTime.Ns);
    }

    /// <summary>A loop that has gone on whenever it is looked at.</summary>
    private sealed class GoingOn : IControlPort
    {
        private readonly LatestCell<ControlRecord> _latest = new();

        public long Shown { get; private set; }
        public RobotDescription Description => TestArm.Description;
        public LatestCell<CartesianTarget> Targets { get; } = new();
        public LatestCell<Heartbeat> Heartbeats { get; } = new();

        public LatestCell<ControlRecord> Latest
        {
            get
            {
                Shown++;
                _latest.Publish(new() { Tick = Shown, Time = new(Shown * Description.ControlPeriodNs), EndEffector = new(Pose.Identity, default) });
                return _latest;
            }
        }

        public void Advance(int ticks) { }
        public void RequestReset() { }
        public void RequestAutomaticReset() { }
        public void RequestStop(FaultCode cause) { }
        public void RequestRebase() { }
        public bool TryChangeLimits(SafetyLimits limits) => false;
    }
}
