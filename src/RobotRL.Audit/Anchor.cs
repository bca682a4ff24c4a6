using System.Diagnostics;
using System.Text;

namespace RobotRL.Audit;

/// <summary>
/// The second place where heads are kept, outside the log's reach: a folder, best on another disk or machine, or a command that gets each new
/// head on its standard input. Heads that could not be delivered follow with the next ones.
/// </summary>
/// <param name="Folder">
/// Gets <c>LOG.heads.jsonl</c> and <c>keys/FINGERPRINT.pem</c>, and <c>LOG.PLACE.heads.jsonl</c> for each copy of the log that went on by itself.
/// Null for none.
/// </param>
/// <param name="Command">Run by the shell; null for none.</param>
public sealed record Anchor(string? Folder, string? Command)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Where anchors go when nothing else is said: below the user's data folder. The same disk, most likely: say something else.</summary>
    public static string StandardFolder => Path.Combine(SigningKey.UserFolder(Environment.SpecialFolder.LocalApplicationData), "robotrl", "audit", "anchors");

    /// <summary>A folder's file of a log's heads.</summary>
    public static string HeadsIn(string folder, string log) => Path.Combine(folder, log + ".heads.jsonl");

    /// <summary>The public keys that the anchor vouches for; null where a command alone has the heads.</summary>
    internal string? Keys => Folder is null ? null : Path.Combine(Folder, "keys");

    internal string Description => string.Join(" and ", new[] { Folder, Command is null ? null : $"'{Command}'" }.Where(t => t is not null));

    /// <summary>
    /// Refuses a log that lacks heads that are anchored, or has others in their place: somebody cut or changed them.
    /// Returns the folder of which this one turns out to be a copy; null for none.
    /// </summary>
    /// <exception cref="InvalidDataException">The log's heads are not those that are anchored.</exception>
    internal string? Require(LogFolder log, string id)
    {
        if (Folder is null || !Head.IsLog(id)) return null;
        try
        {
            if (AnchorBranch.All(Folder, id).Count == 0) return null;
            AnchorBranch.Admit(Folder, id, log, out var copyOf);
            return copyOf;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // an anchor that cannot be reached is told of when the first head goes there
        }
    }

    /// <summary>Brings the second place up to date; says what went wrong, or null.</summary>
    internal string? Deliver(LogFolder log, string id, SigningKey key)
    {
        try
        {
            var heads = LogFolder.Read(log.Heads);
            if (Folder is not null) Copy(heads, log, id, key);
            if (Command is not null) Send(heads, log, id, key);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException or System.ComponentModel.Win32Exception)
        {
            return e.Message.ReplaceLineEndings(" ");
        }
    }

    private void Copy(byte[] heads, LogFolder log, string id, SigningKey key)
    {
        Directory.CreateDirectory(Keys!);
        var pem = Path.Combine(Keys!, key.Fingerprint + ".pem");
        if (!File.Exists(pem)) LogFolder.Replace(pem, Encoding.ASCII.GetBytes(key.PublicPem));
        var path = AnchorBranch.Admit(Folder!, id, log, out _).File;
        var there = LogFolder.Read(path);
        // Anchored heads are never rewritten: a tail that a kill tore is completed; the verifier reports anything else.
        if (!heads.AsSpan().StartsWith(there)) throw new InvalidDataException($"{path} is not a beginning of the log's heads");
        if (there.Length < heads.Length) LogFolder.Append(path, heads.AsSpan(there.Length), force: true);
    }

    private void Send(byte[] heads, LogFolder log, string id, SigningKey key)
    {
        var counter = Path.Combine(log.Path, "delivered");
        var from = long.TryParse(Encoding.ASCII.GetString(LogFolder.Read(counter)), out var sent) && sent <= heads.Length ? (int)sent : 0;
        if (from == heads.Length) return;
        var start = OperatingSystem.IsWindows() ? new ProcessStartInfo("cmd", ["/c", Command!]) : new ProcessStartInfo("/bin/sh", ["-c", Command!]);
        (start.RedirectStandardInput, start.RedirectStandardOutput, start.RedirectStandardError) = (true, true, true);
        (start.Environment["ROBOTRL_AUDIT_LOG"], start.Environment["ROBOTRL_AUDIT_PUBLIC_KEY"]) = (id, key.PublicPem);
        using var command = Process.Start(start)!;
        var error = command.StandardError.ReadToEndAsync();
        _ = command.StandardOutput.ReadToEndAsync();
        command.StandardInput.BaseStream.Write(heads.AsSpan(from));
        command.StandardInput.Close();
        if (!command.WaitForExit(Patience))
        {
            command.Kill(entireProcessTree: true);
            throw new IOException($"'{Command}' did not end within {Patience.TotalSeconds} s");
        }
        if (command.ExitCode != 0) throw new IOException($"'{Command}' ended with {command.ExitCode}: {error.Result.Trim()}");
        LogFolder.Replace(counter, Encoding.ASCII.GetBytes($"{heads.Length}"));
    }
}
