using RobotRL.Model;
using RobotRL.Policy;
using static TorchSharp.torch;

namespace RobotRL.Learning.Tests;

/// <summary>Images of any width, height and number of channels go through encoder, update and weight file.</summary>
public sealed class ImageShapeTests
{
    private static readonly ImageShape Wide = new(24, 16, ImageShape.Gray);

    [Fact]
    public void A_wide_gray_image_beside_a_square_colour_one_is_learned_from()
    {
        var parameters = Given.Parameters();
        var shape = Given.Shape(parameters, 2, true, Wide, ImageShape.Square(16));
        using var learner = new RlpdLearner(shape, parameters, 1);
        var before = RlpdUpdateTests.Values(learner.Training.Encoder);
        Assert.True(double.IsFinite(learner.Step(new NoiseBatches(1)).CriticLoss));
        Assert.NotEqual(before, RlpdUpdateTests.Values(learner.Training.Encoder));

        using var policy = new PolicyNetwork(shape);
        policy.Load(learner.Snapshot());
        var random = new Random(2);
        PolicyImage Image(ImageShape of) { var pixels = new byte[of.Bytes]; random.NextBytes(pixels); return new(Stamp.Zero, of, pixels); }
        Observation seen = new(Stamp.Zero, new float[StandardSize.Proprioception], [Image(Wide), Image(ImageShape.Square(16))]);
        float[] Act(Observation o) { var a = new float[2]; policy.Act(o, true, new RandomStream(1), a); return a; }
        Assert.NotEqual(Act(seen), Act(seen with { Images = [Image(Wide), seen.Images[1]] }));
        var upright = seen.Images[0] with { Shape = new(16, 24, ImageShape.Gray) };
        var refused = Assert.Throws<ArgumentException>(() => Act(seen with { Images = [upright, seen.Images[1]] }));
        Assert.Contains("Image 0 is 16×24 gray, the policy takes 24×16 gray", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>They have as many values: only their shapes tell them apart.</summary>
    [Fact]
    public void Weights_for_a_wide_image_are_not_taken_for_an_upright_one()
    {
        var parameters = Given.Parameters();
        var (wide, upright) = (Layout(Wide), Layout(new(16, 24, ImageShape.Gray)));
        Assert.Equal(wide.Count, upright.Count);
        var file = new Safetensors();
        file.Add(wide, new float[wide.Count], "");
        file.Pack(wide, "");
        Assert.Contains("camera0.embedding", Assert.Throws<InvalidDataException>(() => file.Pack(upright, "")).Message, StringComparison.Ordinal);

        ParameterLayout Layout(ImageShape image) => PolicyLayouts.Of(Given.Shape(parameters, 2, true, image)).Encoder;
    }

    [Theory]
    [InlineData(EncoderKind.Convolutional, 1)]
    [InlineData(EncoderKind.Convolutional, 2)]
    [InlineData(EncoderKind.Convolutional, 4)]
    [InlineData(EncoderKind.ResNet10, 2)]
    public void The_smallest_image_that_a_configuration_may_ask_for_leaves_one_cell(EncoderKind encoder, int layers)
    {
        var parameters = Given.Parameters(p => p with { Encoder = encoder, EncoderChannels = [.. Enumerable.Repeat(4, layers)] });
        var edge = parameters.SmallestImageEdge;
        var (_, height, width) = ImageEncoder.MapSize(Given.Shape(parameters, 2, true, new ImageShape(edge, edge + 1, ImageShape.Rgb)), 0);
        Assert.Equal((2, 1), (height, width));
    }

    [Fact]
    public void The_frozen_encoder_takes_gray_as_three_channels_that_are_alike()
    {
        var path = Path.GetTempFileName();
        try
        {
            ResNet10.WriteRandom(path, 3);
            using var scope = NewDisposeScope();
            using var network = new ResNet10(path, CPU);
            var gray = rand(2, 1, 48, 64).sub(0.5);
            var (one, three) = (network.Forward(gray), network.Forward(gray.expand(2, 3, 48, 64)));
            Assert.Equal([2, 512, 2, 2], one.shape);
            Assert.True(one.allclose(three, 1e-4, 1e-5));
        }
        finally
        {
            File.Delete(path);
        }
    }
}
