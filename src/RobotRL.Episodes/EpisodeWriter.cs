using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using RobotRL.Mcap;
using RobotRL.Model;

namespace RobotRL.Episodes;

/// <summary>The message type of an episode's traces, which whoever records them defines.</summary>
/// <param name="Type">Such as <c>robotrl_msgs/msg/DecisionTrace</c>.</param>
/// <param name="Definition">In ROS 2 notation.</param>
public sealed record TraceFormat(string Type, string Definition)
{
    internal const string Topic = "/control/trace";

    /// <summary>One an arm: the first has the plain topic, whatever its name.</summary>
    internal static IEnumerable<string> TopicsOf(IReadOnlyList<string> arms) => arms.Skip(1).Select(arm => $"{Topic}/{arm}").Prepend(Topic);
}

/// <summary>
/// Writes one episode as it runs, in MCAP by the ROS 2 profile. Each step is a chunk of its own, handed to the operating system before
/// <see cref="Append"/> returns: a process that is killed loses at most the step in flight. Forcing it to the disk follows in the background,
/// so that a power cut loses little more. For one thread.
/// </summary>
public sealed class EpisodeWriter : IDisposable
{
    internal const string OutcomeRecordName = "robotrl.outcome", StoppedArmKey = "stopped_arm";

    private readonly string _finalPath;
    private readonly FileStream _file;
    private readonly StepFlush _flush;
    private readonly McapWriter _mcap;
    private readonly RosMessages _messages;
    private readonly McapChannel _proprioception, _decisions;
    private readonly McapChannel[] _images;
    private readonly McapChannel[] _traces;
    private Observation? _last;
    private bool _completed;

    internal EpisodeWriter(EpisodeInfo info, string activePath, string finalPath, TimeSpan flushEvery, TraceFormat? traces = null)
    {
        Info = info;
        ActivePath = activePath;
        _finalPath = finalPath;
        _messages = new RosMessages(info.WallClockOffsetNs, info.Arms, info.HasWrench);
        // No buffer of its own: every chunk is written at once.
        _file = RunFile.Open(activePath, FileMode.CreateNew, FileAccess.Write, bufferSize: 0);
        _flush = new StepFlush(_file.SafeFileHandle, flushEvery);
        _mcap = new McapWriter(_file, new McapWriterOptions { Profile = "ros2", Library = "RobotRL", ChunkBytes = int.MaxValue });
        _mcap.Write(info.ToMetadata());
        var image = info.Cameras.Count == 0 ? null : Schema(RosMessages.ImageType, RosMessages.ImageDefinition);
        _images = [.. info.Cameras.Select(camera => _mcap.AddChannel(RosMessages.ImageTopicPrefix + camera, "cdr", image))];
        _proprioception = _mcap.AddChannel(RosMessages.ProprioceptionTopic, "cdr",
            Schema(RosMessages.ProprioceptionType, RosMessages.ProprioceptionDefinition));
        _decisions = _mcap.AddChannel(RosMessages.DecisionTopic, "cdr",
            Schema(RosMessages.DecisionType, RosMessages.DefinitionOfDecision(info.HasWrench)));
        var trace = traces is null ? null : Schema(traces.Type, traces.Definition);
        _traces = trace is null ? [] : [.. TraceFormat.TopicsOf(info.Arms).Select(topic => _mcap.AddChannel(topic, "cdr", trace))];
        _mcap.Flush();
    }

    public EpisodeInfo Info { get; }

    /// <summary>Steps so far.</summary>
    public int Steps { get; private set; }

    internal string ActivePath { get; }

    /// <summary>Adds a step.</summary>
    /// <param name="transition">What happened.</param>
    /// <param name="policyVersion">Which weights the policy had.</param>
    /// <param name="traces">The step's traces, an arm each, as the episode's format has them; none for an episode without.</param>
    /// <exception cref="ArgumentException">The step does not begin with the very observation that the one before ended with.</exception>
    /// <exception cref="IOException">The step cannot be written, or an earlier one could not be forced to the disk.</exception>
    public void Append(Transition transition, long policyVersion, params ReadOnlySpan<ReadOnlyMemory<byte>> traces)
    {
        if (traces.Length != _traces.Length)
            throw new ArgumentException("Each step of a traced episode has a trace of every arm, and no step of another one.", nameof(traces));
        if (_last is null) Write(transition.Observation);
        else if (!ReferenceEquals(_last, transition.Observation))
            throw new ArgumentException("A step of an episode begins with the observation that the step before ended with.", nameof(transition));

        // The trace stands ahead of its step in the chunk: a torn file that has the step has its trace too.
        for (var arm = 0; arm < traces.Length; arm++)
            _mcap.Write(_traces[arm], _messages.Time(transition.Next.Time), _messages.Time(transition.Observation.Time), traces[arm].Span);
        var decision = new Decision(
            Time: transition.Observation.Time, Step: Steps, Action: transition.Action, Reward: transition.Reward,
            Terminated: transition.Terminated, Truncated: transition.Truncated, PolicyVersion: policyVersion,
            Stop: transition.Stop, Grips: transition.Grips);
        _mcap.Write(_decisions, _messages.Time(transition.Next.Time), _messages.Time(transition.Observation.Time), _messages.Write(decision));
        Write(transition.Next);
        _mcap.Flush();
        _flush.Written();
        _last = transition.Next;
        Steps++;
    }

    /// <summary>Finishes the file, forces it to the disk and gives it its lasting name. An episode without a step leaves no file.</summary>
    /// <param name="outcome">How it went.</param>
    /// <param name="stoppedArm">The arm whose stop ended it; empty where it is every arm's own, or there was none.</param>
    public void Complete(EpisodeOutcome outcome, string stoppedArm = "")
    {
        ObjectDisposedException.ThrowIf(_completed, this);
        _completed = true;
        if (Steps == 0)
        {
            _mcap.Dispose();
            File.Delete(ActivePath);
            return;
        }
        var facts = ImmutableSortedDictionary<string, string>.Empty
            .Add("outcome", outcome.ToString()).Add("steps", Steps.ToString(CultureInfo.InvariantCulture));
        _mcap.Write(new McapMetadata(OutcomeRecordName, stoppedArm.Length == 0 ? facts : facts.Add(StoppedArmKey, stoppedArm)));
        _mcap.Complete();
        _flush.Finish();
        _mcap.Dispose();
        File.Move(ActivePath, _finalPath, overwrite: true);
    }

    /// <summary>Lets go of the file. One that was not completed keeps its name, for <see cref="EpisodeStore.Open"/> to recover.</summary>
    public void Dispose() => _mcap.Dispose();

    private void Write(Observation observation)
    {
        if (observation.Images.Count != _images.Length)
            throw new ArgumentException($"The observation holds {observation.Images.Count} images; "
                + $"the episode has {_images.Length} cameras.", nameof(observation));
        var time = _messages.Time(observation.Time);
        for (var i = 0; i < _images.Length; i++)
            _mcap.Write(_images[i], time, _messages.Time(observation.Images[i].CaptureTime), _messages.Write(observation.Images[i], Info.Cameras[i]));
        _mcap.Write(_proprioception, time, time, _messages.WriteProprioception(observation));
    }

    private McapSchema Schema(string type, string definition) => _mcap.AddSchema(type, "ros2msg", Encoding.UTF8.GetBytes(definition));
}
