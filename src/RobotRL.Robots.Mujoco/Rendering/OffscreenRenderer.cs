using System.Runtime.InteropServices;
using RobotRL.Robots.Mujoco.Binding;
using L = RobotRL.Robots.Mujoco.Binding.MujocoLayout;

namespace RobotRL.Robots.Mujoco.Rendering;

/// <summary>
/// Draws the cameras of a model without a window. An OpenGL context belongs to one thread: create, use and dispose a renderer on the same
/// thread, and let no other thread step the data while it draws. Several renderers may live on one thread.
/// </summary>
public sealed unsafe class OffscreenRenderer : IDisposable
{
    private const int MaxGeoms = 500;

    // MuJoCo looks up OpenGL's functions anew for each context, into variables that all of them share.
    private static readonly Lock Making = new();
    [ThreadStatic] private static OffscreenRenderer? _current;

    private readonly MujocoModel _model;
    private readonly GlContext _gl;
    private readonly int _thread = Environment.CurrentManagedThreadId, _maxWidth, _maxHeight;
    private readonly nint _scene = Zeroed(L.mjvScene.Size), _camera = Zeroed(L.mjvCamera.Size);
    private readonly nint _option = Zeroed(L.mjvOption.Size), _context = Zeroed(L.mjrContext.Size);
    private readonly byte[] _row;
    private bool _disposed;

    /// <exception cref="MujocoException">The machine has neither EGL nor OSMesa.</exception>
    public OffscreenRenderer(MujocoModel model)
    {
        _model = model;
        (_maxWidth, _maxHeight) = model.OffscreenSize;
        _row = new byte[_maxWidth * 3];
        lock (Making) _gl = Made(model);
        // Shadows and mirrors cost most of a software-rendered frame and tell a small image little.
        foreach (var effect in (ReadOnlySpan<int>)[L.mjRND_SHADOW, L.mjRND_REFLECTION, L.mjRND_HAZE]) *((byte*)_scene + L.mjvScene.flags + effect) = 0;
    }

    private GlContext Made(MujocoModel model)
    {
        var gl = GlContext.Create();
        gl.MakeCurrent();
        _current = this;
        Native.mjv_defaultScene(_scene);
        Native.mjv_makeScene(model.Handle, _scene, MaxGeoms);
        Native.mjv_defaultOption(_option);
        Native.mjv_defaultCamera(_camera);
        Native.mjr_defaultContext(_context);
        Native.mjr_makeContext(model.Handle, _context, L.mjFONTSCALE_100);
        Native.mjr_setBuffer(L.mjFB_OFFSCREEN, _context);
        return gl;
    }

    /// <summary>What draws: <c>egl</c> or <c>osmesa</c>.</summary>
    public string Backend => _gl.Name;

    /// <summary>Draws what a camera of the model sees of the data's current state.</summary>
    /// <param name="data">A state of this renderer's model.</param>
    /// <param name="camera">Camera, from <see cref="MujocoModel.Camera"/>.</param>
    /// <param name="width">Pixels, at most the model's off-screen width.</param>
    /// <param name="height">Pixels, at most the model's off-screen height.</param>
    /// <param name="rgb">Receives [height×width×3] uint8 RGB, rows top to bottom.</param>
    public void Render(MujocoData data, int camera, int width, int height, Span<byte> rgb)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (Environment.CurrentManagedThreadId != _thread) throw new InvalidOperationException("A renderer draws only on the thread that created it.");
        if ((uint)(width - 1) >= (uint)_maxWidth || (uint)(height - 1) >= (uint)_maxHeight)
            throw new ArgumentOutOfRangeException(nameof(width),
                $"{width}×{height} is beyond the scene's {_maxWidth}×{_maxHeight}: raise offwidth and offheight in {_model.Path}");
        if (rgb.Length != width * height * 3) throw new ArgumentException($"{width * height * 3} bytes are needed, {rgb.Length} are given.", nameof(rgb));
        if (data.Model != _model) throw new ArgumentException("The data is of another model.", nameof(data));
        if (_current != this)
        {
            _gl.MakeCurrent();
            _current = this;
        }
        *(int*)(_camera + L.mjvCamera.type) = L.mjCAMERA_FIXED;
        *(int*)(_camera + L.mjvCamera.fixedcamid) = camera;
        Native.mjv_updateScene(_model.Handle, data.Handle, _option, 0, _camera, L.mjCAT_ALL, _scene);
        var viewport = new Native.Viewport(0, 0, width, height);
        Native.mjr_render(viewport, _scene, _context);
        fixed (byte* pixels = rgb) Native.mjr_readPixels(pixels, null, viewport, _context);
        Flip(rgb, width * 3, height);
    }

    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        _gl.MakeCurrent();
        Native.mjr_freeContext(_context);
        Native.mjv_freeScene(_scene);
        _gl.Dispose();
        _current = null;
        foreach (var block in (ReadOnlySpan<nint>)[_scene, _camera, _option, _context]) NativeMemory.Free((void*)block);
    }

    /// <summary>OpenGL's rows run bottom to top.</summary>
    private void Flip(Span<byte> image, int stride, int height)
    {
        var row = _row.AsSpan(0, stride);
        for (int top = 0, bottom = height - 1; top < bottom; top++, bottom--)
        {
            Span<byte> a = image.Slice(top * stride, stride), b = image.Slice(bottom * stride, stride);
            a.CopyTo(row);
            b.CopyTo(a);
            row.CopyTo(b);
        }
    }

    private static nint Zeroed(int bytes) => (nint)NativeMemory.AllocZeroed((nuint)bytes);
}
