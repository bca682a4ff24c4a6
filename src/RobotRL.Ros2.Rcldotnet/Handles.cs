using System.Reflection;
using System.Runtime.InteropServices;
using RobotRL.Ros2.Rcl;
using RobotRL.Ros2.Transport;
using ROS2;

namespace RobotRL.Ros2.Rcldotnet;

/// <summary>
/// What rcldotnet's objects hold of rcl. rcldotnet keeps it to itself and closes it whenever they are collected. A reader or writer that is disposed of must
/// leave the network at once, and say whom it meets until then.
/// </summary>
internal static class Handles
{
    /// <exception cref="TransportException">This rcldotnet has no such thing.</exception>
    public static SafeHandle Of(object owner) =>
        owner.GetType().GetProperty("Handle", BindingFlags.Instance | BindingFlags.NonPublic)?.GetValue(owner) as SafeHandle
        ?? throw new TransportException(
            $"This rcldotnet is none that is known: its {owner.GetType().Name} has no handle. Build its main branch of December 2024.");

    /// <summary>How many ends meet the one that a handle stands for; 0 once that is closed.</summary>
    public static unsafe int Count(SafeHandle handle, delegate*<nint*, nuint*, int> count)
    {
        var isHeld = false;
        try
        {
            handle.DangerousAddRef(ref isHeld);
            nuint met = 0;
            return count((nint*)handle.DangerousGetHandle(), &met) == RclNative.Ok ? (int)met : 0;
        }
        catch (ObjectDisposedException) { return 0; }
        finally
        {
            if (isHeld) handle.DangerousRelease();
        }
    }

    public static QosProfile Of(Qos qos)
    {
        var profile = qos.Depth == 0 ? QosProfile.KeepAll() : QosProfile.KeepLast(qos.Depth);
        profile = qos.Reliability == Reliability.Reliable ? profile.WithReliable() : profile.WithBestEffort();
        return qos.Durability == Durability.TransientLocal ? profile.WithTransientLocal() : profile.WithVolatile();
    }
}

/// <summary>rcldotnet throws plain exceptions.</summary>
internal static class Failing
{
    public static T AsTransport<T>(string what, Func<T> act)
    {
        try { return act(); }
        catch (Exception e) when (e is not (TransportException or OutOfMemoryException))
        {
            throw new TransportException($"rcldotnet did not {what} ({e.GetBaseException().Message.Split('\n')[0].Trim()})", e);
        }
    }
}
