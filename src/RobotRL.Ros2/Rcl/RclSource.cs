namespace RobotRL.Ros2.Rcl;

/// <summary>Something that rcl waits for. All but <see cref="AddTo"/>'s caller is one thread: that of the transport.</summary>
internal abstract unsafe class RclSource
{
    private readonly TaskCompletionSource _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Whether nobody wants it any more.</summary>
    public bool IsLeaving { get; private set; }

    public abstract void AddTo(RclNative.WaitSet* set);

    /// <summary>Whether the wait found something to take.</summary>
    public abstract bool IsReady(RclNative.WaitSet* set);

    /// <summary>Hands on all that has come.</summary>
    public abstract void Take();

    /// <summary>The transport's thread does not know it any more.</summary>
    public void Finish()
    {
        Destroy();
        _finished.SetResult();
    }

    /// <summary>From any thread.</summary>
    protected void Leave(RclTransport transport)
    {
        if (IsLeaving) return;
        IsLeaving = true;
        transport.Remove(this, _finished.Task);
    }

    protected abstract void Destroy();
}
