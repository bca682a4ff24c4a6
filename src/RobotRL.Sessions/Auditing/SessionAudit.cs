using RobotRL.Audit;
using RobotRL.Configuration;
using RobotRL.Model;
using RobotRL.Sessions.Runs;

namespace RobotRL.Sessions.Auditing;

/// <summary>
/// A process's part in a run's log, from the session that begins to the one that ends. The process that acts adds what the robot does
/// (<see cref="AuditTrail"/>).
/// </summary>
public sealed class SessionAudit : IDisposable
{
    private SessionAudit(AuditLog log) => (Log, Policies) = (log, new(log));

    public AuditLog Log { get; }
    public PolicyAudit Policies { get; }

    /// <summary>Opens the run's log and tells of the session that begins, with every limit in force.</summary>
    /// <param name="run">Whose.</param>
    /// <param name="configuration">What is in force.</param>
    /// <param name="actor">Who drives, as what, in which process.</param>
    /// <param name="session">How it is run: pace, goal and the like.</param>
    public static SessionAudit Open(RunDirectory run, RunConfiguration configuration, AuditActor actor, object session)
    {
        var log = AuditLog.Open(
            run.Audit, actor, AuditPlace.KeyPath, AuditPlace.Anchor, SoftwareIdentity.Current, TimeSpan.FromSeconds(configuration.Audit.HeadEveryS));
        log.Write(AuditEvent.SessionStarted, Stamp.Zero, actor.Process, new
        {
            Task = configuration.Task.Kind.ToString(),
            Robot = configuration.Robot.Name,
            configuration.Robot.Driver,
            RunId = run.Identity.Id,
            run.Identity.Seed,
            run.Identity.ConfigHash,
            ConfigSha256 = PolicyAudit.HashOf(run.ConfigPath),
            SoftwareIdentity.Current.Code,
            Session = session,
        }, LimitsInForce.Of(configuration.Robot, configuration.Safety));
        return new(log);
    }

    /// <summary>Runs the session and tells how it ended.</summary>
    /// <param name="session">Gives its result.</param>
    /// <param name="ending">Called before the end is told of.</param>
    /// <param name="now">The session's clock; null for none.</param>
    public T Around<T>(Func<T> session, Action? ending = null, Func<Stamp>? now = null)
    {
        try
        {
            var result = session();
            End("done", result);
            return result;
        }
        catch (Exception e)
        {
            End(e is SafeStopException ? e.Message : $"{e.GetType().Name}: {e.Message}", null);
            throw;
        }

        void End(string reason, object? result)
        {
            ending?.Invoke();
            Log.Write(AuditEvent.SessionEnded, now?.Invoke(), reason, result);
        }
    }

    public void Dispose() => Log.Dispose();
}
