using RobotRL.Model;

namespace RobotRL.Replay;

/// <summary>
/// Host memory of one sampled batch, allocated once and refilled by each <see cref="IBatchSource.Sample"/>. Row b of every array is one
/// transition; arrays are row-major and hold nothing else.
/// </summary>
public sealed class Batch
{
    /// <param name="size">B, number of transitions.</param>
    /// <param name="proprioception">P, length of the proprioceptive vector.</param>
    /// <param name="actionDimensions">A, active axes of the action space.</param>
    /// <param name="imageShapes">The policy's image of each camera, in the task's camera order.</param>
    public Batch(int size, int proprioception, int actionDimensions, IReadOnlyList<ImageShape> imageShapes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(actionDimensions);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(proprioception);
        Size = size;
        ProprioceptionSize = proprioception;
        ActionDimensions = actionDimensions;
        ImageShapes = [.. imageShapes];
        Proprioception = new float[size * proprioception];
        NextProprioception = new float[size * proprioception];
        Images = [.. ImageShapes.Select(s => new byte[size * s.Bytes])];
        NextImages = [.. ImageShapes.Select(s => new byte[size * s.Bytes])];
        Actions = new float[size * actionDimensions];
        Gripper = new int[size];
        GripperChanged = new float[size];
        Rewards = new float[size];
        Terminated = new float[size];
        Shown = new float[size];
    }

    public int Size { get; }
    public int ActionDimensions { get; }

    /// <summary>P, length of the proprioceptive vector.</summary>
    public int ProprioceptionSize { get; }

    public IReadOnlyList<ImageShape> ImageShapes { get; }

    /// <summary>s: [B, P].</summary>
    public float[] Proprioception { get; }

    /// <summary>s′: [B, P].</summary>
    public float[] NextProprioception { get; }

    /// <summary>s, one array a camera: [B, height, width, channels] uint8 as stored, without augmentation.</summary>
    public IReadOnlyList<byte[]> Images { get; }

    /// <summary>s′, one array a camera: [B, height, width, channels].</summary>
    public IReadOnlyList<byte[]> NextImages { get; }

    /// <summary>Executed actions on the active axes: [B, A].</summary>
    public float[] Actions { get; }

    /// <summary>Executed command of the grippers, as <see cref="ActionLayout.GripperChoiceOf"/> numbers them: of one 0 close, 1 stay, 2 open.</summary>
    public int[] Gripper { get; }

    /// <summary>How many grippers the executed command had do the reverse of what they did: close after open, or open after close.</summary>
    public float[] GripperChanged { get; }

    /// <summary>r of the task, without the gripper penalty.</summary>
    public float[] Rewards { get; }

    /// <summary>1 where the task ended and nothing is left to bootstrap from. A time-out is not an end: it stays 0.</summary>
    public float[] Terminated { get; }

    /// <summary>1 where a human drove and the motion shows what to do. Cloning copies these rows.</summary>
    public float[] Shown { get; }
}

/// <summary>Where a learner's batches come from: a buffer, or a mixture of buffers with its own seeded generator.</summary>
public interface IBatchSource
{
    /// <summary>Fills every row of <paramref name="batch"/>. Not for use by two threads at once.</summary>
    void Sample(Batch batch);
}
