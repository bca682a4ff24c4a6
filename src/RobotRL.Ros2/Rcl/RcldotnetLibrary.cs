using System.Reflection;
using System.Runtime.Loader;
using RobotRL.Ros2.Transport;

namespace RobotRL.Ros2.Rcl;

/// <summary>
/// The backend that speaks by rcldotnet. Its assembly lies beside the program, and is empty where robotrl was built without rcldotnet. rcldotnet's own
/// assemblies are those of the workspace that is sourced.
/// </summary>
public static class RcldotnetLibrary
{
    private const string Adapter = "RobotRL.Ros2.Rcldotnet";

    private static readonly Lazy<(string? Missing, Type? Transport)> Found = new(Load);

    /// <summary>Why it cannot be used, with the remedy; null where it can.</summary>
    public static string? Missing => Found.Value.Missing;

    /// <exception cref="TransportException">It cannot be had.</exception>
    internal static ITransport Open(TransportOptions options)
    {
        var (missing, transport) = Found.Value;
        if (missing is not null) throw new TransportException(missing);
        return (ITransport)Activator.CreateInstance(transport!, BindingFlags.DoNotWrapExceptions, null, [options], null)!;
    }

    private static (string? Missing, Type? Transport) Load()
    {
        if (RclLibrary.Missing is { } noRcl) return (noRcl, null);
        var file = Path.Combine("rcldotnet", "dotnet", "rcldotnet_assemblies.dll");
        if (Installation.Files(file).FirstOrDefault() is not { } found)
            return ($"The ROS 2 that is sourced has no lib/{file}: build rcldotnet in a colcon workspace, and source that workspace's setup file.", null);
        AssemblyLoadContext.Default.Resolving += (context, name) =>
            Path.Combine(Path.GetDirectoryName(found)!, $"{name.Name}.dll") is var path && File.Exists(path) ? context.LoadFromAssemblyPath(path) : null;
        return Type.GetType($"{Adapter}.RcldotnetTransport, {Adapter}", throwOnError: false) is { } type ? (null, type)
            : ("robotrl was built without rcldotnet: set the variable RcldotnetPath to the install folder of its workspace, and build robotrl anew.", null);
    }
}
