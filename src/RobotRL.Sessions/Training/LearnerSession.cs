using System.Diagnostics;
using RobotRL.Configuration;
using RobotRL.Learning;
using RobotRL.Policy;
using RobotRL.Sessions.Acting;
using RobotRL.Sessions.Auditing;
using RobotRL.Sessions.Runs;

namespace RobotRL.Sessions.Training;

/// <summary>How learning went: the object that <c>learner --json</c> prints.</summary>
public sealed record LearnerResult(long LearnerSteps, long EnvSteps, long Transitions, double WallS, string Run);

/// <summary>
/// Learning in a process of its own: follows the run's episodes, learns at the ratio that the store's own count allows, publishes weights as files.
/// One thread learns; this one reads the store and says where things stand.
/// </summary>
public sealed class LearnerSession(RunDirectory run, RunConfiguration configuration, PolicyAudit audit, MetricsLog metrics, Action<string> log)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(5);
    private readonly Stopwatch _wall = Stopwatch.StartNew();

    public LearnerResult Run(CancellationToken cancel)
    {
        using var progress = new LearnerProgress(run) { State = LearnerPhase.Starting };
        using var local = new LocalLearner(run, configuration, log);
        using var intake = new StoreIntake(run.Episodes, local.Buffer);
        intake.Take(() => { });
        var governor = local.Governor(intake.EnvSteps);
        var files = new WeightFiles(run.Weights);
        var loop = local.Loop(governor, report =>
        {
            metrics.Write(report, _wall.Elapsed.TotalSeconds);
            files.Write(local.Weights.Latest!);
            audit.Published(local.Weights.Latest!, Lineage());
        });
        local.Saved = checkpoint => audit.Kept(checkpoint, Lineage());
        PolicyLineage Lineage() => new(
            local.GoesOnFrom, null, intake.EnvSteps, intake.Demonstrations, null, null,
            run.Identity.Seed, RunIdentity.CurrentCodeVersion, run.Identity.ConfigHash);
        void Tell(LearnerPhase state) => (progress.Steps, progress.PretrainedSteps, progress.Transitions, progress.State) =
            (local.Learner.Steps, local.Learner.PretrainedSteps, intake.Transitions, state);

        log($"{local.GoesOnFrom ?? "a fresh learner"}, {intake.Transitions} transitions from {intake.Demonstrations} demonstrations "
            + $"and {intake.EnvSteps} environment steps");
        for (;
            !cancel.IsCancellationRequested && intake.EnvSteps == 0 && intake.Demonstrations < configuration.Operator.Demonstrations;
            cancel.WaitHandle.WaitOne(LookEvery))
        {
            intake.Take(governor.EnvironmentStepped);
            Tell(LearnerPhase.Waiting);
        }
        if (!local.Pretrains) files.Write(local.Weights.Latest!);

        Exception? failure = null;
        var learning = new Thread(() =>
        {
            try
            {
                loop.Run(cancel);
            }
            catch (OperationCanceledException)
            {
                // Asked to stop: no failure.
            }
            catch (Exception e)
            {
                failure = e;
            }
        })
        { Name = "learner" };
        learning.Start();
        try
        {
            while (learning.IsAlive && !cancel.IsCancellationRequested)
            {
                if (!intake.Take(governor.EnvironmentStepped)) cancel.WaitHandle.WaitOne(LookEvery);
                Tell(local.Pretrains ? LearnerPhase.Pretraining : LearnerPhase.Learning);
            }
        }
        finally
        {
            governor.Complete();
            learning.Join();
        }
        try
        {
            if (failure is null) local.Save();
        }
        catch (LearningDivergedException e)
        {
            failure = e;
        }
        if (failure is LearningDivergedException) throw new SafeStopException(failure.Message + " The newest checkpoint and all episodes are kept");
        if (DiskFault.In(failure) is { } disk) throw new SafeStopException($"Learning ended: {DiskFault.Text(disk)}");
        if (failure is not null) throw new InvalidOperationException("The learner failed: " + failure.Message, failure);
        files.Write(local.Learner.Snapshot());
        Tell(LearnerPhase.Absent);
        return new(local.Learner.Steps, intake.EnvSteps, intake.Transitions, _wall.Elapsed.TotalSeconds, run.Path);
    }
}
