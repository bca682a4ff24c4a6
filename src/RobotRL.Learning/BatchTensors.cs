using System.Runtime.InteropServices;
using RobotRL.Model;
using RobotRL.Policy;
using RobotRL.Replay;
using TorchSharp;
using static TorchSharp.torch;

namespace RobotRL.Learning;

/// <summary>
/// A batch as tensors on the training device, in buffers that are allocated once. Images are cropped on the way: edge-padded and shifted by an offset drawn
/// anew for every sample, camera, observation and next observation.
/// </summary>
internal sealed class BatchTensors : IDisposable
{
    private readonly Device _device;
    private readonly Tensor[] _hostImages, _hostNextImages;

    public BatchTensors(NetworkShape shape, int size, Device device)
    {
        (_device, Size) = (device, size);
        Host = new(size, shape.Proprioception, shape.Actions, shape.ImageShapes);
        _hostImages = [.. shape.ImageShapes.Select(s => Keep(zeros(size, s.Height, s.Width, s.Channels, ScalarType.Byte)))];
        _hostNextImages = [.. shape.ImageShapes.Select(s => Keep(zeros(size, s.Height, s.Width, s.Channels, ScalarType.Byte)))];
        Proprioception = Keep(zeros(size, shape.Proprioception, device: device));
        NextProprioception = Keep(zeros(size, shape.Proprioception, device: device));
        Actions = Keep(zeros(size, shape.Actions, device: device));
        Rewards = Keep(zeros(size, device: device));
        NotTerminated = Keep(zeros(size, device: device));
        GripperChanged = Keep(zeros(size, device: device));
        Shown = Keep(zeros(size, device: device));
        Gripper = Keep(zeros(size, 1, ScalarType.Int64, device));
        Noise = Keep(zeros(size, shape.Actions, device: device));
        NextNoise = Keep(zeros(size, shape.Actions, device: device));
        _floats = new float[size * shape.Actions];
        _indices = new long[size];
    }

    private readonly float[] _floats;
    private readonly long[] _indices;

    public int Size { get; }

    /// <summary>The arrays that a batch source fills.</summary>
    public Batch Host { get; }

    public Tensor Proprioception { get; }
    public Tensor NextProprioception { get; }
    public Tensor Actions { get; }
    public Tensor Rewards { get; }

    /// <summary>1 − terminated. A time-out keeps its 1.</summary>
    public Tensor NotTerminated { get; }
    public Tensor GripperChanged { get; }

    /// <summary>1 where a human drove and the motion shows what to do.</summary>
    public Tensor Shown { get; }

    /// <summary>Index of the executed command of the grippers, [B, 1] int64.</summary>
    public Tensor Gripper { get; }

    /// <summary>Standard normals for a ~ π(s) and a′ ~ π(s′), [B, A].</summary>
    public Tensor Noise { get; }
    public Tensor NextNoise { get; }

    /// <summary>Cropped bytes on the host, [B, height, width, channels] a camera.</summary>
    public IReadOnlyList<Tensor> Images => _hostImages;
    public IReadOnlyList<Tensor> NextImages => _hostNextImages;

    /// <summary>Takes a batch over.</summary>
    /// <param name="batch">Of this one's shapes.</param>
    /// <param name="padding">Largest shift of the crops, pixels.</param>
    /// <param name="noise">Where offsets and action noise come from.</param>
    /// <param name="withImages">False where features are given and the images are not looked at.</param>
    public void Upload(Batch batch, int padding, RandomStream noise, bool withImages = true)
    {
        Check(batch);
        using var untracked = no_grad();
        using var scope = NewDisposeScope();
        Copy(batch.Proprioception, Proprioception);
        Copy(batch.NextProprioception, NextProprioception);
        Copy(batch.Actions, Actions);
        Copy(batch.Rewards, Rewards);
        Copy(batch.GripperChanged, GripperChanged);
        Copy(batch.Shown, Shown);
        Copy(batch.Terminated, NotTerminated);
        NotTerminated.neg_().PlusInPlace(1);
        for (var i = 0; i < _indices.Length; i++) _indices[i] = batch.Gripper[i];
        Gripper.copy_(tensor(_indices).view(Size, 1));
        noise.FillNormal(_floats);
        Copy(_floats, Noise);
        noise.FillNormal(_floats);
        Copy(_floats, NextNoise);
        for (var i = 0; withImages && i < _hostImages.Length; i++)
        {
            Crops.Draw(batch.Images[i], _hostImages[i].bytes, batch.ImageShapes[i], padding, noise);
            Crops.Draw(batch.NextImages[i], _hostNextImages[i].bytes, batch.ImageShapes[i], padding, noise);
        }
    }

    public void Dispose()
    {
        foreach (var t in (Tensor[])[.. _hostImages, .. _hostNextImages, Proprioception, NextProprioception, Actions, Rewards, NotTerminated,
            GripperChanged, Shown, Gripper, Noise, NextNoise])
            t.Dispose();
    }

    private void Check(Batch batch)
    {
        if (batch.Size != Size || batch.ProprioceptionSize != Host.ProprioceptionSize || batch.ActionDimensions != Host.ActionDimensions
            || !batch.ImageShapes.SequenceEqual(Host.ImageShapes))
            throw new ArgumentException($"The batch ({batch.Size} × {batch.ActionDimensions} actions, images {string.Join(",", batch.ImageShapes)}) "
                + $"does not fit the learner ({Size} × {Host.ActionDimensions}, images {string.Join(",", Host.ImageShapes)}).");
    }

    private void Copy(float[] values, Tensor target)
    {
        if (_device.type == DeviceType.CPU) values.CopyTo(MemoryMarshal.Cast<byte, float>(target.bytes));
        else target.copy_(tensor(values).view(target.shape));
    }

    private static Tensor Keep(Tensor tensor) => tensor.DetachFromDisposeScope();
}
