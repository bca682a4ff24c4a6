using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using RobotRL.Model;

namespace RobotRL.Configuration;

/// <summary>
/// A safetensors file that a configuration refers to. Its header is checked before anything runs; the network checks which tensors it holds.
/// </summary>
internal static class WeightsFile
{
    /// <exception cref="InvalidDataException">Not a safetensors file, or cut short.</exception>
    public static string ContentHash(string path)
    {
        using var file = PlainFile.OpenRead(path);
        Span<byte> length = stackalloc byte[8];
        var headerBytes = file.ReadAtLeast(length, 8, throwOnEndOfStream: false) == 8 ? BinaryPrimitives.ReadInt64LittleEndian(length) : -1;
        if (headerBytes is < 2 or > PlainFile.MostTextBytes || headerBytes > file.Length - 8) throw Bad("its header length is impossible");
        var header = new byte[headerBytes];
        file.ReadExactly(header);
        try
        {
            using var tensors = JsonDocument.Parse(header);
            var end = tensors.RootElement.EnumerateObject().Where(t => t.Name != "__metadata__")
                .Select(t => t.Value.GetProperty("data_offsets")[1].GetInt64()).DefaultIfEmpty(0).Max();
            if (end != file.Length - 8 - headerBytes) throw Bad($"it promises {end} bytes of tensors and holds {file.Length - 8 - headerBytes}");
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or IndexOutOfRangeException or FormatException)
        {
            throw Bad("its header is not that of tensors");
        }
        file.Position = 0;
        return Convert.ToHexStringLower(SHA256.HashData(file));

        InvalidDataException Bad(string why) => new($"'{path}' is not a whole safetensors file: {why}; fetch it again");
    }
}
