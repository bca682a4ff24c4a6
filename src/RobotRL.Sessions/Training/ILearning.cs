using RobotRL.Model;
using RobotRL.Policy;

namespace RobotRL.Sessions.Training;

/// <summary>
/// Whoever learns, as the session that acts sees it: in turn with it, on a thread beside it, or in a process of its own. For the actor's thread.
/// </summary>
internal interface ILearning : IDisposable
{
    /// <summary>Where the newest weights are found.</summary>
    WeightExchange Weights { get; }

    /// <summary>Learner steps done, pretraining excluded.</summary>
    long Steps { get; }

    /// <summary>Whether somebody learns, or gets ready to.</summary>
    bool IsThere => true;

    /// <summary>A step that is on disk may be learned from.</summary>
    void Add(EpisodeKind kind, Transition transition);

    /// <summary>The demonstrations are there: starts, and returns when acting may begin.</summary>
    /// <param name="envSteps">Environment steps taken so far.</param>
    /// <param name="pretraining">Told now and then how many pretraining steps are done.</param>
    void Begin(long envSteps, Action<long> pretraining, CancellationToken cancel);

    /// <summary>An environment step was taken and added.</summary>
    void Stepped();

    /// <summary>Returns when the next environment step may be taken.</summary>
    /// <exception cref="OperationCanceledException">Cancelled while it had to wait.</exception>
    /// <exception cref="InvalidOperationException">The learner failed.</exception>
    void Await(CancellationToken cancel);

    /// <summary>Stops learning. Call it also after a failure.</summary>
    /// <exception cref="InvalidOperationException">The learner had failed.</exception>
    void End();

    /// <summary>Leaves a checkpoint of where it stopped.</summary>
    void Save();
}

/// <summary>The learner's process is gone and starting it again does not help.</summary>
internal sealed class LearnerLostException(string message) : Exception(message);
