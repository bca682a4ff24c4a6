using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace RobotRL.Policy;

/// <summary>The weights that acting needs, as the learner had them at one step. Never written after construction.</summary>
/// <param name="Version">Learner step; grows with each publication.</param>
/// <param name="Encoder">Values of the encoder's trained part, in the order of its layout; empty without cameras.</param>
/// <param name="Actor">Values of the actor.</param>
/// <param name="Grasp">Values of the grasp critic; empty without a gripper.</param>
public sealed record WeightSnapshot(long Version, float[] Encoder, float[] Actor, float[] Grasp)
{
    private readonly long _madeAt = Stopwatch.GetTimestamp();
    private string? _sha256;

    /// <summary>Time since this set was made, ns: in the learner's process since its learner step, elsewhere since it was read.</summary>
    public long AgeNs => Stopwatch.GetElapsedTime(_madeAt).Ticks * TimeSpan.NanosecondsPerTick;

    /// <summary>Of the values alone, lower-case hex: what the weights are called wherever they are kept.</summary>
    public string Sha256 => _sha256 ??= Hash();

    /// <summary>Whether every value is a finite number: no others act.</summary>
    public bool IsFinite => AreFinite(Encoder) && AreFinite(Actor) && AreFinite(Grasp);

    /// <exception cref="InvalidDataException">They are not finite.</exception>
    public void RequireFinite()
    {
        if (!IsFinite) throw new InvalidDataException($"The weights of version {Version} hold a value that is not finite.");
    }

    internal static bool AreFinite(ReadOnlySpan<float> values)
    {
        foreach (var value in values)
            if (!float.IsFinite(value)) return false;
        return true;
    }

    private string Hash()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var part in (float[][])[Encoder, Actor, Grasp]) hash.AppendData(MemoryMarshal.AsBytes(part.AsSpan()));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}

/// <summary>
/// Where the learner leaves its newest weights and the actor finds them: one reference, swapped atomically, so a reader has either the
/// old set or the new one and never a mixture. Any number of readers, any thread.
/// </summary>
public sealed class WeightExchange
{
    private WeightSnapshot? _latest;

    /// <summary>The newest weights; null before the first publication.</summary>
    public WeightSnapshot? Latest => Volatile.Read(ref _latest);

    /// <exception cref="InvalidDataException">They are not finite: what was there before stays.</exception>
    public void Publish(WeightSnapshot weights)
    {
        weights.RequireFinite();
        Volatile.Write(ref _latest, weights);
    }
}

/// <summary>The networks of a policy and their layouts: the same shape gives the same ones on both sides.</summary>
public sealed record PolicyLayouts(
    ParameterLayout Encoder, ImageEncoder EncoderNetwork, ParameterLayout Actor, ActorNetwork ActorNetwork, ParameterLayout? Grasp, GraspNetwork? GraspNetwork)
{
    public static PolicyLayouts Of(NetworkShape shape)
    {
        var (encoder, actor, grasp) = (new ParameterLayout(), new ParameterLayout(), shape.HasGripper ? new ParameterLayout() : null);
        return new(encoder, new(encoder, shape), actor, new(actor, shape), grasp, grasp is null ? null : new(grasp, shape));
    }
}
