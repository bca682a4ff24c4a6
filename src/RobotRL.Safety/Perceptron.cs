using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RobotRL.Safety;

/// <summary>
/// Inference of a perceptron in–256–256–out, batch 1, in a fraction of a control period and without allocation. Weights lie as they are read: for
/// eight vectors of outputs the biases and then, input by input, the weights, so that one pass streams through memory with eight sums in registers.
/// </summary>
internal sealed class Perceptron
{
    public const int Hidden = 256;
    private const int Accumulators = 8;
    private const int CacheLineBytes = 64;

    private readonly float[] _memory;
    private readonly int _start, _second, _third;

    /// <exception cref="InvalidDataException">Shapes do not fit, or a number is not finite.</exception>
    public Perceptron(PerceptronWeights weights, string name, int inputs, int outputs)
    {
        Check(name + ".w0", weights.W0, Hidden * inputs);
        Check(name + ".b0", weights.B0, Hidden);
        Check(name + ".w1", weights.W1, Hidden * Hidden);
        Check(name + ".b1", weights.B1, Hidden);
        Check(name + ".w2", weights.W2, outputs * Hidden);
        Check(name + ".b2", weights.B2, outputs);
        (Inputs, Outputs) = (inputs, outputs);
        _second = Hidden * (inputs + 1);
        _third = _second + Hidden * (Hidden + 1);
        // Pinned, so that the alignment lasts.
        _memory = GC.AllocateUninitializedArray<float>(_third + outputs * (Hidden + 1) + CacheLineBytes / sizeof(float), pinned: true);
        _start = AlignedStart(_memory);
        var to = _memory.AsSpan(_start);
        Pack(weights.W0, weights.B0, inputs, to);
        Pack(weights.W1, weights.B1, Hidden, to[_second..]);
        weights.W2.CopyTo(to[_third..]);
        weights.B2.CopyTo(to[(_third + outputs * Hidden)..]);
    }

    public int Inputs { get; }
    public int Outputs { get; }

    /// <summary>Computes the outputs. Memory of two hidden layers is the caller's, so that networks share it.</summary>
    public void Run(ReadOnlySpan<float> input, Span<float> scratch, Span<float> output)
    {
        if (input.Length < Inputs || scratch.Length < 2 * Hidden || output.Length < Outputs) throw new ArgumentException("Too short for this network.");
        ref var weights = ref _memory[_start];
        ref var first = ref MemoryMarshal.GetReference(scratch);
        ref var second = ref Unsafe.Add(ref first, Hidden);
        Layer(ref weights, ref MemoryMarshal.GetReference(input), Inputs, ref first);
        Layer(ref Unsafe.Add(ref weights, _second), ref first, Hidden, ref second);
        ref var last = ref Unsafe.Add(ref weights, _third);
        for (var o = 0; o < Outputs; o++)
            output[o] = Dot(ref Unsafe.Add(ref last, o * Hidden), ref second) + Unsafe.Add(ref last, Outputs * Hidden + o);
    }

    /// <summary>Hidden rectified outputs: max(0, W x + b).</summary>
    private static void Layer(ref float weights, ref float x, int inputs, ref float y)
    {
        var lanes = Vector<float>.Count;
        for (var block = 0; block < Hidden; block += Accumulators * lanes)
        {
            var (a0, a1, a2, a3) = (At(ref weights, 0), At(ref weights, lanes), At(ref weights, 2 * lanes), At(ref weights, 3 * lanes));
            var (a4, a5, a6, a7) = (At(ref weights, 4 * lanes), At(ref weights, 5 * lanes), At(ref weights, 6 * lanes), At(ref weights, 7 * lanes));
            weights = ref Unsafe.Add(ref weights, Accumulators * lanes);
            for (var i = 0; i < inputs; i++)
            {
                var value = Vector.Create(Unsafe.Add(ref x, i));
                a0 = Vector.FusedMultiplyAdd(At(ref weights, 0), value, a0);
                a1 = Vector.FusedMultiplyAdd(At(ref weights, lanes), value, a1);
                a2 = Vector.FusedMultiplyAdd(At(ref weights, 2 * lanes), value, a2);
                a3 = Vector.FusedMultiplyAdd(At(ref weights, 3 * lanes), value, a3);
                a4 = Vector.FusedMultiplyAdd(At(ref weights, 4 * lanes), value, a4);
                a5 = Vector.FusedMultiplyAdd(At(ref weights, 5 * lanes), value, a5);
                a6 = Vector.FusedMultiplyAdd(At(ref weights, 6 * lanes), value, a6);
                a7 = Vector.FusedMultiplyAdd(At(ref weights, 7 * lanes), value, a7);
                weights = ref Unsafe.Add(ref weights, Accumulators * lanes);
            }
            Store(a0, ref y, block);
            Store(a1, ref y, block + lanes);
            Store(a2, ref y, block + 2 * lanes);
            Store(a3, ref y, block + 3 * lanes);
            Store(a4, ref y, block + 4 * lanes);
            Store(a5, ref y, block + 5 * lanes);
            Store(a6, ref y, block + 6 * lanes);
            Store(a7, ref y, block + 7 * lanes);
        }
    }

    private static float Dot(ref float a, ref float b)
    {
        var lanes = Vector<float>.Count;
        var (sum, other) = (Vector<float>.Zero, Vector<float>.Zero);
        for (var i = 0; i < Hidden; i += 2 * lanes)
        {
            sum = Vector.FusedMultiplyAdd(At(ref a, i), At(ref b, i), sum);
            other = Vector.FusedMultiplyAdd(At(ref a, i + lanes), At(ref b, i + lanes), other);
        }
        return Vector.Sum(sum + other);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> At(ref float from, int index) => Vector.LoadUnsafe(ref from, (nuint)index);

    // Max hands on what is not a number, where MaxNative may not: a broken network must not look calm.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector<float> sum, ref float to, int index) => Vector.StoreUnsafe(Vector.Max(sum, Vector<float>.Zero), ref to, (nuint)index);

    private static void Pack(float[] weights, float[] biases, int inputs, Span<float> to)
    {
        var width = Accumulators * Vector<float>.Count;
        var at = 0;
        for (var block = 0; block < Hidden; block += width)
        {
            biases.AsSpan(block, width).CopyTo(to[at..]);
            at += width;
            for (var i = 0; i < inputs; i++)
                for (var o = 0; o < width; o++) to[at++] = weights[(block + o) * inputs + i];
        }
    }

    private static unsafe int AlignedStart(float[] pinned)
    {
        var address = (nuint)Unsafe.AsPointer(ref pinned[0]);
        return (int)((CacheLineBytes - address % CacheLineBytes) % CacheLineBytes / sizeof(float));
    }

    private static void Check(string name, float[] values, int count)
    {
        if (values.Length != count) throw new InvalidDataException($"tensor {name} has {values.Length} values, needs {count}");
        foreach (var value in values)
            if (!float.IsFinite(value)) throw new InvalidDataException($"tensor {name} holds a value that is not finite");
    }
}
