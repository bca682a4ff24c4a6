using System.Security.Cryptography;
using System.Text;

namespace RobotRL.Audit;

/// <summary>
/// The ECDSA P-256 key that signs heads. It belongs to the account that runs the robot, lives outside every run and never enters one; the public half
/// goes beside the heads and to the anchor.
/// </summary>
public sealed class SigningKey : IDisposable
{
    private readonly ECDsa _key;

    private SigningKey(ECDsa key)
    {
        _key = key;
        PublicPem = key.ExportSubjectPublicKeyInfoPem() + "\n";
        Fingerprint = FingerprintOf(key);
    }

    /// <summary>SHA-256 of the public key's SubjectPublicKeyInfo, lower-case hex.</summary>
    public string Fingerprint { get; }

    public string PublicPem { get; }

    /// <summary>Where the key of this account is: <c>robotrl/audit/key.pem</c> below the user's configuration folder.</summary>
    public static string StandardPath => Path.Combine(UserFolder(Environment.SpecialFolder.ApplicationData), "robotrl", "audit", "key.pem");

    /// <summary>Reads the key, or makes it on first use, readable by its owner alone.</summary>
    /// <exception cref="InvalidDataException">The file holds no such key, or others may read it.</exception>
    public static SigningKey OpenOrCreate(string path)
    {
        if (!File.Exists(path)) Create(path);
        if (!OperatingSystem.IsWindows() && File.GetUnixFileMode(path) is var mode && (mode & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite)) != 0)
            throw new InvalidDataException($"{path}: others may read this private key ({mode}); chmod 600 it, or move it away for a new one to be made");
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(File.ReadAllText(path));
            if (key.KeySize == 256) return new(key);
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException or PlatformNotSupportedException)
        {
            key.Dispose();
            throw new InvalidDataException($"{path}: no private key in PEM form ({e.Message}); restore it, or move it away for a new one to be made", e);
        }
        key.Dispose();
        throw new InvalidDataException($"{path}: not a P-256 key; restore it, or move it away for a new one to be made");
    }

    public string Sign(ReadOnlySpan<byte> bytes) => Convert.ToBase64String(_key.SignData(bytes, HashAlgorithmName.SHA256));

    public void Dispose() => _key.Dispose();

    /// <summary>The standard folder of a kind; made when it is missing.</summary>
    internal static string UserFolder(Environment.SpecialFolder kind) =>
        Environment.GetFolderPath(kind, Environment.SpecialFolderOption.Create) is { Length: > 0 } folder
        ? folder
        : throw new InvalidDataException("audit: this account has no home folder for its key and anchors; "
            + "set ROBOTRL_AUDIT_KEY to a file and ROBOTRL_AUDIT_ANCHOR to a folder");

    internal static string FingerprintOf(ECDsa key) => RecordLine.Sha256(key.ExportSubjectPublicKeyInfo());

    private static void Create(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var aside = $"{path}.{Environment.ProcessId}-{Environment.CurrentManagedThreadId}";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var file = new FileStream(aside, options))
        {
            file.Write(Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem() + "\n"));
            file.Flush(flushToDisk: true);
        }
        try
        {
            File.Move(aside, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(aside); // another process was first: its key it is
        }
    }
}
