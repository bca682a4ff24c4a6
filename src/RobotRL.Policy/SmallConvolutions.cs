using System.Runtime.InteropServices;
using TorchSharp;

namespace RobotRL.Policy;

/// <summary>
/// Keeps libtorch from asking NNPACK for convolutions of one image, which is what acting takes. On processors that NNPACK does not know it cannot start and
/// says so on standard error at every call, four lines a decision, past every level of logging that libtorch has. TorchSharp has no word for this
/// switch; libtorch exports it.
/// </summary>
internal static unsafe class SmallConvolutions
{
    private const string Context = "_ZN2at13globalContextEv", Set = "_ZN2at7Context20setUserEnabledNNPACKEb", Get = "_ZNK2at7Context17userEnabledNNPACKEv";

    private static readonly Lazy<bool> TurnedOff = new(TurnOff);

    /// <summary>Whether libtorch may ask NNPACK; null where this build of it does not say: on Windows, which has none.</summary>
    public static bool? MayAskNnpack => Find() is { } native
        ? ((delegate* unmanaged<void*, byte>)native.Get)(((delegate* unmanaged<void*>)native.Context)()) != 0
        : null;

    /// <summary>Called by whoever convolves, before the first time. Holds for the process.</summary>
    public static void StayQuiet() => _ = TurnedOff.Value;

    private static bool TurnOff()
    {
        if (Find() is not { } native) return false;
        ((delegate* unmanaged<void*, byte, void>)native.Set)(((delegate* unmanaged<void*>)native.Context)(), 0);
        return true;
    }

    private static (nint Context, nint Set, nint Get)? Find()
    {
        if (OperatingSystem.IsWindows()) return null;
        // TorchSharp loads its libraries when it is first used; then the system finds this one by its name alone.
        _ = torch.get_num_threads();
        var name = OperatingSystem.IsMacOS() ? "libtorch_cpu.dylib" : "libtorch_cpu.so";
        return NativeLibrary.TryLoad(name, typeof(torch).Assembly, null, out var library)
            && NativeLibrary.TryGetExport(library, Context, out var context)
            && NativeLibrary.TryGetExport(library, Set, out var set) && NativeLibrary.TryGetExport(library, Get, out var get)
            ? (context, set, get) : null;
    }
}
