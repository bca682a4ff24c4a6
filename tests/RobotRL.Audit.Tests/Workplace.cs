using System.Text;

namespace RobotRL.Audit.Tests;

/// <summary>A run's audit folder, its anchor and its key, gone after the test.</summary>
internal sealed class Workplace : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("robotrl-audit-").FullName;

    public TestClock Clock { get; } = new();
    public string Log => Path.Combine(_root, "run", "audit");
    public string AnchorFolder => Path.Combine(_root, "elsewhere");
    public string KeyPath => Path.Combine(_root, "home", "key.pem");
    public string this[string name] => Path.Combine(_root, name);
    public Anchor Anchor => new(AnchorFolder, null);

    /// <summary>Files of days, oldest first.</summary>
    public string[] Days => [.. new LogFolder(Log).Days];

    public string[] Lines => [.. Days.SelectMany(File.ReadAllLines)];

    public AuditVerdict Verify() => AuditVerifier.Verify(Log, AnchorFolder);

    public SigningKey Key() => SigningKey.OpenOrCreate(KeyPath);

    public static AuditActor Actor { get; } = AuditActor.Here("anna", "operator", "train");

    public Chain Chain(SigningKey key) => new(new LogFolder(Log), key, Anchor, Clock, Actor);

    public AuditLog Open(TimeSpan? headEvery = null, TimeProvider? clock = null, Anchor? anchor = null) =>
        AuditLog.Open(Log, new AuditWriter(Actor, KeyPath, anchor ?? Anchor, new { Code = "1.2.3" }), headEvery, clock ?? Clock);

    public AuditWriter Writer(object software) => new(Actor, KeyPath, Anchor, software);

    public PendingRecord Record(in AuditEvent what, object? inputs = null) =>
        new(Clock.UtcNow, RecordLine.Body(new(Clock.UtcNow, 0, 17), what, Actor, "because", inputs, new { ForceN = 30.0 }), what.IsUrgent);

    /// <summary>Two days, three sessions: one closed, one killed in the middle of a line, one closed.</summary>
    public void WriteHistory()
    {
        using var key = Key();
        for (var session = 0; session < 3; session++)
        {
            var chain = Chain(key);
            chain.Open(new { Code = "1.2.3" });
            for (var minute = 0; minute < 3; minute++)
            {
                chain.Append(
                    [.. Enumerable.Range(0, 4).Select(i =>
                        Record(i % 2 == 0 ? AuditEvent.Limited : AuditEvent.TakeoverBegan, new { Session = session, minute, i, Force = 12.5 * i }))],
                    force: false);
                Clock.Pass(TimeSpan.FromMinutes(1));
                chain.SignPeriodically();
            }
            if (session == 1)
            {
                Kill(chain);
                File.AppendAllText(Days[^1], "{\"sequence\":99,\"time\":\"2026-03");
            }
            else chain.Close();
            Clock.Pass(TimeSpan.FromHours(9));
        }
    }

    /// <summary>What the system does for a process that dies: its lock is gone, its file stays.</summary>
    public void Kill(Chain chain)
    {
        var markers = Directory.GetFiles(new LogFolder(Log).Writers);
        chain.Dispose();
        foreach (var marker in markers.Where(m => !File.Exists(m))) File.WriteAllText(marker, "");
    }

    public static string Text(byte[] bytes) => Encoding.UTF8.GetString(bytes);

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
