namespace RobotRL.Ros2.Tests;

/// <summary>
/// Room for a raw picture in the sockets of this machine while a test runs: what systems grant by default holds a quarter of one. Put back as it was in the
/// end.
/// </summary>
internal sealed class SocketBuffers : IDisposable
{
    private const string Setting = "/proc/sys/net/core/rmem_max";
    private const int Needed = 4 << 20;

    private readonly string? _before;

    private SocketBuffers(string? before) => _before = before;

    /// <summary>Null where the system grants less and does not let it be raised.</summary>
    public static SocketBuffers? Raised()
    {
        var before = File.ReadAllText(Setting).Trim();
        if (int.Parse(before) >= Needed) return new(null);
        try
        {
            File.WriteAllText(Setting, $"{Needed}");
            return new(before);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public void Dispose()
    {
        if (_before is not null) File.WriteAllText(Setting, _before);
    }
}
