using RobotRL.LeRobot;
using RobotRL.Model;
using SkiaSharp;

namespace RobotRL.LeRobot.Tests;

/// <summary>Images as other programs write them. Each small one shows the same six pixels, in colour or in grey.</summary>
public sealed class PngFileTests
{
    private const string Colours = "0a141e28323c46505a646e78828c96c8d2dc", Greys = "0a0a0a282828464646646464828282c8c8c8";

    [Fact]
    public void Lines_of_any_filter_are_read()
    {
        var (width, height, rgb) = PngFile.Decode(Convert.FromBase64String(
            "iVBORw0KGgoAAAANSUhEUgAAAAUAAAAHCAYAAADAp4fuAAAAA3RFWHRhAGLcSaI7AAAAFElEQVR4nAGTAGz/AEQggjz95vHCazD5Do1v4G0AAACKSURBVMfd"
            + "AeSIdTSiAQ8LDQS0Y8sKrnIlaT+Wc3TklWVIAlCMMKYV88ODjukUfsxYZG0ntFetAwgIq2hztT5voV3X0eg70R84TmtABFKv+4Vv2CzgUYy3AhnO3gja"
            + "Flr/AFpcLoIQJCoI5wePf4k4XrCUI1VRAYJWi5ZmTnNcUmih03XLwb+IqgtZtndAnBXMaL0AAAAASUVORK5CYII="));
        Assert.Equal((5, 7), (width, height));
        Assert.Equal(
            "442082fde6f16b30f9c7dd018875340f0b0dc36ed871e0fdb07670940bd55f973dd8619bffc9117cced4bbbf2c3753c9fa0ff09dc957"
            + "740666cfb0b48902c469da1cba66d3b6d4b1a9ea0e5a5c2e10242ae7078f89385e94235582568be8a4fe3a0c9fafd76037816b",
            Convert.ToHexStringLower(rgb));
    }

