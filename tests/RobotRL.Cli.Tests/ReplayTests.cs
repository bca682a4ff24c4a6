using System.Text.Json;
using RobotRL.Episodes;
using RobotRL.Evidence.Report;
using RobotRL.Mcap;
using RobotRL.Recording.Traces;
using RobotRL.Sessions.Processes;

namespace RobotRL.Cli.Tests;

/// <summary>What was recorded is decided again to the bit; what was altered is found where it was; what would have been otherwise is told.</summary>
public sealed class ReplayTests(RecordedRun recorded) : IClassFixture<RecordedRun>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_decision_is_the_same_to_the_bit_with_interventions_reflexes_and_changing_weights()
    {
        var run = recorded.Run;
        var result = RobotrlProcess.Run("replay", run.Path, "--json");
        Assert.True(result.ExitCode == 0, result.Error);
        var json = result.Json;
        Assert.Equal(run.Episodes.Sum(e => e.Steps.Count), Figure(json, "decisions"));
        Assert.Equal(Figure(json, "decisions"), Figure(json, "identical"));
        Assert.Equal(Figure(json, "ticks"), Figure(json, "identical_ticks"));
        Assert.Equal(JsonValueKind.Null, json.GetProperty("first_difference").ValueKind);
        Assert.True(Figure(json, "reflexes") > 3, result.Error);
        Assert.True(Figure(json, "human_decisions") > 10 && Figure(json, "limited_decisions") > 10, result.Error);
        Assert.InRange(Figure(json, "policy_versions"), 2, Directory.GetFiles(run.At("weights", "versions")).Length);
    }

    [Fact]
    public void One_episode_is_replayed_alone_although_its_loop_ran_before()
    {
        var run = recorded.Run;
        var last = run.EpisodeFiles.Count - 1;
        var result = RobotrlProcess.Run("replay", run.Path, "--episode", $"{last}", "--json");
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal((1, run.Episodes[last].Steps.Count), (Figure(result.Json, "episodes"), Figure(result.Json, "identical")));
    }

    /// <summary>Written anew with all its checksums: only the replay can tell.</summary>
    [Fact]
    public void An_altered_command_is_found_where_it_was_altered()
    {
        var run = recorded.CopyTo(_folder["run"]);
        const int episode = 4, step = 2, row = 17;
        Alter(run.At("episodes", RecordedRun.Name(episode)), step, trace => trace.Words[row * TickColumns.Count + TickColumns.FirstDecided + 3] ^= 1);
        var result = RobotrlProcess.Run("replay", run.Path, "--episode", $"{episode}", "--json");
        Assert.True(result.ExitCode == 1, result.Error);
        Assert.Equal(Figure(result.Json, "decisions") - 1, Figure(result.Json, "identical"));
        Assert.Equal(Figure(result.Json, "ticks") - 1, Figure(result.Json, "identical_ticks"));
        var first = result.Json.GetProperty("first_difference");
        Assert.Equal((episode, step, row), (Figure(first, "episode"), Figure(first, "step"), Figure(first, "tick")));
        Assert.Equal(("gate", "torque[3]"), (first.GetProperty("stage").GetString(), first.GetProperty("field").GetString()));
        Assert.Contains($"first difference: episode {episode}, step {step}, gate, tick {row}: torque[3]", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void An_altered_measurement_changes_the_decisions_from_there_on()
    {
        var run = recorded.CopyTo(_folder["run"]);
        Alter(run.At("episodes", RecordedRun.Name(4)), 1, trace => trace.Words[5 * TickColumns.Count + 2] ^= 1UL << 40);
        var result = RobotrlProcess.Run("replay", run.Path, "--episode", "4", "--json");
        Assert.Equal(1, result.ExitCode);
        var first = result.Json.GetProperty("first_difference");
        Assert.Equal((1, "gate", 5), (Figure(first, "step"), first.GetProperty("stage").GetString(), Figure(first, "tick")));
        Assert.Equal(Figure(result.Json, "decisions"), Figure(result.Json.GetProperty("identical_by_stage"), "policy"));
    }

    [Fact]
    public void A_damaged_file_and_a_missing_one_are_told_in_one_line()
    {
        var run = recorded.CopyTo(_folder["run"]);
        var file = run.At("episodes", RecordedRun.Name(1));
        var bytes = File.ReadAllBytes(file);
        bytes[bytes.Length / 2] ^= 0x10;
        File.WriteAllBytes(file, bytes);
        Refused(RobotrlProcess.Run("replay", run.Path, "--episode", "1"), "000001.mcap");
        Refused(RobotrlProcess.Run("replay", run.Path, "--episode", "999"), "there is no episode 999");
        Refused(RobotrlProcess.Run("replay", run.Path, "--episode", "0", "--set", "learner.batch_size=3"), "learner.batch_size");
        Refused(RobotrlProcess.Run("replay", run.Path, "--episode", "0", "--set", "safety.risk_threshold=3"), "safety.risk_threshold");
    }

    [Fact]
    public void Weights_that_are_gone_are_named()
    {
        var run = recorded.CopyTo(_folder["run"]);
        Directory.Delete(run.At("weights", "versions"), recursive: true);
        var result = RobotrlProcess.Run("replay", run.Path, "--json");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("weights/versions", result.Error, StringComparison.Ordinal);
        // Demonstrations ask no policy.
        Assert.True(Figure(result.Json, "episodes") > 0 && result.Json.GetProperty("failed").GetArrayLength() > 0, result.Error);
    }

    [Fact]
    public void An_episode_that_cannot_be_replayed_is_named_and_the_others_go_on()
    {
        var run = recorded.CopyTo(_folder["run"]);
        var file = run.At("episodes", RecordedRun.Name(1));
        var bytes = File.ReadAllBytes(file);
        bytes[bytes.Length / 2] ^= 0x10;
        File.WriteAllBytes(file, bytes);
        foreach (var what in (string[][])[[], ["--set", "safety.risk_threshold=0.3"]])
        {
            var result = RobotrlProcess.Run(["replay", run.Path, "--json", .. what]);
            Assert.Equal(1, result.ExitCode);
            Assert.Contains("episode 1: cannot be replayed", result.Error, StringComparison.Ordinal);
            Assert.Contains(1, result.Json.GetProperty("failed").EnumerateArray().Select(e => e.GetInt32()));
            Assert.Equal(recorded.Run.EpisodeFiles.Count, Figure(result.Json, "episodes") + result.Json.GetProperty("failed").GetArrayLength());
        }
    }

    /// <summary>The run's own copy takes the place of a critic that was trained anew where it lay.</summary>
    [Fact]
    public void A_critic_that_is_gone_is_asked_from_the_runs_own_copy()
    {
        var run = recorded.CopyTo(_folder["run"]);
        var config = run.At("config.yaml");
        File.WriteAllText(config, string.Join('\n', File.ReadAllLines(config).Select(line =>
            line.TrimStart().StartsWith("critic:", StringComparison.Ordinal) ? line[..line.IndexOf(':', StringComparison.Ordinal)] + ": /nowhere" : line)));
        var result = RobotrlProcess.Run("replay", run.Path, "--episode", "4", "--json");
        Assert.True(result.ExitCode == 0, result.Error);
    }

    [Fact]
    public void A_torn_episode_is_replayed_once_it_is_recovered()
    {
        var run = recorded.CopyTo(_folder["run"]);
        var file = run.At("episodes", RecordedRun.Name(4));
        var bytes = File.ReadAllBytes(file);
        File.Delete(file);
        File.WriteAllBytes(file + ".active", bytes[..(bytes.Length * 2 / 3)]);
        Refused(RobotrlProcess.Run("replay", run.Path, "--episode", "4"), "episodes recover");
        Assert.Equal(0, RobotrlProcess.Run("episodes", "recover", run.Path).ExitCode);
        var result = RobotrlProcess.Run("replay", run.Path, "--episode", "4", "--json");
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.InRange(Figure(result.Json, "identical"), 2, recorded.Run.Episodes[4].Steps.Count - 1);
    }

    [Fact]
    public void Episodes_without_ticks_say_so()
    {
        var demonstrated = RobotrlProcess.Run("record", Training.Reach, "--run", _folder["plain"], "--episodes", "1", "--set", "recording.ticks=false");
        Assert.True(demonstrated.ExitCode == 0, demonstrated.Error);
        Refused(RobotrlProcess.Run("replay", _folder["plain"], "--episode", "0"), "recording.ticks was false");
        Assert.Equal(2, RobotrlProcess.Run("replay", _folder["plain"]).ExitCode);
        Assert.False(Directory.Exists(Path.Combine(_folder["plain"], "weights")));
    }

    [Fact]
    public void The_same_threshold_changes_nothing_and_another_one_the_reflexes()
    {
        var run = recorded.Run;
        var same = RobotrlProcess.Run("replay", run.Path, "--set", "safety.risk_threshold=0.3", "--json");
        Assert.True(same.ExitCode == 0, same.Error);
        Assert.Equal((0, 0, 0), (Figure(same.Json, "changed"), Figure(same.Json, "commands_changed"), Figure(same.Json, "episodes_changed")));
        Assert.Equal(Figure(same.Json, "reflexes_recorded"), Figure(same.Json, "reflexes_counterfactual"));

        var deaf = RobotrlProcess.Run("replay", run.Path, "--set", "safety.risk_threshold=0.999", "--json");
        Assert.True(deaf.ExitCode == 0, deaf.Error);
        Assert.Equal((Figure(same.Json, "reflexes_recorded"), 0), (Figure(deaf.Json, "reflexes_recorded"), Figure(deaf.Json, "reflexes_counterfactual")));
        Assert.True(Figure(deaf.Json, "changed") >= Figure(deaf.Json, "episodes_changed") && Figure(deaf.Json, "episodes_changed") > 0);
        Assert.False(deaf.Json.GetProperty("first_changed").GetProperty("open_loop").GetBoolean());
        Assert.Contains("no reflex would have begun (was RiskAboveThreshold", deaf.Error, StringComparison.Ordinal);
        Assert.Contains("open loop", deaf.Error, StringComparison.Ordinal);

        var wary = RobotrlProcess.Run("replay", run.Path, "--set", "safety.risk_threshold=0.06", "--json");
        Assert.True(Figure(wary.Json, "changed") > 0, wary.Error);
        Assert.Contains("a reflex would have begun", wary.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tighter_limit_would_have_acted()
    {
        var result = RobotrlProcess.Run("replay", recorded.Run.Path, "--set",
            "robot.limits.workspace={min_m: [0.475, -0.025, 0.225], max_m: [0.525, 0.025, 0.275]}", "--json");
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.True(Figure(result.Json, "changed") > 0, result.Error);
        Assert.Contains("would have been limited by Workspace", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_policy_that_sees_images_decides_the_same()
    {
        var trained = RobotrlProcess.Run(Training.SmallWithImages(_folder["images"], 30, "--set", "learner.start_after=10"));
        Assert.True(trained.ExitCode == 0, trained.Error);
        var result = RobotrlProcess.Run("replay", _folder["images"], "--json");
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.True(Figure(result.Json, "policy_versions") > 0 && Figure(result.Json, "identical") > 30);
    }

    private static void Refused(RobotrlResult result, string naming)
    {
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(naming, Assert.Single(result.ErrorLines), StringComparison.Ordinal);
    }

    private static int Figure(JsonElement json, string name) => json.GetProperty(name).GetInt32();

    [Fact]
    public void Ages_are_read_as_they_were_written_and_traces_of_before_them_are_still_read()
    {
        var run = recorded.Run;
        var trace = TraceMessages.Read(EpisodeTraces.Read(run.At("episodes", run.EpisodeFiles[0]))[0].Span);
        Assert.Equal(trace.Rows, trace.NextRows);
        var message = new TraceMessages().Write(trace with { NextRows = 1, Ages = new(1_000_000, [2_000_000, 3_000_000], 70, 4_000_000_000) }).ToArray();
        var read = TraceMessages.Read(message);
        Assert.Equal((1, 1_000_000, 70, 4_000_000_000), (read.NextRows, read.Ages!.StateNs, read.Ages.WeightsVersion, read.Ages.WeightsNs));
        Assert.Equal([2_000_000, 3_000_000], read.Ages.ImagesNs);

        var definition = TraceMessages.Format.Definition;
        var beforeOther = Without(definition, "# In a cell with two arms", "uint8[] other\n");
        Assert.True(TraceMessages.Reads(definition) && TraceMessages.Reads(beforeOther));
        Assert.True(TraceMessages.Reads(Without(beforeOther, "# Rows up to", "int64 weights_age_ns\n")));
        Assert.False(TraceMessages.Reads(definition + "# more\n"));
        Assert.Equal(70, TraceMessages.Read(message.AsSpan()[..^4]).Ages!.WeightsVersion);
        // Five words and a sequence of two at the end, the first of them padded to its place, and the count of what is told of no other arm.
        int[] ends = [56, 60];
        Assert.Contains(ends, end => IsOfBefore(message[..^end]));

        static string Without(string text, string from, string to)
        {
            var begin = text.IndexOf(from, StringComparison.Ordinal);
            return text.Remove(begin, text.IndexOf(to, StringComparison.Ordinal) + to.Length - begin);
        }

        bool IsOfBefore(byte[] shortened)
        {
            try
            {
                return TraceMessages.Read(shortened) is { Ages: null } old && old.NextRows == old.Rows && old.ExecutedRows == trace.ExecutedRows;
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                return false;
            }
        }
    }

    /// <summary>Writes a file anew with the trace of one step altered.</summary>
    private static void Alter(string path, int step, Action<DecisionTrace> alter)
    {
        using (var from = McapReader.Open(path))
        using (var to = new McapWriter(File.Create(path + ".new"), new McapWriterOptions { Profile = "ros2" }))
        {
            foreach (var metadata in from.Metadata()) to.Write(metadata);
            var schemas = from.Schemas.Values.OrderBy(s => s.Id).ToDictionary(s => s.Id, s => to.AddSchema(s.Name, s.Encoding, s.Data.Span));
            var channels = from.Channels.Values.OrderBy(c => c.Id).ToDictionary(c => c.Id, c => to.AddChannel(c.Topic, c.MessageEncoding, schemas[c.SchemaId]));
            foreach (var message in from.Messages())
            {
                var data = message.Data.ToArray();
                if (message.Channel.Topic == "/control/trace" && TraceMessages.Read(data) is { } trace && trace.Step == step)
                {
                    alter(trace);
                    data = new TraceMessages().Write(trace).ToArray();
                }
                to.Write(channels[message.Channel.Id], message.LogTime, message.PublishTime, data, message.Sequence);
            }
            to.Complete();
        }
        File.Move(path + ".new", path, overwrite: true);
    }
}
