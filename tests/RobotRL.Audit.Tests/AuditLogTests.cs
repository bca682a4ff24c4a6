using System.Diagnostics;
using System.Text.Json;
using RobotRL.Model;

namespace RobotRL.Audit.Tests;

/// <summary>The writer: nothing waits for it, nothing is lost by it, and it says when it cannot go on.</summary>
public sealed class AuditLogTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly Workplace _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public void Record_tells_who_what_when_why_and_against_what()
    {
        using (var log = _place.Open())
        {
            log.Write(AuditEvent.Stopped, new Stamp(17), "pressed too hard", new { ForceN = 61.5, Limit = double.NaN },
                new { CollisionForceN = 60.0 }, log.Actor with { PolicyVersion = 40 });
        }
        var record = JsonDocument.Parse(_place.Lines.Single(l => l.Contains("safety.stopped", StringComparison.Ordinal))).RootElement;
        Assert.Equal((3, "2026-03-01T08:00:00.000000Z"), (record.GetProperty("sequence").GetInt32(), record.GetProperty("time").GetString()));
        Assert.Equal((100_000_000L, 17L), (record.GetProperty("monotonic_ns").GetInt64(), record.GetProperty("session_ns").GetInt64()));
        Assert.Equal(("interventions", "pressed too hard", 61.5, "NaN"), (record.GetProperty("class").GetString(), record.GetProperty("reason").GetString(),
            record.GetProperty("inputs").GetProperty("force_n").GetDouble(), record.GetProperty("inputs").GetProperty("limit").GetString()));
        Assert.Equal(60, record.GetProperty("thresholds").GetProperty("collision_force_n").GetDouble());
        var actor = record.GetProperty("actor");
        Assert.Equal(("anna", "operator", "train", 40, Environment.ProcessId),
            (actor.GetProperty("operator").GetString(), actor.GetProperty("role").GetString(),
            actor.GetProperty("process").GetString(), actor.GetProperty("policy_version").GetInt32(), actor.GetProperty("pid").GetInt32()));
        Assert.Equal(64, record.GetProperty("previous").GetString()!.Length);
        Assert.True(_place.Verify().Holds);
    }

    [Fact]
    public void Processes_that_write_at_once_extend_one_chain()
    {
        using (AuditLog first = _place.Open(), second = _place.Open())
            Parallel.Invoke(() => Write(first, 500), () => Write(second, 500), () => Write(first, 500));
        var verdict = _place.Verify();
        Assert.Empty(verdict.Findings);
        Assert.Equal(1500, _place.Lines.Count(l => l.Contains("safety.limited", StringComparison.Ordinal)));
        Assert.Equal(0, verdict.OpenWriters);

        static void Write(AuditLog log, int count)
        {
            for (var i = 0; i < count; i++) log.Write(AuditEvent.Limited, new Stamp(i));
        }
    }

    [Fact]
    public void Newest_record_is_signed_as_time_goes_by()
    {
        using var log = _place.Open(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        log.Write(AuditEvent.Stopped);
        log.Flush();
        // Each time it signs, it writes a record first: now and then a look comes between the two.
        WaitUntil(() =>
        {
            var verdict = _place.Verify();
            Assert.True(verdict is { Holds: true, OpenWriters: 1 }, string.Join('\n', verdict.Findings));
            return verdict.UnsignedRecords == 0;
        });
    }

    [Fact]
    public void Log_that_is_being_written_holds_and_tells_what_is_not_signed_yet()
    {
        using var log = _place.Open();
        log.Write(AuditEvent.Stopped);
        log.Flush();
        var verdict = _place.Verify();
        Assert.Empty(verdict.Findings);
        Assert.Equal((1L, 1), (verdict.UnsignedRecords, verdict.OpenWriters));
        Assert.Contains("not yet signed", Assert.Single(verdict.Remarks), StringComparison.Ordinal);
    }

    [Fact]
    public void Nobody_waits_for_a_disk_that_hangs_and_falling_behind_is_a_fault()
    {
        using var log = _place.Open();
        using (new LogFolder(_place.Log).Lock())
        {
            log.Write(AuditEvent.Stopped);
            var writes = 0;
            for (; log.Failure is null && writes < 100_000; writes++) log.Write(AuditEvent.Limited, new Stamp(writes));
            Assert.InRange(writes, 16_000, 20_000);
        }
        Assert.Contains("records behind", Assert.Throws<IOException>(log.ThrowIfFailed).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Full_disk_is_told_of_as_such()
    {
        if (!File.Exists("/dev/full")) Assert.Skip("no /dev/full on this system");
        using FileStream full = new("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        Assert.Contains("space", Assert.Throws<IOException>(() => LogFolder.Append(full, "{}\n"u8, force: true)).Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Log_that_cannot_be_written_is_a_fault_with_a_clear_line()
    {
        using var log = _place.Open();
        var file = Path.Combine(_place.Log, "lock");
        File.Delete(file);
        Directory.CreateDirectory(file);
        log.Write(AuditEvent.Stopped);
        WaitUntil(() => log.Failure is not null);
        Assert.StartsWith("the audit log cannot be written: ", Assert.Throws<IOException>(log.ThrowIfFailed).Message, StringComparison.Ordinal);
        log.Write(AuditEvent.Stopped); // and nothing more comes of it
    }

    [Fact]
    public void Key_is_made_once_for_its_owner_alone_and_stays_out_of_the_run()
    {
        using (_place.Open()) { }
        using (_place.Open()) { }
        using var key = _place.Key();
        Assert.Equal([key.Fingerprint + ".pem"], Directory.GetFiles(new LogFolder(_place.Log).Keys).Select(path => Path.GetFileName(path)!));
        Assert.DoesNotContain(Directory.GetFiles(_place["run"], "*", SearchOption.AllDirectories),
            path => File.ReadAllText(path).Contains("PRIVATE", StringComparison.Ordinal));
        if (OperatingSystem.IsWindows()) return;
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_place.KeyPath));
        File.SetUnixFileMode(_place.KeyPath, UnixFileMode.UserRead | UnixFileMode.GroupRead);
        Assert.Contains("chmod 600", Assert.Throws<InvalidDataException>(() => _place.Open()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Damaged_end_is_refused_rather_than_built_upon()
    {
        using (_place.Open()) { }
        var text = File.ReadAllText(_place.Days[^1]);
        File.WriteAllText(_place.Days[^1], text.Replace("log.closed", "log.opened", StringComparison.Ordinal));
        Assert.Contains("not what was written", Assert.Throws<InvalidDataException>(() => _place.Open()).Message, StringComparison.Ordinal);
    }

    private static void WaitUntil(Func<bool> holds)
    {
        for (var since = Stopwatch.StartNew(); !holds(); Thread.Sleep(5)) Assert.True(since.Elapsed < Patience);
    }
}
