using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace RobotRL.Cli.Tests;

/// <summary>Loads the command line's assemblies from its own output.</summary>
internal static class CliAssemblies
{
#pragma warning disable CA2255 // A module initializer: the assemblies must be found before a test class that names their types is loaded.
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void Find()
    {
        var folder = Path.GetDirectoryName(RobotrlProcess.Program)!;
        AssemblyLoadContext.Default.Resolving += (context, name) =>
            Path.Combine(folder, name.Name + ".dll") is var path && File.Exists(path) ? context.LoadFromAssemblyPath(path) : null;
        AssemblyLoadContext.Default.ResolvingUnmanagedDll += (_, name) =>
            Path.Combine(folder, $"lib{name}.so") is var path && File.Exists(path) ? NativeLibrary.Load(path) : 0;
    }
}
