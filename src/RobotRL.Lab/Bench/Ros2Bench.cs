using System.Diagnostics;
using RobotRL.Control;
using RobotRL.Model;
using RobotRL.Ros2.Nodes;
using RobotRL.Ros2.Transport;
using RobotRL.Sessions.Processes;
using RobotRL.Wire.SensorMsgs;

namespace RobotRL.Lab.Bench;

/// <summary>Joint states of seven joints to another process and back, reliable, at the loop's rate, on the loopback interface.</summary>
/// <param name="RttP50Us">Half of the round trips were shorter, µs.</param>
/// <param name="RttP99Us">99 in 100, µs.</param>
/// <param name="RttP999Us">999 in 1000, µs.</param>
/// <param name="RttMaxUs">The longest, µs.</param>
/// <param name="Lost">States that never came back.</param>
/// <param name="Sent">States that were sent.</param>
/// <param name="Hz">Rate at which they were.</param>
/// <param name="SendAllocatedBytes">Memory that sending a state allocated, bytes.</param>
/// <param name="PictureP50Us">Half of the pictures of 640×480 pixels in three colours were handed over sooner, best-effort, µs.</param>
/// <param name="PictureP99Us">99 in 100, µs.</param>
/// <param name="Transport">What carried them.</param>
public sealed record Ros2Figures(
    double RttP50Us, double RttP99Us, double RttP999Us, double RttMaxUs, long Lost, long Sent, double Hz, double SendAllocatedBytes,
    double PictureP50Us, double PictureP99Us, string Transport);

public static class Ros2Bench
{
    private const int RateHz = 1000, Domain = 231, Priority = 60;
    private const int PictureCount = 200, PictureRateHz = 30;
    private const string There = "/bench/there", Back = "/bench/back", Pictures = "/bench/pictures";

    private static readonly Qos States = Qos.Default with { Depth = 1000 };
    private static readonly TimeSpan Meeting = TimeSpan.FromSeconds(30), Rest = TimeSpan.FromSeconds(2);

    /// <exception cref="TransportException">The transport cannot be had.</exception>
    public static Ros2Figures Measure(bool brief, Ros2Backend backend)
    {
        var count = brief ? 1000 : 20_000;
        using var other = ThisProgram.Start(["bench", "ros2", "--echo", "--backend", Word(backend)], ThisProgram.ForTheLoop, quiet: true);
        try
        {
            using var node = Node("bench", backend);
            var sentNs = new long[count];
            List<double> us = [];
            using var back = node.Subscribe<JointState>(Back, States, (state, _) =>
            {
                var took = Now - Volatile.Read(ref sentNs[state.Header.Stamp.Ns]);
                lock (us) us.Add(took * 1e-3);
            });
            using var there = node.Publish<JointState>(There, States);
            for (var waited = Stopwatch.StartNew(); there.Writer.ReaderCount == 0 || back.WriterCount == 0; Thread.Sleep(10))
                if (waited.Elapsed > Meeting || other.HasExited) throw new TransportException("The other process did not appear on the network.");
            Thread.Sleep(200);
            JointState state = new();
            for (var i = 0; i < 7; i++)
            {
                state.Name.Add($"joint{i + 1}");
                state.Position.Add(i);
                state.Velocity.Add(i);
                state.Effort.Add(i);
            }
            using RealtimePacer pacer = new(1_000_000_000 / RateHz);
            RealTimeThread.TryFifo(Priority);
            var clock = Stopwatch.StartNew();
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var n = 0; n < count; n++)
            {
                state.Header.Stamp.Ns = n;
                Volatile.Write(ref sentNs[n], Now);
                there.TrySend(state);
                pacer.Next();
            }
            var hz = count / clock.Elapsed.TotalSeconds;
            var allocated = (double)(GC.GetAllocatedBytesForCurrentThread() - before) / count;
            for (var waited = Stopwatch.StartNew(); waited.Elapsed < Rest; Thread.Sleep(10))
                lock (us)
                    if (us.Count == count) break;
            var pictures = SendPictures(node);
            lock (us)
            {
                us.Sort();
                return new(
                    At(us, 0.5), At(us, 0.99), At(us, 0.999), At(us, 1), count - us.Count, count, hz, allocated, At(pictures, 0.5), At(pictures, 0.99),
                    node.Transport.Description);
            }
        }
        finally
        {
            if (!other.HasExited) other.Kill();
        }
    }

    /// <summary>How long it took to hand over each, µs, in order of length.</summary>
    private static List<double> SendPictures(Ros2Node node)
    {
        Image image = new() { Width = 640, Height = 480, Encoding = "rgb8", Step = 3 * 640 };
        for (var i = 0; i < 3 * 640 * 480; i++) image.Data.Add((byte)i);
        using var writer = node.Publish<Image>(Pictures, Qos.SensorData);
        for (var waited = Stopwatch.StartNew(); writer.Writer.ReaderCount == 0 && waited.Elapsed < Meeting; Thread.Sleep(10)) { }
        using RealtimePacer pacer = new(1_000_000_000 / PictureRateHz);
        List<double> us = [];
        for (var n = 0; n < PictureCount; n++)
        {
            var start = Now;
            writer.TrySend(image);
            us.Add((Now - start) * 1e-3);
            pacer.Next();
        }
        us.Sort();
        return us;
    }

    private static double At(List<double> sorted, double share) =>
        sorted.Count == 0 ? double.NaN : sorted[Math.Min(sorted.Count - 1, (int)(share * sorted.Count))];

    /// <summary>The other process: sends each state back at once, until it is ended or its starter has.</summary>
    public static void Echo(Ros2Backend backend, CancellationToken until)
    {
        using var node = Node("bench_echo", backend);
        using var back = node.Publish<JointState>(Back, States);
        using var there = node.Subscribe<JointState>(There, States, (state, _) => back.TrySend(state));
        using var pictures = node.Subscribe<Image>(Pictures, Qos.SensorData, (_, _) => { });
        until.WaitHandle.WaitOne(TimeSpan.FromMinutes(5));
    }

    /// <summary>As the command line has it.</summary>
    public static string Word(Ros2Backend backend) => backend.ToString().ToLowerInvariant();

    private static long Now => Stopwatch.GetTimestamp();

    private static Ros2Node Node(string name, Ros2Backend backend) => Ros2Node.Open(new()
    {
        Backend = backend,
        NodeName = $"/robotrl/{name}",
        Domain = Domain,
        Priority = RealTimeThread.TryFifo(Priority) ? Priority : null,
        Entered = () => RealTimeThread.TryFifo(Priority),
    });
}
