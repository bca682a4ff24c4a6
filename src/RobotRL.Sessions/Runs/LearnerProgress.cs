using System.IO.MemoryMappedFiles;
using RobotRL.Model;

namespace RobotRL.Sessions.Runs;

/// <summary>What a learner's process is at.</summary>
internal enum LearnerPhase
{
    /// <summary>Not there yet, or gone.</summary>
    Absent,
    Starting,

    /// <summary>The demonstrations are not all recorded.</summary>
    Waiting,
    Pretraining,
    Learning,
}

/// <summary>
/// Where a learner's process stands, for the actor's: a few numbers in memory that both map, step by step and without a system call. Each number is
/// written whole; they need not agree with each other. Left behind by a kill they are old, which only makes the actor wait.
/// </summary>
internal sealed class LearnerProgress : IDisposable
{
    private const int Bytes = 64, StateAt = 0, StepsAt = 8, PretrainedAt = 16, TransitionsAt = 24;
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;

    public LearnerProgress(RunDirectory run)
    {
        var stream = RunFile.Open(Path.Combine(run.Path, "learner.progress"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite);
        if (stream.Length < Bytes) stream.SetLength(Bytes);
        _file = MemoryMappedFile.CreateFromFile(stream, null, Bytes, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: false);
        _view = _file.CreateViewAccessor(0, Bytes);
    }

    public LearnerPhase State
    {
        get => (LearnerPhase)_view.ReadInt64(StateAt);
        set => _view.Write(StateAt, (long)value);
    }

    /// <summary>Learner steps done, pretraining excluded.</summary>
    public long Steps
    {
        get => _view.ReadInt64(StepsAt);
        set => _view.Write(StepsAt, value);
    }

    public long PretrainedSteps
    {
        get => _view.ReadInt64(PretrainedAt);
        set => _view.Write(PretrainedAt, value);
    }

    /// <summary>Transitions that the learner took from the store.</summary>
    public long Transitions
    {
        get => _view.ReadInt64(TransitionsAt);
        set => _view.Write(TransitionsAt, value);
    }

    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }
}
