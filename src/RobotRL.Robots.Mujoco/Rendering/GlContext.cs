using System.Runtime.InteropServices;
using RobotRL.Robots.Mujoco.Binding;

namespace RobotRL.Robots.Mujoco.Rendering;

/// <summary>An OpenGL context without a window. Current on one thread at a time: the one that last called <see cref="MakeCurrent"/>.</summary>
internal abstract unsafe partial class GlContext : IDisposable
{
    private const int RtldNow = 2, RtldGlobal = 0x100;
    private static readonly Lazy<Func<GlContext>> Factory = new(Choose);

    /// <summary>What draws: <c>egl</c> or <c>osmesa</c>.</summary>
    public abstract string Name { get; }

    public abstract void MakeCurrent();
    public abstract void Dispose();

    /// <summary>A context of the kind that this machine has: surfaceless EGL, else OSMesa. The kind is chosen once for the process, since
    /// MuJoCo takes its GL functions from the first one that it sees. ROBOTRL_GL=egl or osmesa insists on one.</summary>
    public static GlContext Create() => Factory.Value();

    private static Func<GlContext> Choose()
    {
        if (!OperatingSystem.IsLinux())
            throw new MujocoException("off-screen rendering needs EGL or OSMesa, which only Linux offers: "
                + "run the simulation without cameras, or on Linux or WSL");
        // An image of the policy's size is too small to share among threads: without them Mesa's software renderer is quicker and steadier
        // beside a busy learner. Whoever set the variable keeps his choice.
        _ = setenv("LP_NUM_THREADS", "0", overwrite: 0);
        var wanted = Environment.GetEnvironmentVariable("ROBOTRL_GL");
        string? reason = null;
        if (wanted is null or "egl")
        {
            try { EglContext.Open(); return () => new EglContext(); }
            catch (Exception e) when (e is MujocoException or DllNotFoundException) { reason = e.Message; }
        }
        if ((wanted is null or "osmesa") && LoadGlobally(OsMesaContext.Library)) return () => new OsMesaContext();
        throw new MujocoException($"no off-screen OpenGL: {reason ?? "ROBOTRL_GL is " + wanted}; apt install libegl1 libgl1-mesa-dri or libosmesa6");
    }

    /// <summary>Makes a library's symbols visible to MuJoCo, which looks for OpenGL among those of the process.</summary>
    protected static bool LoadGlobally(string library) => dlopen(library, RtldNow | RtldGlobal) != 0;

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)] private static partial nint dlopen(string file, int flags);
    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)] private static partial int setenv(string name, string value, int overwrite);
}

/// <summary>EGL on Mesa's surfaceless platform: software or GPU, no display server.</summary>
internal sealed unsafe partial class EglContext : GlContext
{
    private const string Library = "libEGL.so.1";
    private const uint PlatformSurfaceless = 0x31DD, OpenGlApi = 0x30A2;
    private static nint _display, _config;
    private readonly nint _surface, _context;

    public EglContext()
    {
        ReadOnlySpan<int> surface = [0x3057, 8, 0x3056, 8, 0x3038]; // width, height: MuJoCo draws into its own framebuffer
        _ = eglBindAPI(OpenGlApi);
        fixed (int* attributes = surface) _surface = eglCreatePbufferSurface(_display, _config, attributes);
        _context = eglCreateContext(_display, _config, 0, null);
        if (_surface == 0 || _context == 0) throw new MujocoException($"EGL refuses a context (error 0x{eglGetError():X}): set ROBOTRL_GL=osmesa");
    }

    public override string Name => "egl";

    /// <summary>Opens the display that all contexts of the process share.</summary>
    public static void Open()
    {
        // RGBA8, depth 24, stencil 8, pbuffer, OpenGL
        ReadOnlySpan<int> wanted = [0x3024, 8, 0x3023, 8, 0x3022, 8, 0x3021, 8, 0x3025, 24, 0x3026, 8, 0x3033, 1, 0x3040, 8, 0x3038];
        int count = 0;
        nint config = 0;
        if (!LoadGlobally(Library)) throw new MujocoException(Library + " does not load");
        _display = eglGetPlatformDisplay(PlatformSurfaceless, 0, null);
        if (_display == 0 || eglInitialize(_display, null, null) == 0) throw new MujocoException("EGL has no surfaceless display");
        fixed (int* attributes = wanted) _ = eglChooseConfig(_display, attributes, &config, 1, &count);
        if (eglBindAPI(OpenGlApi) == 0 || count == 0 || !LoadGlobally("libGL.so.1")) throw new MujocoException("EGL offers no OpenGL");
        _config = config;
    }

    public override void MakeCurrent()
    {
        _ = eglBindAPI(OpenGlApi);
        if (eglMakeCurrent(_display, _surface, _surface, _context) == 0)
            throw new MujocoException($"the OpenGL context cannot become current (error 0x{eglGetError():X}): "
                + "another thread holds it; render on the thread that created the renderer");
    }

    public override void Dispose()
    {
        _ = eglMakeCurrent(_display, 0, 0, 0);
        _ = eglDestroyContext(_display, _context);
        _ = eglDestroySurface(_display, _surface);
    }

    [LibraryImport(Library)] private static partial nint eglGetPlatformDisplay(uint platform, nint native, nint* attributes);
    [LibraryImport(Library)] private static partial uint eglInitialize(nint display, int* major, int* minor);
    [LibraryImport(Library)] private static partial uint eglBindAPI(uint api);
    [LibraryImport(Library)] private static partial uint eglChooseConfig(nint display, int* attributes, nint* configs, int size, int* count);
    [LibraryImport(Library)] private static partial nint eglCreatePbufferSurface(nint display, nint config, int* attributes);
    [LibraryImport(Library)] private static partial nint eglCreateContext(nint display, nint config, nint shared, int* attributes);
    [LibraryImport(Library)] private static partial uint eglMakeCurrent(nint display, nint draw, nint read, nint context);
    [LibraryImport(Library)] private static partial uint eglDestroyContext(nint display, nint context);
    [LibraryImport(Library)] private static partial uint eglDestroySurface(nint display, nint surface);
    [LibraryImport(Library)] private static partial int eglGetError();
}

/// <summary>Mesa's software renderer, drawing to memory.</summary>
internal sealed unsafe partial class OsMesaContext : GlContext
{
    internal const string Library = "libOSMesa.so.8";
    private const int Edge = 8; // MuJoCo draws into its own framebuffer
    private const uint Rgba = 0x1908, UnsignedByte = 0x1401;
    private readonly byte[] _buffer = GC.AllocateArray<byte>(Edge * Edge * 4, pinned: true);
    private readonly nint _context = OSMesaCreateContextExt(Rgba, 24, 8, 0, 0);

    public override string Name => "osmesa";

    public override void MakeCurrent()
    {
        fixed (byte* buffer = _buffer)
            if (OSMesaMakeCurrent(_context, buffer, UnsignedByte, Edge, Edge) == 0) throw new MujocoException("OSMesa refuses a context: reinstall libosmesa6");
    }

    public override void Dispose() => OSMesaDestroyContext(_context);

    [LibraryImport(Library)] private static partial nint OSMesaCreateContextExt(uint format, int depthBits, int stencilBits, int accumulationBits, nint shared);
    [LibraryImport(Library)] private static partial byte OSMesaMakeCurrent(nint context, byte* buffer, uint type, int width, int height);
    [LibraryImport(Library)] private static partial void OSMesaDestroyContext(nint context);
}
