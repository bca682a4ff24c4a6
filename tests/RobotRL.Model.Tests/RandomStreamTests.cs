using System.Runtime.InteropServices;
using System.Security.Cryptography;
using CsCheck;

namespace RobotRL.Model.Tests;

/// <summary>
/// The draws of a seed are part of the format: recorded runs replay by them. The hashes are of what the generators drew that each part had for itself
/// before they became one.
/// </summary>
public sealed class RandomStreamTests
{
    private static readonly int[] Bounds = [1, 2, 3, 7, 1000, 50_000, int.MaxValue];

    /// <summary>Reference values of xoshiro256** for the state 1, 2, 3, 4, as its authors' C code prints them.</summary>
    [Fact]
    public void The_generator_is_xoshiro256_star_star()
    {
        var random = new RandomStream(0) { State = new RandomState(1, 2, 3, 4) };
        Assert.Equal([11520UL, 0UL, 1509978240UL, 1215971899390074240UL], new[] { random.Next(), random.Next(), random.Next(), random.Next() });
    }

    [Theory]
    [InlineData(0, "659bbbb51428d20c", "305415a73c4ac3d5", "c9ed527fb3015f4c")]
    [InlineData(1, "d6477fd75b263296", "d5c971ec2cdb0e5e", "921b8b177ac7c8ff")]
    [InlineData(42, "f8ee5f8e4c944c97", "4428b7e2d38a3c69", "ff7095785911ef73")]
    [InlineData(ulong.MaxValue, "f46122a4bb97c9c0", "6456ff372e2b403c", "ce21202c534615f3")]
    public void Integers_of_a_seed_stay_what_they_were(ulong seed, string draws, string bounded, string derived)
    {
        RandomStream stream = new(seed), rejecting = new(seed), byOneDraw = new(seed);
        Assert.Equal(draws, Hash(100_000, _ => stream.Next()));
        Assert.Equal(bounded, Hash(70_000, i => rejecting.Next(Bounds[i % Bounds.Length])));
        Assert.Equal(bounded, Hash(70_000, i => byOneDraw.NextByOneDraw(Bounds[i % Bounds.Length])));
        Assert.Equal(derived, Hash(1000, i => SplitMix64.Derive(seed, (ulong)(1 + i % 9), (ulong)i)));
    }

    /// <summary>One after the other from one stream, and where it then stands.</summary>
    [Theory]
    [InlineData(0, "365b6adf3599e1bd", "101effecfe1398c6", "833004b21f699aa0", "7f2768484cc6671f", 5208342080323538604, "61d0eed5f9e30dbe")]
    [InlineData(1, "126d03829d1f66bf", "c899cc8043cda60e", "c3e11c76d522fdcd", "553ca0ea18d8f82b", 1561659333854669517, "75292aa21a152048")]
    [InlineData(42, "d69c085d70039d89", "434bf636ae403892", "d10a72ad17edbaf4", "87e8c1f3ef48ed84", 10763166862665822342, "ef737abd3b54429d")]
    [InlineData(ulong.MaxValue, "37157a8dede0f698", "70a9be619fd8e285", "e1cb4a77fc8d2fa6", "d4910512b02052c2", 16936974775355614306, "533652beead5760a")]
    public void Numbers_of_a_seed_stay_what_they_were(ulong seed, string uniform, string normal, string within, string subset, ulong end, string scene)
    {
        var stream = new RandomStream(seed);
        for (var i = 0; i < 70_000; i++) stream.NextByOneDraw(Bounds[i % Bounds.Length]);
        Assert.Equal(uniform, Hash(10_000, _ => stream.NextUniform()));
        var values = new float[9_999];
        stream.FillNormal(values);
        Assert.Equal(normal, Hash(values.Length, i => values[i]));
        stream.FillUniform(values, 0.3);
        Assert.Equal(within, Hash(values.Length, i => values[i]));
        var chosen = new int[300];
        stream.FillSubset(chosen, 1000);
        Assert.Equal(subset, Hash(chosen.Length, i => chosen[i]));
        Assert.Equal(end, stream.State.A);

        var episode = new SplitMix64(seed);
        Assert.Equal(scene, Hash(10_000, _ => episode.NextUniform(-0.04, 1L << 40)));
    }

    [Fact]
    public void Bounded_draws_stay_within_the_bound() => Gen.Select(Gen.ULong, Gen.Int[1, int.MaxValue]).Sample((seed, bound) =>
    {
        var stream = new RandomStream(seed);
        Assert.InRange(stream.Next(bound), 0, bound - 1);
        Assert.InRange(stream.NextByOneDraw(bound), 0, bound - 1);
    });

    [Fact]
    public void A_stream_goes_on_from_its_state() => Gen.Select(Gen.ULong, Gen.Int[0, 20]).Sample((seed, drawn) =>
    {
        var (stream, values, again) = (new RandomStream(seed), new float[5], new float[5]);
        for (var i = 0; i < drawn; i++) stream.Next();
        var resumed = new RandomStream(0) { State = stream.State };
        stream.FillNormal(values);
        resumed.FillNormal(again);
        Assert.Equal(values, again);
        Assert.Equal(stream.State, resumed.State);

        SplitMix64 hand = new(seed), other = new(0) { State = hand.State };
        Assert.Equal(hand.NextNormal(), other.NextNormal());
    });

    [Fact]
    public void A_state_of_zeros_is_refused() => Assert.Throws<ArgumentException>(() => new RandomStream(1).State = default);

    [Fact]
    public void Subsets_are_of_different_indices_and_ascend() => Gen.Select(Gen.ULong, Gen.Int[1, 40]).Sample((seed, bound) =>
    {
        var chosen = new int[bound / 2];
        new RandomStream(seed).FillSubset(chosen, bound);
        Assert.Equal(chosen.Distinct().Order(), chosen);
        Assert.All(chosen, index => Assert.InRange(index, 0, bound - 1));
    });

    [Fact]
    public void Normals_of_both_have_mean_zero_and_variance_one()
    {
        var (values, hand) = (new float[100_000], new SplitMix64(3));
        new RandomStream(3).FillNormal(values);
        double[] others = [.. Enumerable.Range(0, values.Length).Select(_ => hand.NextNormal())];
        foreach (var normals in (double[][])[Array.ConvertAll(values, v => (double)v), others])
        {
            // Four standard deviations of each figure.
            Assert.InRange(normals.Average(), -0.013, 0.013);
            Assert.InRange(normals.Average(x => x * x), 0.982, 1.018);
        }
    }

    private static string Hash<T>(int count, Func<int, T> draw) where T : unmanaged =>
        Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes<T>(Enumerable.Range(0, count).Select(draw).ToArray())))[..16];
}
