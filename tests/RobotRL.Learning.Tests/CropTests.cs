using CsCheck;
using RobotRL.Model;

namespace RobotRL.Learning.Tests;

public sealed class CropTests
{
    [Fact]
    public void A_shift_repeats_the_edge() =>
        Gen.Select(Gen.Int[4, 12], Gen.Int[4, 12], Gen.Bool, Gen.Int[-4, 4], Gen.Int[-4, 4]).Sample((width, height, isGray, dx, dy) =>
        {
            var channels = isGray ? ImageShape.Gray : ImageShape.Rgb;
            ImageShape shape = new(width, height, channels);
            var source = new byte[shape.Bytes];
            new Random(width).NextBytes(source);
            var target = new byte[source.Length];
            Crops.Shift(source, target, shape, dx, dy);
            for (var y = 0; y < height; y++)
                for (var x = 0; x < width; x++)
                    for (var c = 0; c < channels; c++)
                    {
                        var expected = source[(Math.Clamp(y + dy, 0, height - 1) * width + Math.Clamp(x + dx, 0, width - 1)) * channels + c];
                        Assert.Equal(expected, target[(y * width + x) * channels + c]);
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
        Crops.Draw(source, target, ImageShape.Square(8), 0, noise);
        Assert.Equal(source, target);
        Assert.Equal(state, noise.State);
    }
}
