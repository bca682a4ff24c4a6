using System.Runtime.InteropServices;

namespace RobotRL.Robots.Mujoco.Binding;

/// <summary>Finds the MuJoCo library, checks that it is the release the binding was generated for, and takes over its error handlers.</summary>
public static unsafe class MujocoLibrary
{
    internal const string Name = "mujoco";
    private static readonly Lock Gate = new();
    private static nint _handle;

    /// <summary>The release that the binding was generated for, such as 222 for 2.2.2.</summary>
    public static int ExpectedVersion => MujocoLayout.Version;

    /// <summary>Loads the library once.</summary>
    /// <exception cref="MujocoException">It is absent or of another release; the message names the remedy.</exception>
    public static void Load()
    {
        lock (Gate)
        {
            if (_handle != 0) return;
            var handle = Open();
            CheckVersion(((delegate* unmanaged<int>)NativeLibrary.GetExport(handle, "mj_version"))());
            // The default handlers end the process or write a file into the working directory.
            *(delegate* unmanaged<byte*, void>*)NativeLibrary.GetExport(handle, "mju_user_error") = &OnError;
            *(delegate* unmanaged<byte*, void>*)NativeLibrary.GetExport(handle, "mju_user_warning") = &OnWarning;
            NativeLibrary.SetDllImportResolver(typeof(MujocoLibrary).Assembly, (name, _, _) => name == Name ? handle : 0);
            _handle = handle;
        }
    }

    internal static void CheckVersion(int loaded)
    {
        if (loaded != MujocoLayout.Version)
            throw new MujocoException($"MuJoCo {Dotted(loaded)} is installed, but the binding is for {Dotted(MujocoLayout.Version)}: "
                + "install that release, or run src/RobotRL.Robots.Mujoco/Binding/generate-layout.sh and rebuild.");
    }

    /// <summary>Where the library may be: MUJOCO_LIBRARY first, then the names that packages give it.</summary>
    private static nint Open()
    {
        string[] names = OperatingSystem.IsWindows() ? ["mujoco.dll"]
            : OperatingSystem.IsMacOS() ? ["libmujoco.dylib", $"libmujoco.{Dotted(MujocoLayout.Version)}.dylib"]
            : [$"libmujoco.so.{Dotted(MujocoLayout.Version)}", "libmujoco.so"];
        if (Environment.GetEnvironmentVariable("MUJOCO_LIBRARY") is { Length: > 0 } path) names = [path];
        foreach (var name in names)
            if (NativeLibrary.TryLoad(name, out var handle)) return handle;
        throw new MujocoException($"MuJoCo is not installed: none of {string.Join(", ", names)} loads. On Debian or Ubuntu: "
            + $"apt install libmujoco-dev; elsewhere set MUJOCO_LIBRARY to the library of release {Dotted(MujocoLayout.Version)}.");
    }

    private static string Dotted(int version) => $"{version / 100}.{version / 10 % 10}.{version % 10}";

    /// <summary>MuJoCo calls this on misuse or exhausted memory and may not go on afterwards; no exception may cross native frames.</summary>
    [UnmanagedCallersOnly]
    private static void OnError(byte* message) => Environment.FailFast("MuJoCo: " + Marshal.PtrToStringUTF8((nint)message));

    /// <summary>Warnings are counted in the data, where <see cref="MujocoData.HasDiverged"/> reads them.</summary>
    [UnmanagedCallersOnly]
    private static void OnWarning(byte* message) { }
}

/// <summary>MuJoCo is missing, of the wrong release, or refused a model. The message is one line with the remedy.</summary>
public sealed class MujocoException(string message) : Exception(message);
