using System.Diagnostics;
using RobotRL.Episodes;
using RobotRL.Mcap;
using RobotRL.Model;
using RobotRL.Replay;
using RobotRL.Sessions.Runs;

namespace RobotRL.Lab.Bench;

/// <summary>The state of a training after its processes were killed over and over.</summary>
/// <param name="Kills">Moments at which something was killed.</param>
/// <param name="Acknowledged">Steps that the actor was told are stored, before any kill.</param>
/// <param name="Stored">Steps in the store at the end.</param>
/// <param name="Lost">Acknowledged steps that are missing, or not the same to the bit.</param>
/// <param name="Duplicated">Steps that are in the store twice.</param>
/// <param name="Unreadable">Files that do not pass every checksum.</param>
/// <param name="TakenOnce">Whether a learner that starts now reads each stored step exactly once.</param>
/// <param name="AuditAtKills">Kills right after which the audit log was verified, an unfinished last line forgiven.</param>
/// <param name="AuditAtRestarts">
/// Verifications with nothing forgiven: one after each restart that came as far as opening the audit log, and one at the end.
/// The other restarts were killed before.
/// </param>
/// <param name="AuditFailures">Verifications that found something.</param>
public sealed record StoreKillFigures(
    int Kills, int ActorKills, int LearnerKills, int BothKills, int Acknowledged, int Stored, int Lost, int Duplicated, int Unreadable,
    int Episodes, int Interrupted, bool TakenOnce,
    int AuditAtKills, int AuditAtRestarts, int AuditFailures, double AuditS, double WallS)
{
    public bool Holds => Lost == 0 && Duplicated == 0 && Unreadable == 0 && TakenOnce && AuditFailures == 0;
}

