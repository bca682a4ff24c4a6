using System.Runtime.InteropServices;

namespace RobotRL.Robots.Mujoco.Binding;

/// <summary>MuJoCo's C functions, as its headers declare them. Models, data and scenes are opaque: <see cref="MujocoLayout"/> knows their fields.
/// A <see cref="MujocoModel"/> comes before everything else, and its construction loads and checks the library.</summary>
internal static unsafe partial class Native
{
    private const string Library = MujocoLibrary.Name;

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint mj_loadXML(string filename, nint vfs, byte* error, int errorSize);
    [LibraryImport(Library)] public static partial void mj_deleteModel(nint model);
    [LibraryImport(Library)] public static partial nint mj_makeData(nint model);
    [LibraryImport(Library)] public static partial void mj_deleteData(nint data);
    [LibraryImport(Library)] public static partial void mj_resetDataKeyframe(nint model, nint data, int key);
    [LibraryImport(Library)] public static partial void mj_step1(nint model, nint data);
    [LibraryImport(Library)] public static partial void mj_step2(nint model, nint data);
    [LibraryImport(Library)] public static partial void mj_forward(nint model, nint data);
    [LibraryImport(Library)] public static partial void mj_contactForce(nint model, nint data, int contact, double* result);
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int mj_name2id(nint model, int type, string name);

    [LibraryImport(Library)] public static partial void mjv_defaultScene(nint scene);
    [LibraryImport(Library)] public static partial void mjv_makeScene(nint model, nint scene, int maxGeoms);
    [LibraryImport(Library)] public static partial void mjv_freeScene(nint scene);
    [LibraryImport(Library)] public static partial void mjv_defaultOption(nint option);
    [LibraryImport(Library)] public static partial void mjv_defaultCamera(nint camera);
    [LibraryImport(Library)]
    public static partial void mjv_updateScene(nint model, nint data, nint option, nint perturb, nint camera, int categories, nint scene);
    [LibraryImport(Library)] public static partial void mjr_defaultContext(nint context);
    [LibraryImport(Library)] public static partial void mjr_makeContext(nint model, nint context, int fontScale);
    [LibraryImport(Library)] public static partial void mjr_freeContext(nint context);
    [LibraryImport(Library)] public static partial void mjr_setBuffer(int framebuffer, nint context);
    [LibraryImport(Library)] public static partial void mjr_render(Viewport viewport, nint scene, nint context);
    [LibraryImport(Library)] public static partial void mjr_readPixels(byte* rgb, float* depth, Viewport viewport, nint context);

    /// <summary>mjrRect, pixels.</summary>
    public readonly record struct Viewport(int Left, int Bottom, int Width, int Height);
}
