using System.Text;
using L = RobotRL.Robots.Mujoco.Binding.MujocoLayout.mjModel;

namespace RobotRL.Robots.Mujoco.Binding;

/// <summary>A compiled MJCF model. Read only after loading, so several data and threads may share it.</summary>
public sealed unsafe class MujocoModel : IDisposable
{
    private nint _handle;

    /// <param name="path">MJCF file; what it includes is found beside it.</param>
    /// <exception cref="MujocoException">The file is missing or not valid MJCF.</exception>
    public MujocoModel(string path)
    {
        if (!File.Exists(path)) throw new MujocoException($"{path}: no such scene file");
        MujocoLibrary.Load();
        const int size = 1000;
        var error = stackalloc byte[size];
        _handle = Native.mj_loadXML(path, 0, error, size);
        if (_handle == 0) throw new MujocoException($"{path}: {Text(error).ReplaceLineEndings(" ").Trim()}");
        Path = path;
    }

    ~MujocoModel() => Free();

    /// <summary>The scene file.</summary>
    public string Path { get; internal init; }
    public int PositionCount => Int(L.nq);
    public int VelocityCount => Int(L.nv);
    public int ActuatorCount => Int(L.nu);
    public int ActivationCount => Int(L.na);
    public int BodyCount => Int(L.nbody);
    public int SiteCount => Int(L.nsite);
    public int MocapCount => Int(L.nmocap);
    public int SensorSize => Int(L.nsensordata);

    /// <summary>Length of a physics step, s.</summary>
    public double TimestepS => *(double*)(Handle + L.opt + MujocoLayout.mjOption.timestep);

    /// <summary>Gravity in the world frame, m/s².</summary>
    public ReadOnlySpan<double> Gravity => new((void*)(Handle + L.opt + MujocoLayout.mjOption.gravity), 3);

    /// <summary>Largest image that can be rendered, pixels.</summary>
    public (int Width, int Height) OffscreenSize => (Int(L.vis + MujocoLayout.mjVisual.offwidth), Int(L.vis + MujocoLayout.mjVisual.offheight));

    internal nint Handle => _handle != 0 ? _handle : throw new ObjectDisposedException(nameof(MujocoModel));

    public int Body(string name) => Id(MujocoLayout.mjOBJ_BODY, "body", name);
    public int Site(string name) => Id(MujocoLayout.mjOBJ_SITE, "site", name);
    public int Geom(string name) => Id(MujocoLayout.mjOBJ_GEOM, "geom", name);
    public int Camera(string name) => Id(MujocoLayout.mjOBJ_CAMERA, "camera", name);
    /// <summary>A camera's vertical field of view, rad.</summary>
    public double CameraFieldOfViewRad(int camera) => Pointer(L.cam_fovy)[camera] * Math.PI / 180;

    public int Actuator(string name) => Id(MujocoLayout.mjOBJ_ACTUATOR, "actuator", name);
    public int Keyframe(string name) => Id(MujocoLayout.mjOBJ_KEY, "keyframe", name);

    /// <summary>First index of a joint's coordinates in qpos.</summary>
    public int PositionAddress(string joint) => Ints(L.jnt_qposadr)[Id(MujocoLayout.mjOBJ_JOINT, "joint", joint)];

    /// <summary>First index of a joint's degrees of freedom in qvel.</summary>
    public int VelocityAddress(string joint) => Ints(L.jnt_dofadr)[Id(MujocoLayout.mjOBJ_JOINT, "joint", joint)];

    /// <summary>First index of a sensor's values in the sensor data.</summary>
    public int SensorAddress(string sensor) => Ints(L.sensor_adr)[Id(MujocoLayout.mjOBJ_SENSOR, "sensor", sensor)];

    /// <summary>Index of a mocap body's pose; the body must be declared as mocap.</summary>
    public int Mocap(string body) => Ints(L.body_mocapid)[Body(body)] is >= 0 and var id
        ? id
        : throw new MujocoException($"{Path}: body '{body}' must be a mocap body");

    /// <summary>Mass of a body and all that hangs on it, kg.</summary>
    public double SubtreeMass(int body) => Pointer(L.body_subtreemass)[body];

    public int BodyOfGeom(int geom) => Ints(L.geom_bodyid)[geom];

    /// <summary>Joint coordinates of a keyframe.</summary>
    public ReadOnlySpan<double> KeyframePosition(int key) => new(Pointer(L.key_qpos) + (nint)key * PositionCount, PositionCount);

    /// <summary>Bounds of an actuator's control, in its own unit.</summary>
    public (double Min, double Max) ControlRange(int actuator)
    {
        var range = Pointer(L.actuator_ctrlrange) + 2 * actuator;
        return (range[0], range[1]);
    }

    /// <summary>Force for one unit of an actuator's control: of a position actuator its stiffness, N/m.</summary>
    public double ActuatorGain(int actuator) => Pointer(L.actuator_gainprm)[MujocoLayout.mjNGAIN * actuator];

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        var handle = Interlocked.Exchange(ref _handle, 0);
        if (handle != 0) Native.mj_deleteModel(handle);
    }

    private int Int(int offset) => *(int*)(Handle + offset);
    private int* Ints(int offset) => *(int**)(Handle + offset);
    private double* Pointer(int offset) => *(double**)(Handle + offset);

    private int Id(int type, string kind, string name) =>
        Native.mj_name2id(Handle, type, name) is >= 0 and var id ? id : throw new MujocoException($"{Path}: the scene has no {kind} '{name}'");

    private static string Text(byte* zeroTerminated) =>
        Encoding.UTF8.GetString(System.Runtime.InteropServices.MemoryMarshal.CreateReadOnlySpanFromNullTerminated(zeroTerminated));
}
