namespace RobotRL.Ros2.Transport;

/// <summary>A service.</summary>
/// <param name="Name">Absolute, such as <c>/robotrl/control/get_parameters</c>.</param>
/// <param name="TypeName">Such as <c>rcl_interfaces/srv/GetParameters</c>.</param>
public sealed record ServiceEnd(string Name, string TypeName);

/// <summary>Answers a request, both as CDR. Runs on the transport's thread; the request is valid for the length of the call.</summary>
public delegate byte[] ServiceAsked(ReadOnlySpan<byte> request);

/// <summary>Asks a service.</summary>
public interface IServiceClient : IDisposable
{
    ServiceEnd End { get; }

    /// <summary>Whether somebody answers.</summary>
    bool IsServed { get; }

    /// <summary>Asks, and gives the answer as CDR once it has come. It never comes if the other side ends: wait with a limit.</summary>
    /// <exception cref="TransportException">The request could not be sent.</exception>
    Task<byte[]> Ask(ReadOnlySpan<byte> request);
}

/// <summary>Questions that one node answers. Not every backend carries them: how they travel is a matter of ROS 2's middleware.</summary>
public interface IServices
{
    /// <exception cref="TransportException">The installation does not know the type.</exception>
    IServiceClient CreateClient(ServiceEnd end);

    /// <inheritdoc cref="CreateClient"/>
    IDisposable CreateServer(ServiceEnd end, ServiceAsked asked);
}
