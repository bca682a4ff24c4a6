using System.Runtime.InteropServices;
using System.Text;
using RobotRL.Robots.Mujoco.Binding;
using RobotRL.Sessions.Processes;
using TorchSharp;

namespace RobotRL.Lab.Diagnosis;

/// <summary>The child's side: loads one library, uses it once and says in one line what came of it.</summary>
public static unsafe class NativeProbe
{
    private static readonly Dictionary<string, Func<string>> Probes = new()
    {
        ["torch"] = Torch,
        ["cuda"] = Cuda,
        ["opencv"] = () => OpenCvSharp.Cv2.GetVersionString() ?? throw new InvalidOperationException("OpenCV names no version"),
        ["mujoco"] = Mujoco,
        ["egl"] = Egl,
        ["osmesa"] = OsMesa,
        ["fifo"] = RealTimeFindings.TryFifo,
        ["mlock"] = RealTimeFindings.TryLockMemory,
    };

    public static IEnumerable<string> Names => Probes.Keys;

    public static int Run(string name)
    {
        try
        {
            if (!Probes.TryGetValue(name, out var probe)) throw new ArgumentException($"no probe {name}: one of {string.Join(", ", Names)}");
            Console.Out.WriteLine(probe().ReplaceLineEndings(" "));
            return ExitCode.Done;
        }
        // The one place that catches everything: whatever a library throws on loading is the finding.
        catch (Exception e)
        {
            while (e.InnerException is { } inner) e = inner;
            Console.Error.WriteLine(e.Message.ReplaceLineEndings(" "));
            return ExitCode.DoesNotHold;
        }
    }

    private static string Torch()
    {
        using var sum = torch.ones(2, 3).sum();
        return sum.item<float>() == 6f
            ? $"libtorch {torch.__version__}, {torch.get_num_threads()} threads"
            : throw new InvalidOperationException("2 × 3 ones do not sum to 6");
    }

    private static string Cuda() => torch.cuda.is_available()
        ? $"{torch.cuda.device_count()} device(s)"
        : throw new InvalidOperationException(
            File.Exists("/proc/driver/nvidia/version") ? "driver there, libtorch of this build is for CPU" : "no NVIDIA driver");

    private static string Mujoco()
    {
        MujocoLibrary.Load();
        var v = MujocoLibrary.ExpectedVersion;
        return $"MuJoCo {v / 100}.{v / 10 % 10}.{v % 10}";
    }

    private static string Egl()
    {
        const uint surfacelessMesa = 0x31DD;
        const int vendor = 0x3053, version = 0x3054;
        var egl = NativeLibrary.Load("libEGL.so.1");
        var display = ((delegate* unmanaged<uint, nint, nint*, nint>)NativeLibrary.GetExport(egl, "eglGetPlatformDisplay"))(surfacelessMesa, 0, null);
        if (display == 0 || ((delegate* unmanaged<nint, int*, int*, uint>)NativeLibrary.GetExport(egl, "eglInitialize"))(display, null, null) == 0)
            throw new InvalidOperationException("no surfaceless display");
        var query = (delegate* unmanaged<nint, int, byte*>)NativeLibrary.GetExport(egl, "eglQueryString");
        return $"{Text(query(display, version))}, {Text(query(display, vendor))}, surfaceless";
    }

    private static string OsMesa()
    {
        const uint rgba = 0x1908;
        var mesa = NativeLibrary.Load("libOSMesa.so.8");
        var context = ((delegate* unmanaged<uint, int, int, int, nint, nint>)NativeLibrary.GetExport(mesa, "OSMesaCreateContextExt"))(rgba, 24, 8, 0, 0);
        if (context == 0) throw new InvalidOperationException("no context");
        ((delegate* unmanaged<nint, void>)NativeLibrary.GetExport(mesa, "OSMesaDestroyContext"))(context);
        return "software renderer";
    }

    private static string Text(byte* text) => text is null ? "unknown" : Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(text));
}
