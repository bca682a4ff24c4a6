using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.InteropServices;

namespace RobotRL.Ros2.Transport;

/// <summary>Which loaded library a name in a <c>LibraryImport</c> of this assembly means.</summary>
internal static class NativeResolver
{
    private static readonly ConcurrentDictionary<string, nint> Handles = new();

    static NativeResolver() => NativeLibrary.SetDllImportResolver(typeof(NativeResolver).Assembly, Resolve);

    public static void Add(string name, nint handle) => Handles[name] = handle;

    public static nint Handle(string name) => Handles.GetValueOrDefault(name);

    private static nint Resolve(string library, Assembly assembly, DllImportSearchPath? search) => Handle(library);
}