/// <summary>
/// Trains with a learner in a process of its own and ends actor, learner or both with SIGKILL at random moments: some while they start, most while they act.
/// After each kill and each restart the run's audit log must hold. At the end the steps in the store are compared with those that it acknowledged.
/// </summary>
public sealed class StoreKills(string folder, int kills, ulong seed, Action<string> log)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private readonly string _run = Path.Combine(folder, "run"), _receipts = Path.Combine(folder, "receipts.txt");
    private readonly RandomStream _random = new(seed);
    private readonly KilledAudit _audit = new(Path.Combine(folder, "run"), Path.Combine(folder, "evidence"), log);
    private int _actors, _learners, _both, _killedLearner;
    private bool _awaitsLog = true;

    public StoreKillFigures Run(CancellationToken cancel)
    {
        Directory.CreateDirectory(folder);
        var wall = Stopwatch.StartNew();
        KillVictims? victims = null;
        try
        {
            for (var kill = 0; kill < kills && !cancel.IsCancellationRequested; kill++)
            {
                victims ??= new KillVictims(Arguments(envSteps: 1_000_000), _audit.Environment);
                AwaitMoment(victims, kill, cancel);
                Strike(ref victims);
                _audit.AtKill(kill + 1);
                _awaitsLog = true;
                if ((kill + 1) % 10 == 0)
                    log($"{kill + 1} kills, {Acknowledged()} steps acknowledged, {_audit.Failures} failures of "
                        + $"{_audit.AtKills + _audit.AtRestarts} audit verifications, {wall.Elapsed.TotalSeconds:F0} s");
            }
        }
        finally
        {
            victims?.Dispose();
        }
        return Verify(wall.Elapsed.TotalSeconds);
    }

    /// <summary>Small networks, so that most of the waiting is for starts.</summary>
    private string[] Arguments(long envSteps) =>
    [
        "train", "robot-configs/sim/reach.yaml", "--run", _run, "--env-steps", $"{envSteps}", "--learner", "process", "--receipts", _receipts,
        "--set", "learner.batch_size=16", "--set", "learner.hidden_sizes=[32]", "--set", "operator.demonstrations=3", "--set", "learner.start_after=40",
        "--set", "learner.checkpoint_every=100", "--set", "learner.publish_every=20",
    ];

    /// <summary>One in five falls into the start, the others after some steps more.</summary>
    private void AwaitMoment(KillVictims victims, int kill, CancellationToken cancel)
    {
        var waited = Stopwatch.StartNew();
        if (_random.Next(5) > 0)
            for (var (bytes, more) = (Bytes(), 30 * (1 + _random.Next(40))); Bytes() < bytes + more && !cancel.IsCancellationRequested; Thread.Sleep(1))
            {
                VerifyOnceOpen(victims, kill);
                if (victims.HasEnded) throw new InvalidOperationException($"The actor ended by itself: {victims.Errors}");
                if (waited.Elapsed > Patience) throw new InvalidOperationException($"No step was recorded for {Patience.TotalMinutes} minutes.");
            }
        cancel.WaitHandle.WaitOne(TimeSpan.FromMilliseconds(_random.Next(300)));
        VerifyOnceOpen(victims, kill);
    }

    /// <summary>As soon as the process that was started after the last kill has the audit log open, the log must hold; once a restart.</summary>
    private void VerifyOnceOpen(KillVictims victims, int kill)
    {
        var isOpen = _awaitsLog && (_killedLearner == 0
            ? _audit.IsOpenIn(victims.Actor)
            : victims.Learner() is { } learner && learner != _killedLearner && _audit.IsOpenIn(learner));
        if (!isOpen) return;
        _audit.AtRestart(kill);
        _awaitsLog = false;
    }

    private void Strike(ref KillVictims? victims)
    {
        _killedLearner = 0;
        switch (_random.Next(3))
        {
            case 0:
                victims!.KillActor();
                _actors++;
                break;
            case 1 when victims!.KillLearner() is { } killed:
                _killedLearner = killed;
                _learners++;
                return;
            default:
                victims!.KillBoth();
                _both++;
                break;
        }
        victims.Dispose();
        victims = null;
    }

    private StoreKillFigures Verify(double wallS)
    {
        var run = RunDirectory.Open(_run);
        // An orphaned learner may still be saving its checkpoint.
        for (var waited = Stopwatch.StartNew(); ; Thread.Sleep(20))
        {
            using var learning = RunLock.Learning(run);
            if (learning is not null || waited.Elapsed > Patience) break;
        }
        _audit.AtEnd();
        using var recording = RunLock.Recording(run);
        var store = EpisodeStore.Open(run.Episodes, TornEpisodes.Keep, log);
        Dictionary<(int, int), string> stored = [];
        var (unreadable, interrupted) = (Directory.EnumerateFiles(run.Episodes, "*.unreadable").Count(f => new FileInfo(f).Length > 0 && HasStep(f)), 0);
        foreach (var file in store.Files)
            try
            {
                using (var mcap = McapReader.Open(file)) mcap.Verify();
                var episode = EpisodeReader.Read(file);
                if (episode.Outcome == Model.EpisodeOutcome.Interrupted) interrupted++;
                for (var i = 0; i < episode.Steps.Count; i++) stored.Add((episode.Info.Index, i), Receipts.Checksum(episode.Steps[i].Transition));
            }
            catch (Exception e) when (e is McapException or InvalidDataException)
            {
                log($"{file}: {e.Message}");
                unreadable++;
            }
        var acknowledged = Receipts.Read(_receipts).ToList();
        var lost = acknowledged.Count(a => stored.GetValueOrDefault((a.Episode, a.Step)) != a.Checksum);
        using var tail = new EpisodeTail(run.Episodes);
        var taken = tail.Poll().SelectMany(p => p.Steps.Select(s => Receipts.Checksum(s.Transition))).ToList();
        return new(
            Kills: _actors + _learners + _both, ActorKills: _actors, LearnerKills: _learners, BothKills: _both,
            Acknowledged: acknowledged.Count, Stored: stored.Count, Lost: lost,
            Duplicated: stored.Count - stored.Values.Distinct().Count(), Unreadable: unreadable,
            Episodes: store.Files.Count, Interrupted: interrupted,
            TakenOnce: taken.Count == stored.Count && taken.Order(StringComparer.Ordinal).SequenceEqual(stored.Values.Order(StringComparer.Ordinal)),
            AuditAtKills: _audit.AtKills, AuditAtRestarts: _audit.AtRestarts, AuditFailures: _audit.Failures, AuditS: _audit.SpentS, WallS: wallS);
    }

    /// <summary>Killed within its first step a file holds nothing that could be lost.</summary>
    private static bool HasStep(string file)
    {
        try
        {
            return EpisodeReader.Read(file).Steps.Count > 0;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    private long Bytes() => File.Exists(_receipts) ? new FileInfo(_receipts).Length : 0;

    private int Acknowledged() => Receipts.Read(_receipts).Count();
}