    [Theory]
    [InlineData("datasets that were exported before Skia wrote the images", Colours,
        "iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAIAAAASFvFNAAAAGElEQVR4AQKMkUtEDgIYU/Iq5OTk3NzcABt2A2mkPqwJAAAAAElFTkSuQmCC")]
    [InlineData("16 bits", Colours,
        "iVBORw0KGgoAAAANSUhEUgAAAAMAAAACEAIAAABChi0OAAAAMUlEQVR42gEmANn/AAr1FOse4SjXMs08w0a5UK9apQBkm26ReIeCfYxzlmnIN9It3CNTDhHvX2menwAAAABJRU5ErkJggg==")]
    [InlineData("opacity", Colours,
        "iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAYAAACddGYaAAAAIklEQVR42mPgEpFj0DCyiXILiNrCkJJXwdDUMy3qxKU7WwBTqAlDbfTmOgAAAABJRU5ErkJggg==")]
    [InlineData("palette of 8 bits", Colours,
        "iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAMAAACqqpYoAAAAElBMVEUKFB4oMjxGUFpkbniCjJbI0tzOSAEEAAAAEElEQVR42mNgYGRiYGZhBQAALgAQ+tjHDAAAAABJRU5ErkJggg==")]
    [InlineData("palette of 4 bits", Colours,
        "iVBORw0KGgoAAAANSUhEUgAAAAMAAAACBAMAAABvWnspAAAAElBMVEUKFB4oMjxGUFpkbniCjJbI0tzOSAEEAAAADklEQVR42mNgVGAwCQAAAUMApsOlESsAAAAASUVORK5CYII=")]
    [InlineData("interlaced", Colours, "iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAIAAAFlEcHbAAAAHklEQVR42mPgEpFjcAuIYtAwsmFIyato6pl24tIdADHGByeUTl59AAAAAElFTkSuQmCC")]
    [InlineData("another gamma", Colours,
        "iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAIAAAASFvFNAAAABGdBTUEAAYagMeiWXwAAACBjSFJNAAB6JgAAgIQAAQmgAAB9AAAAZ4QAAQ2IAAA6mAAA"
        + "F3Dx+MpXAAAAHElEQVR42mPgEpHTMLJxC4hiSMmraOqZduLSHQAvTgcnEeO7pQAAAABJRU5ErkJggg==")]
    [InlineData("grey", Greys, "iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAAAAAC4HznGAAAAEElEQVR42mPg0nBjSGk6AQAFlAInHFx4IgAAAABJRU5ErkJggg==")]
    [InlineData("grey with opacity", Greys, "iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAQAAAA3fa6RAAAAFklEQVR42mPgYtUQcVNmSDFqcjyRAgAO6wM6pssUpQAAAABJRU5ErkJggg==")]
    [InlineData("grey of 16 bits", Greys, "iVBORw0KGgoAAAANSUhEUgAAAAMAAAACEAAAAADoj+WFAAAAFklEQVR42mPgStZIdktmSEluSj6RDAAZwwR5MS7K7gAAAABJRU5ErkJggg==")]
    public void Every_kind_of_png_is_read(string kind, string pixels, string file)
    {
        var (width, height, rgb) = PngFile.Decode(Convert.FromBase64String(file));
        Assert.Equal((kind, 3, 2, pixels), (kind, width, height, Convert.ToHexStringLower(rgb)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(64)]
    public void What_is_written_is_read_back_to_the_bit(int size)
    {
        var rgb = new byte[size * size * 3];
        new Random(1).NextBytes(rgb);
        var (width, height, back) = PngFile.Decode(PngFile.Encode(rgb, ImageShape.Square(size)));
        Assert.Equal((size, size), (width, height));
        Assert.Equal(rgb, back);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(96, 64)]
    [InlineData(5, 3)]
    public void Gray_is_written_as_gray_and_read_back_to_the_bit(int width, int height)
    {
        var gray = new byte[width * height];
        new Random(1).NextBytes(gray);
        var file = PngFile.Encode(gray, new(width, height, ImageShape.Gray));
        // The colour type in a PNG's head: 0 is gray.
        Assert.Equal(0, file[25]);
        var (w, h, rgb) = PngFile.Decode(file);
        Assert.Equal((width, height), (w, h));
        Assert.Equal(gray, PngFile.Gray(rgb));
        Assert.Null(PngFile.Gray([7, 7, 8]));
    }

    [Fact]
    public void Cut_or_changed_anywhere_an_image_is_refused_or_whole()
    {
        var rgb = new byte[12 * 12 * 3];
        new Random(1).NextBytes(rgb.AsSpan(0, rgb.Length / 2));
        var file = PngFile.Encode(rgb, ImageShape.Square(12));
        void RefusedOrWhole(byte[] damaged)
        {
            try
            {
                Assert.Equal(rgb, PngFile.Decode(damaged).Rgb);
            }
            catch (InvalidDataException e)
            {
                Assert.DoesNotContain('\n', e.Message);
            }
        }
        for (var length = 0; length < file.Length; length++) RefusedOrWhole(file[..length]);
        for (var i = 0; i < file.Length; i++)
            for (var bit = 0; bit < 8; bit++) RefusedOrWhole([.. file[..i], (byte)(file[i] ^ 1 << bit), .. file[(i + 1)..]]);
        // Before the last bytes there are pixels missing.
        Assert.Throws<InvalidDataException>(() => PngFile.Decode(file.AsSpan(0, file.Length - 24)));
    }

    [Fact]
    public void Images_of_other_formats_are_named_as_such()
    {
        using SKBitmap bitmap = new(8, 8);
        using var jpeg = bitmap.Encode(SKEncodedImageFormat.Jpeg, 90);
        Assert.Contains("no PNG", Assert.Throws<InvalidDataException>(() => PngFile.Decode(jpeg.Span)).Message, StringComparison.Ordinal);
        Assert.Contains("no PNG", Assert.Throws<InvalidDataException>(() => PngFile.Decode([])).Message, StringComparison.Ordinal);
    }
}
