using System.Diagnostics;
using RobotRL.Learning;
using RobotRL.Model;
using RobotRL.Policy;
using RobotRL.Sessions.Processes;
using RobotRL.Sessions.Runs;

namespace RobotRL.Sessions.Training;

/// <summary>
/// Learning in another process, which reads the episodes from the disk and leaves its weights there. Either process may be killed and come back:
/// the learner from its checkpoint and the store, the actor from the store. Started here and kept alive, or by whoever else.
/// </summary>
internal sealed class LearningProcess(RunDirectory run, LearnerParameters parameters, bool starts, IReadOnlyList<int> cpus, Action<string> log) : ILearning
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(2), WeightsEvery = TimeSpan.FromMilliseconds(100),
        EndsWithin = TimeSpan.FromMinutes(2);

    private readonly LearnerProgress _progress = new(run);
    private readonly WeightFiles _files = new(run.Weights);
    private readonly CancellationTokenSource _stop = new();
    private UtdGovernor? _governor;
    private Thread? _follower;
    private Process? _process;

    public WeightExchange Weights { get; } = new();

    public long Steps => _progress.Steps;

    public bool IsThere => _progress.State != LearnerPhase.Absent;

    /// <summary>The learner reads the store itself.</summary>
    public void Add(EpisodeKind kind, Transition transition) { }

    public void Begin(long envSteps, Action<long> pretraining, CancellationToken cancel)
    {
        // What a killed learner left says nothing about the next one.
        using (var none = RunLock.Learning(run))
            if (none is not null) _progress.State = LearnerPhase.Absent;
        for (; _progress.State != LearnerPhase.Learning || _files.Read() is null; cancel.WaitHandle.WaitOne(50))
        {
            cancel.ThrowIfCancellationRequested();
            KeepAlive();
            pretraining(_progress.PretrainedSteps);
        }
        _governor = new UtdGovernor(parameters, envSteps, _progress.Steps);
        Weights.Publish(_files.Read() ?? throw new LearnerLostException($"{run.Weights}: the learner's weights are gone"));
        _follower = new Thread(Follow) { Name = "weights", IsBackground = true };
        _follower.Start();
    }

    public void Stepped() => _governor!.EnvironmentStepped();

    public void Await(CancellationToken cancel)
    {
        for (_governor!.LearnerAt(_progress.Steps); !_governor.ActorMayGo; _governor.LearnerAt(_progress.Steps))
        {
            KeepAlive();
            cancel.WaitHandle.WaitOne(LookEvery);
            cancel.ThrowIfCancellationRequested();
        }
    }

    public void End()
    {
        _stop.Cancel();
        _follower?.Join();
        if (_process is null || _process.HasExited) return;
        _process.StandardInput.Close();
        if (_process.WaitForExit(EndsWithin)) return;
        log("the learner did not stop in time and is ended");
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>The learner left its checkpoint when it was asked to stop.</summary>
    public void Save() { }

    public void Dispose()
    {
        End();
        _process?.Dispose();
        _progress.Dispose();
        _stop.Dispose();
    }

    /// <summary>A learner that was killed is started again; one that failed would fail again.</summary>
    private void KeepAlive()
    {
        if (!starts || _process is { HasExited: false }) return;
        if (_process is { ExitCode: ExitCode.Fault or ExitCode.BadInput }) throw new LearnerLostException("The learner's process failed, see above; the " +
            "newest checkpoint and all episodes are kept");
        if (_process is not null) log($"the learner's process ended with code {_process.ExitCode}: it is started again");
        _process?.Dispose();
        var start = ThisProgram.With(["learner", run.Path, "--until-stdin-ends"]);
        start.RedirectStandardInput = true;
        _process = Placement.Start(cpus, () => Process.Start(start)!);
    }

    private void Follow()
    {
        var refused = "";
        while (!_stop.Token.WaitHandle.WaitOne(WeightsEvery))
            try
            {
                if (_files.Read(Weights.Latest!.Version) is { } newer) Weights.Publish(newer);
            }
            catch (InvalidDataException e)
            {
                // The ones in use stay, and what is wrong with the others is said once.
                if (e.Message != refused) log($"weights refused: {refused = e.Message}");
            }
    }
}
