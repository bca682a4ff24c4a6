using System.Data.Common;
using DuckDB.NET.Data;
using RobotRL.Audit;
using RobotRL.Configuration;
using RobotRL.Episodes;
using RobotRL.Model;
using RobotRL.Sessions.Runs;

namespace RobotRL.Evidence;

/// <summary>The result of a query.</summary>
public sealed record QueryResult(IReadOnlyList<string> Columns, IReadOnlyList<object?[]> Rows);

/// <summary>
/// SQL over a run, in memory: <c>events</c>, a row a record of the log; <c>episodes</c> and <c>steps</c>, read from their files when the query names them.
/// The database cannot reach the disk: a query reads and changes nothing.
/// </summary>
public sealed class AuditQuery : IDisposable
{
    private readonly DuckDBConnection _database = new("DataSource=:memory:");

    public AuditQuery(RunDirectory run, bool withEpisodes)
    {
        _database.Open();
        Do("""
            CREATE TABLE events (sequence BIGINT, time TIMESTAMP, session_s DOUBLE, event VARCHAR,
                operator VARCHAR, role VARCHAR, process VARCHAR, account VARCHAR, host VARCHAR, pid INTEGER,
                policy_version BIGINT, episode INTEGER, reason VARCHAR, inputs JSON, thresholds JSON);
            CREATE TABLE episodes (episode INTEGER, kind VARCHAR, outcome VARCHAR, seed UBIGINT, task VARCHAR, config_hash VARCHAR,
                steps INTEGER, human_steps INTEGER, reward DOUBLE, duration_s DOUBLE,
                policy_first BIGINT, policy_last BIGINT, excluded BOOLEAN, operator VARCHAR, role VARCHAR);
            CREATE TABLE steps (episode INTEGER, step INTEGER, session_s DOUBLE, source VARCHAR, limits VARCHAR, altered BOOLEAN,
                reward DOUBLE, terminated BOOLEAN, truncated BOOLEAN, policy_version BIGINT, force_n DOUBLE, torque_nm DOUBLE, speed_m_s DOUBLE);
            """);
        using (var rows = _database.CreateAppender("events"))
            foreach (var entry in AuditReader.Read(run.Audit)) Append(rows.CreateRow(), entry);
        if (withEpisodes) ReadEpisodes(run);
        Do("SET enable_external_access = false; SET lock_configuration = true");
    }

    /// <exception cref="BadInputException">The query is not one; the database's own words say why.</exception>
    public QueryResult Run(string sql)
    {
        try
        {
            using var command = _database.CreateCommand();
            command.CommandText = sql;
            using var reader = command.ExecuteReader();
            string[] columns = [.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetName)];
            List<object?[]> rows = [];
            while (reader.Read()) rows.Add([.. Enumerable.Range(0, columns.Length).Select(i => reader.IsDBNull(i) ? null : Plain(reader.GetValue(i)))]);
            return new(columns, rows);
        }
        catch (DbException e)
        {
            throw new BadInputException($"audit query: {e.Message.ReplaceLineEndings(" ")}");
        }
    }

    public void Dispose() => _database.Dispose();

    private void Do(string sql)
    {
        using var command = _database.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static void Append(IDuckDBAppenderRow row, AuditEntry e) => row
        .AppendValue(e.Sequence).AppendValue(e.TimeUtc).AppendValue(e.SessionNs * 1e-9).AppendValue(e.Event)
        .AppendValue(e.Actor.Operator).AppendValue(e.Actor.Role)
        .AppendValue(e.Actor.Process).AppendValue(e.Actor.Account).AppendValue(e.Actor.Host).AppendValue(e.Actor.Pid).AppendValue(e.Actor.PolicyVersion)
        .AppendValue(e.Input("episode") is { } episode ? episode.GetInt32() : (int?)null).AppendValue(e.Reason)
        .AppendValue(Json(e.Inputs)).AppendValue(Json(e.Thresholds)).EndRow();

    private void ReadEpisodes(RunDirectory run)
    {
        var scale = RunConfiguration.Load(run.ConfigPath).Task.Scale;
        using var episodes = _database.CreateAppender("episodes");
        using var steps = _database.CreateAppender("steps");
        foreach (var e in EpisodeStore.Open(run.Episodes, TornEpisodes.Leave, _ => { }).Episodes())
        {
            var (first, last) = (e.Steps[0], e.Steps[^1]);
            episodes.CreateRow()
                .AppendValue(e.Info.Index).AppendValue(e.Info.Kind.ToString()).AppendValue(e.Outcome.ToString()).AppendValue(e.Info.Seed)
                .AppendValue(e.Info.Task).AppendValue(e.Info.ConfigHash)
                .AppendValue(e.Steps.Count).AppendValue(e.Transitions.Count(t => t.IsIntervention)).AppendValue((double)e.Transitions.Sum(t => t.Reward))
                .AppendValue(last.Transition.Next.Time.Since(first.Transition.Observation.Time) * 1e-9)
                .AppendValue(first.PolicyVersion).AppendValue(last.PolicyVersion)
                .AppendValue(e.Excluded).AppendValue(e.Info.Operator).AppendValue(e.Info.OperatorRole).EndRow();
            foreach (var (i, step) in e.Steps.Index())
            {
                var t = step.Transition;
                var p = t.Next.Proprioception;
                steps.CreateRow()
                    .AppendValue(e.Info.Index).AppendValue(i).AppendValue(t.Observation.Time.Seconds)
                    .AppendValue(t.Action.Source.ToString()).AppendValue(t.Action.Limits.ToString()).AppendValue(t.Action.Executed != t.Action.Proposed)
                    .AppendValue((double)t.Reward).AppendValue(t.Terminated).AppendValue(t.Truncated).AppendValue(step.PolicyVersion)
                    .AppendValue(Length(p, 12) * scale.ForceN).AppendValue(Length(p, 15) * scale.TorqueNm).AppendValue(Length(p, 6) * scale.LinearMS).EndRow();
            }
        }
    }

    private static double Length(float[] p, int at) => Math.Sqrt(p[at] * p[at] + p[at + 1] * p[at + 1] + p[at + 2] * p[at + 2]);

    private static string? Json(System.Text.Json.JsonElement e) => e.ValueKind == System.Text.Json.JsonValueKind.Undefined ? null : e.GetRawText();

    private static object Plain(object value) => value switch
    {
        DateTime time => time.ToString("yyyy-MM-dd HH:mm:ss.ffffff"),
        System.Numerics.BigInteger big => (decimal)big,
        System.Collections.IList list => string.Join(", ", list.Cast<object?>()),
        _ => value,
    };
}
