using RobotRL.Model;

namespace RobotRL.Replay;

/// <summary>Which transitions a draw comes from.</summary>
public enum ReplaySet
{
    /// <summary>Every transition of online episodes, whoever drove.</summary>
    Online,

    /// <summary>
    /// What a human showed: demonstrations, and the steps of online episodes during which a human drove. Not where the robot was being stopped, and not
    /// the first step after a human took over where a limit altered it: what was executed there is not the human's choice.
    /// </summary>
    Demonstration,
}

/// <summary>
/// Experience for learning: two sets of transitions over one store of observations. Each observation is stored once, whether it ends one
/// transition and begins the next, or is in both sets. A transition names both of its observations, so an intervention gap, the end of an
/// episode or an overwritten neighbour cannot pair a frame with the wrong successor. One thread adds while another draws.
/// </summary>
public sealed unsafe class ReplayBuffer : IDisposable
{
    private readonly Lock _gate = new();
    private readonly FrameStore _frames;
    private readonly TransitionSet _online, _demonstrations;

    // The end of the transition that was added last: the next one most often begins there. The writer holds that frame.
    private Observation? _tip;
    private int _tipFrame;
    private Grips _grips;
    private bool _humanDrove;

    /// <param name="layout">Shape of every observation.</param>
    /// <param name="actions">The part of an executed action that a batch holds.</param>
    /// <param name="onlineCapacity">Transitions in the online set; the oldest make way.</param>
    /// <param name="demonstrationCapacity">Transitions in the demonstration set; the oldest make way.</param>
    public ReplayBuffer(FrameLayout layout, ActionLayout actions, int onlineCapacity, int demonstrationCapacity)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(onlineCapacity);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(demonstrationCapacity);
        Layout = layout;
        Actions = actions;
        _frames = new FrameStore(layout);
        _online = new TransitionSet(_frames, onlineCapacity);
        _demonstrations = new TransitionSet(_frames, demonstrationCapacity);
    }

    public FrameLayout Layout { get; }
    public ActionLayout Actions { get; }

    /// <summary>Added to the reward of a proposal that a reflex replaced, ≤ 0.</summary>
    public float ReflexPenalty { get; init; }

    /// <summary>Transitions added since the start, evicted ones included; evaluation, and what must not be learned from, excluded.</summary>
    public long Added { get; private set; }

    /// <summary>Transitions in one set.</summary>
    public int Count(ReplaySet set)
    {
        lock (_gate) return Set(set).Count;
    }

    /// <summary>Memory of one transition whose first observation is shared with its predecessor: the frame and the index entry.</summary>
    public int BytesPerTransition => _frames.FrameBytes + sizeof(StoredTransition);

    /// <summary>Observations stored at present.</summary>
    public int FramesHeld
    {
        get { lock (_gate) return _frames.Held; }
    }

    /// <summary>Stores one step. Of an episode's consecutive steps, each observation is the very object that was the previous step's next one.</summary>
    /// <exception cref="ArgumentException">The observation has another shape than the buffer.</exception>
    public void Add(EpisodeKind kind, Transition transition)
    {
        if (kind == EpisodeKind.Evaluation || !transition.IsLearnable) return;
        Layout.Check(transition.Observation);
        Layout.Check(transition.Next);

        var continues = ReferenceEquals(transition.Observation, _tip);
        if (!continues)
        {
            Forget();
            (_grips, _humanDrove) = (default, kind == EpisodeKind.Demonstration || transition.IsIntervention);
        }
        Tell(transition.Grips);
        var first = continues ? _tipFrame : Store(transition.Observation);
        var next = Store(transition.Next);

        var action = transition.Action;
        // After a takeover the arm may still be turned around: where a limit does that, what was executed is not what the human asked for.
        var shown = transition.IsIntervention && !transition.IsStopping && (_humanDrove || action.Executed == action.Proposed);
        _humanDrove = transition.IsIntervention;
        var executed = new StoredTransition
        {
            Frame = first,
            NextFrame = next,
            Action = action.Executed,
            Reward = transition.Reward,
            GripperChanged = Changes(action.Executed),
            Terminated = transition.Terminated,
            Shown = shown,
        };
        var proposed = executed with { Action = action.Proposed, Reward = transition.Reward + ReflexPenalty, GripperChanged = Changes(action.Proposed) };
        Tell(GripsOf(action.Executed));

        lock (_gate)
        {
            if (kind == EpisodeKind.Online)
            {
                _online.Add(executed);
                if (IsReplaced(action)) _online.Add(proposed);
            }
            if (kind == EpisodeKind.Demonstration ? !transition.IsStopping : shown) _demonstrations.Add(executed);
            _frames.Release(first);
        }
        (_tip, _tipFrame) = (transition.Next, next);
        Added++;
    }

    public void Dispose() => _frames.Dispose();

    /// <summary>
    /// Fills a batch: its first rows from the demonstration set, the others from the online set, uniformly and with replacement.
    /// The lock is held while transitions are picked, not while their frames are copied, so that whoever adds never waits for a batch.
    /// </summary>
    internal void Draw(Batch batch, Span<Pick> picks, double demonstrationShare, RandomStream random)
    {
        lock (_gate)
        {
            var fromDemonstrations = Rows(batch.Size, demonstrationShare);
            for (var row = 0; row < picks.Length; row++)
            {
                var set = row < fromDemonstrations ? _demonstrations : _online;
                var transition = set[random.Next(set.Count)];
                _frames.Retain(transition.Frame);
                _frames.Retain(transition.NextFrame);
                picks[row] = new Pick(transition, (nint)_frames.Address(transition.Frame), (nint)_frames.Address(transition.NextFrame));
            }
        }
        for (var row = 0; row < picks.Length; row++) Copy(picks[row], batch, row);
        lock (_gate)
        {
            foreach (ref readonly var pick in picks)
            {
                _frames.Release(pick.Transition.Frame);
                _frames.Release(pick.Transition.NextFrame);
            }
        }
    }

    private TransitionSet Set(ReplaySet set) => set == ReplaySet.Online ? _online : _demonstrations;

    /// <summary>Rows from demonstrations: the exact share, or all or nothing where one of the sets is empty.</summary>
    private int Rows(int size, double demonstrationShare)
    {
        if (_demonstrations.Count == 0 && _online.Count == 0)
            throw new InvalidOperationException("There is nothing to sample yet: the replay buffer is empty.");
        if (_demonstrations.Count == 0) return 0;
        return _online.Count == 0 ? size : (int)Math.Round(size * demonstrationShare);
    }

    private void Copy(in Pick pick, Batch batch, int row)
    {
        CopyFrame((byte*)pick.Frame, batch.Proprioception, batch.Images, row);
        CopyFrame((byte*)pick.NextFrame, batch.NextProprioception, batch.NextImages, row);
        ref readonly var transition = ref pick.Transition;
        Actions.Pack(transition.Action, batch.Actions.AsSpan(row * batch.ActionDimensions, batch.ActionDimensions));
        batch.Gripper[row] = Actions.GripperChoiceOf(transition.Action);
        batch.GripperChanged[row] = transition.GripperChanged;
        batch.Rewards[row] = transition.Reward;
        batch.Terminated[row] = transition.Terminated ? 1 : 0;
        batch.Shown[row] = transition.Shown ? 1 : 0;
    }

    private void CopyFrame(byte* frame, float[] proprioception, IReadOnlyList<byte[]> images, int row)
    {
        new ReadOnlySpan<float>(frame, Layout.Proprioception).CopyTo(proprioception.AsSpan(row * Layout.Proprioception));
        frame += Layout.ProprioceptionBytes;
        for (var camera = 0; camera < images.Count; camera++)
        {
            var bytes = Layout.ImageBytes(camera);
            new ReadOnlySpan<byte>(frame, bytes).CopyTo(images[camera].AsSpan(row * bytes, bytes));
            frame += bytes;
        }
    }

    private int Store(Observation observation)
    {
        int frame;
        byte* address;
        lock (_gate)
        {
            frame = _frames.Take();
            address = _frames.Address(frame);
        }
        _frames.Write(address, observation);
        return frame;
    }

    private void Forget()
    {
        if (_tip is null) return;
        lock (_gate) _frames.Release(_tipFrame);
        _tip = null;
    }

    /// <summary>
    /// Whether a reflex had something else done than the policy proposed. To the policy the reflex is a part of the world: proposing that, here, leads to what
    /// came of it, and unless it learns so, nothing tells it that a proposal which is always replaced leads nowhere.
    /// </summary>
    private static bool IsReplaced(in ExecutedAction action) =>
        action.Source == ActionSource.Policy && (action.Limits & LimitFlags.Critic) != 0 && action.Proposed != action.Executed;

    /// <summary>How many grippers a command reverses. Where nobody told one anything yet, nothing is known to be reversed.</summary>
    private byte Changes(in PolicyAction commanded)
    {
        byte changes = 0;
        for (var arm = 0; arm < Actions.Arms.Count; arm++)
            if (commanded[arm].Gripper != GripperCommand.Stay && _grips[arm] != GripperCommand.Stay && commanded[arm].Gripper != _grips[arm]) changes++;
        return changes;
    }

    private static Grips GripsOf(in PolicyAction action)
    {
        Grips grips = default;
        for (var arm = 0; arm < PolicyAction.MostArms; arm++) grips[arm] = action[arm].Gripper;
        return grips;
    }

    private void Tell(in Grips told)
    {
        for (var arm = 0; arm < PolicyAction.MostArms; arm++)
            if (told[arm] != GripperCommand.Stay) _grips[arm] = told[arm];
    }
}
