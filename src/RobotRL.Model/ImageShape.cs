namespace RobotRL.Model;

/// <summary>What an image is made of: interleaved channels of 8 bits each, rows from top to bottom, [Height×Width×Channels].</summary>
/// <param name="Width">Pixels.</param>
/// <param name="Height">Pixels.</param>
/// <param name="Channels"><see cref="Rgb"/> or <see cref="Gray"/>.</param>
public readonly record struct ImageShape(int Width, int Height, int Channels)
{
    /// <summary>Channels of a colour image: red, green, blue.</summary>
    public const int Rgb = 3;

    /// <summary>Channels of an image of brightness alone.</summary>
    public const int Gray = 1;

    /// <summary>A square colour image.</summary>
    public static ImageShape Square(int edge) => new(edge, edge, Rgb);

    public bool IsGray => Channels == Gray;
    public bool IsSquare => Width == Height;

    /// <summary>Bytes of such an image.</summary>
    public int Bytes => Width * Height * Channels;

    /// <summary>The shorter of its two edges, pixels.</summary>
    public int ShorterEdge => Math.Min(Width, Height);

    /// <summary>Such as <c>96×64</c>, or <c>96×64 gray</c>.</summary>
    public override string ToString() => IsGray ? $"{Width}×{Height} gray" : $"{Width}×{Height}";
}

/// <summary>A camera's image in an observation.</summary>
/// <param name="Camera">Name of the camera.</param>
/// <param name="Shape">Of the image that the policy sees.</param>
public sealed record ImageBlock(string Camera, ImageShape Shape);
