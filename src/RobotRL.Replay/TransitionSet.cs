using RobotRL.Model;

namespace RobotRL.Replay;

/// <summary>A transition as an index: both of its observations by name, so that no neighbour in memory can be mistaken for its successor.</summary>
internal struct StoredTransition
{
    public int Frame;
    public int NextFrame;
    public PolicyAction Action;
    public float Reward;

    /// <summary>How many grippers were reversed.</summary>
    public byte GripperChanged;
    public bool Terminated;

    /// <summary>A human drove, and the motion is that human's.</summary>
    public bool Shown;
}

/// <summary>A drawn transition and where its two frames lie, held until they are copied.</summary>
internal readonly struct Pick(in StoredTransition transition, nint frame, nint nextFrame)
{
    public readonly StoredTransition Transition = transition;
    public readonly nint Frame = frame, NextFrame = nextFrame;
}

/// <summary>The newest transitions of one kind, oldest first: a ring over frames that it holds in the shared store. Runs under the owner's lock.</summary>
internal sealed class TransitionSet(FrameStore frames, int capacity)
{
    private readonly StoredTransition[] _ring = new StoredTransition[capacity];
    private int _oldest;

    public int Count { get; private set; }

    /// <summary>By age, oldest first: what is drawn depends on the order of insertion alone, never on where frames lie.</summary>
    public ref readonly StoredTransition this[int age] => ref _ring[(int)(((long)_oldest + age) % _ring.Length)];

    public void Add(in StoredTransition transition)
    {
        if (Count == _ring.Length)
        {
            ref readonly var evicted = ref this[0];
            frames.Release(evicted.Frame);
            frames.Release(evicted.NextFrame);
            _oldest = (_oldest + 1) % _ring.Length;
            Count--;
        }
        frames.Retain(transition.Frame);
        frames.Retain(transition.NextFrame);
        _ring[(int)(((long)_oldest + Count) % _ring.Length)] = transition;
        Count++;
    }
}
