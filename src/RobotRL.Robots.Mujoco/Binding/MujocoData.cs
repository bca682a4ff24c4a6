using RobotRL.Model;
using L = RobotRL.Robots.Mujoco.Binding.MujocoLayout.mjData;

namespace RobotRL.Robots.Mujoco.Binding;

/// <summary>
/// The state of one simulation of a model. One thread at a time. Spans look straight into MuJoCo's memory: valid until disposal, and they
/// follow the simulation as it steps.
/// </summary>
public sealed unsafe class MujocoData : IDisposable
{
    private readonly MujocoModel _model;
    private readonly int _nq, _nv, _nu, _nbody, _nsite;
    private nint _handle;

    public MujocoData(MujocoModel model)
    {
        _model = model;
        (_nq, _nv, _nu, _nbody, _nsite) = (model.PositionCount, model.VelocityCount, model.ActuatorCount, model.BodyCount, model.SiteCount);
        _handle = Native.mj_makeData(model.Handle);
        if (_handle == 0) throw new MujocoException($"{model.Path}: no memory for the simulation");
    }

    ~MujocoData() => Free();

    public MujocoModel Model => _model;

    /// <summary>Simulated time, s.</summary>
    public ref double TimeS => ref *(double*)(Handle + L.time);

    public Span<double> Position => Doubles(L.qpos, _nq);
    public Span<double> Velocity => Doubles(L.qvel, _nv);
    public Span<double> Activation => Doubles(L.act, _model.ActivationCount);
    public Span<double> AccelerationWarmStart => Doubles(L.qacc_warmstart, _nv);
    public Span<double> Control => Doubles(L.ctrl, _nu);

    /// <summary>Generalised forces added to the actuators', N or Nm.</summary>
    public Span<double> AppliedForce => Doubles(L.qfrc_applied, _nv);

    /// <summary>Force then torque on each body at its centre of mass, world axes: [BodyCount×6].</summary>
    public Span<double> AppliedBodyForce => Doubles(L.xfrc_applied, 6 * _nbody);

    /// <summary>Gravity, Coriolis and centrifugal forces as they stand on the left of M q̈ + c = τ.</summary>
    public ReadOnlySpan<double> BiasForce => Doubles(L.qfrc_bias, _nv);

    public ReadOnlySpan<double> SensorData => Doubles(L.sensordata, _model.SensorSize);
    internal Span<double> WritableSensorData => Doubles(L.sensordata, _model.SensorSize);
    public Span<double> MocapPosition => Doubles(L.mocap_pos, 3 * _model.MocapCount);

    /// <summary>w, x, y, z of each mocap body.</summary>
    public Span<double> MocapQuaternion => Doubles(L.mocap_quat, 4 * _model.MocapCount);

    public int ContactCount => *(int*)(Handle + L.ncon);

    /// <summary>Whether the state became non-finite or huge, so that MuJoCo reset it: nothing after that is meaningful.</summary>
    public bool HasDiverged => Warnings(MujocoLayout.mjWARN_BADQPOS) + Warnings(MujocoLayout.mjWARN_BADQVEL) + Warnings(MujocoLayout.mjWARN_BADQACC) > 0;

    internal nint Handle => _handle != 0 ? _handle : throw new ObjectDisposedException(nameof(MujocoData));

    /// <summary>X_WB of a body's frame.</summary>
    public Pose BodyPose(int body)
    {
        double* p = Pointer(L.xpos) + 3 * Checked(body, _nbody), q = Pointer(L.xquat) + 4 * body;
        return new(new(p[0], p[1], p[2]), new(q[1], q[2], q[3], q[0]));
    }

    public Vector3D SitePosition(int site) => Vector(Pointer(L.site_xpos) + 3 * Checked(site, _nsite));

    /// <summary>X_WS of a site's frame.</summary>
    public Pose SitePose(int site)
    {
        var m = Pointer(L.site_xmat) + 9 * Checked(site, _nsite);
        return new(SitePosition(site), Rotation.FromAxes(new(m[0], m[3], m[6]), new(m[1], m[4], m[7]), new(m[2], m[5], m[8])));
    }

    /// <summary>Centre of mass of a body and all that hangs on it, world frame, m.</summary>
    public Vector3D SubtreeCenterOfMass(int body) => Vector(Pointer(L.subtree_com) + 3 * Checked(body, _nbody));

    public Contact Contact(int index)
    {
        var c = *(nint*)(Handle + L.contact) + Checked(index, ContactCount) * MujocoLayout.mjContact.Size;
        return new(*(int*)(c + MujocoLayout.mjContact.geom1), *(int*)(c + MujocoLayout.mjContact.geom2),
            Vector((double*)(c + MujocoLayout.mjContact.pos)), Vector((double*)(c + MujocoLayout.mjContact.frame)),
            *(double*)(c + MujocoLayout.mjContact.dist));
    }

    /// <summary>Force of a contact in its own frame: normal, then two tangents, N. Of the last step that solved for it.</summary>
    public Vector3D ContactForce(int index)
    {
        var result = stackalloc double[6];
        Native.mj_contactForce(_model.Handle, Handle, Checked(index, ContactCount), result);
        return Vector(result);
    }

    public void Reset(int keyframe) => Native.mj_resetDataKeyframe(_model.Handle, Handle, keyframe);

    /// <summary>First half of a step: all that follows from position and velocity. Controls may be set after it.</summary>
    public void Step1() => Native.mj_step1(_model.Handle, Handle);

    /// <summary>Second half: forces, acceleration, integration.</summary>
    public void Step2() => Native.mj_step2(_model.Handle, Handle);

    /// <summary>Computes everything from the state without stepping, accelerations and contact forces included.</summary>
    public void Forward() => Native.mj_forward(_model.Handle, Handle);

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        var handle = Interlocked.Exchange(ref _handle, 0);
        if (handle != 0) Native.mj_deleteData(handle);
    }

    private int Warnings(int kind) => *(int*)(Handle + L.warning + kind * MujocoLayout.mjWarningStat.Size + MujocoLayout.mjWarningStat.number);
    private double* Pointer(int offset) => *(double**)(Handle + offset);
    private Span<double> Doubles(int offset, int count) => new(Pointer(offset), count);
    private static Vector3D Vector(double* v) => new(v[0], v[1], v[2]);
    private static int Checked(int index, int count) => (uint)index < (uint)count ? index : throw new ArgumentOutOfRangeException(nameof(index));
}

/// <summary>A contact between two geoms.</summary>
/// <param name="Geom1">First geom.</param>
/// <param name="Geom2">Second geom.</param>
/// <param name="Position">Midpoint, world frame, m.</param>
/// <param name="Normal">Unit normal from the first geom to the second, world frame.</param>
/// <param name="DistanceM">Negative when the geoms overlap, m.</param>
public readonly record struct Contact(int Geom1, int Geom2, Vector3D Position, Vector3D Normal, double DistanceM);
