using System.Text;

namespace RobotRL.Model;

/// <summary>
/// Opens what a configuration names, which may have come from somebody else. Links are followed, for whoever keeps his own files by them; but what is
/// opened is a
/// plain file of bounded size: a pipe would hold the reader, and a device would be read without end.
/// </summary>
public static class PlainFile
{
    /// <summary>The longest text that is read as configuration or as a part of a scene, bytes.</summary>
    public const int MostTextBytes = 16_000_000;

    /// <exception cref="InvalidDataException">Something else than a plain file stands there.</exception>
    public static void Require(string path)
    {
        if (FileEntry.Behind(path) is { IsPlain: false } entry)
            throw new InvalidDataException(
                $"{path}: {(entry.IsFolder ? "a folder" : "a pipe or a device")}, and only plain files are read; name the file itself");
    }

    /// <summary>For reading, also while another process writes.</summary>
    /// <exception cref="InvalidDataException">Something else than a plain file stands there.</exception>
    /// <exception cref="IOException">As for <see cref="FileStream"/>.</exception>
    public static FileStream OpenRead(string path)
    {
        Require(path);
        return new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
    }

    /// <summary>As many bytes as the file has when it is opened.</summary>
    public static byte[] ReadAllBytes(string path, long most = int.MaxValue / 2)
    {
        using var file = OpenRead(path);
        if (file.Length > most)
            throw new InvalidDataException($"{path}: {file.Length} bytes, and {most} at most are read; make it smaller or name the right file");
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>Text of at most <see cref="MostTextBytes"/>.</summary>
    public static string ReadAllText(string path)
    {
        using var reader = new StreamReader(new MemoryStream(ReadAllBytes(path, MostTextBytes)), Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
