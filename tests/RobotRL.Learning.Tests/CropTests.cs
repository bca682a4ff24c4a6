using CsCheck;
using RobotRL.Model;

namespace RobotRL.Learning.Tests;

public sealed class CropTests
{
    [Fact]
    public void A_shift_repeats_the_edge() =>
        Gen.Select(Gen.Int[4, 12], Gen.Int[-4, 4], Gen.Int[-4, 4]).Sample((size, dx, dy) =>
        {
            var source = new byte[size * size * 3];
            new Random(size).NextBytes(source);
            var target = new byte[source.Length];
            Crops.Shift(source, target, size, dx, dy);
            for (var y = 0; y < size; y++)
                for (var x = 0; x < size; x++)
                    for (var c = 0; c < 3; c++)
                    {
                        var expected = source[(Math.Clamp(y + dy, 0, size - 1) * size + Math.Clamp(x + dx, 0, size - 1)) * 3 + c];
                        Assert.Equal(expected, target[(y * size + x) * 3 + c]);
                    }
        }, iter: 200);

    /// <summary>The same picture as s and s′ in every row: equal offsets would give equal crops.</summary>
    [Fact]
    public void Crops_are_independent_between_samples_cameras_and_times()
    {
        var parameters = Given.Parameters(p => p with { BatchSize = 64, CropPadding = 4 });
        using var tensors = new BatchTensors(Given.Shape(parameters), 64, TorchSharp.torch.CPU);
        var picture = new byte[16 * 16 * 3];
        new Random(1).NextBytes(picture);
        foreach (var images in (IEnumerable<byte[]>)[.. tensors.Host.Images, .. tensors.Host.NextImages])
            for (var b = 0; b < 64; b++) picture.CopyTo(images, b * picture.Length);
        tensors.Upload(tensors.Host, 4, new RandomStream(7));

        string[] Rows(TorchSharp.torch.Tensor t) => [.. t.bytes.ToArray().Chunk(picture.Length).Select(Convert.ToHexString)];
        var (now, next, other) = (Rows(tensors.Images[0]), Rows(tensors.NextImages[0]), Rows(tensors.Images[1]));
        // 81 offsets: 64 draws meet about 44 of them, and two draws agree once in 81.
        Assert.True(now.Distinct().Count() > 30);
        Assert.True(now.Zip(next).Count(p => p.First == p.Second) < 8);
        Assert.True(now.Zip(other).Count(p => p.First == p.Second) < 8);
    }

    [Fact]
    public void No_padding_copies()
    {
        var source = new byte[8 * 8 * 3];
        new Random(2).NextBytes(source);
        var target = new byte[source.Length];
        var noise = new RandomStream(1);
        var state = noise.State;
        Crops.Draw(source, target, 8, 0, noise);
        Assert.Equal(source, target);
        Assert.Equal(state, noise.State);
    }
}
