using RobotRL.Control;
using RobotRL.Model;
using RobotRL.Robots.Mujoco.Binding;
using RobotRL.Tasks;

namespace RobotRL.Robots.Mujoco;

/// <summary>
/// A simulated cell: one or more arms and whatever is around them. Its frame is the cell's, which is the base frame of an only arm. All arms move together, a
/// control period a step. One thread steps, reads and writes.
/// </summary>
public partial class MujocoWorld : IPlant, IScene, IDisposable
{
    private readonly MujocoArm[] _arms;
    private readonly int _home, _substeps;
    private readonly long _periodNs;
    private readonly double[] _integrated; // qpos as integrated, before MuJoCo normalises quaternions in place, which changes last bits each time
    private long _nowNs;
    private int _pushedBody;
    private Vector3D _pushN;

    /// <summary>Loads a scene and has every arm stand at home.</summary>
    /// <param name="description">Of each arm.</param>
    /// <param name="scenePath">The scene, with one arm in it.</param>
    /// <param name="arms">The arms by name and place; null for the scene's own one.</param>
    /// <exception cref="MujocoException">The description is another driver's; the scene is missing, invalid, or does not fit the description.</exception>
    public MujocoWorld(RobotDescription description, string scenePath, IReadOnlyList<ArmDescription>? arms = null)
    {
        if (description.Driver != "mujoco")
        {
            throw new MujocoException($"{description.Name}: 'driver: {description.Driver}' has no scene, task or cameras, and this needs them; "
                + "write driver: mujoco (robotrl control alone runs without a scene)");
        }
        Model = arms is { Count: > 0 } ? SceneOfArms.Load(scenePath, arms) : new MujocoModel(scenePath);
        Data = new MujocoData(Model);
        _home = Model.Keyframe("home");
        _integrated = new double[Model.PositionCount];
        _periodNs = description.ControlPeriodNs;
        var timestepNs = (long)Math.Round(Model.TimestepS * 1e9);
        _substeps = (int)(_periodNs / timestepNs);
        if (_substeps * timestepNs != _periodNs || _substeps == 0)
        {
            throw new MujocoException($"{scenePath}: timestep {Model.TimestepS} s does not divide the control period of {_periodNs} ns; "
                + "change option timestep");
        }
        _arms = [];
        _arms = arms is { Count: > 0 } ? [.. arms.Select(arm => new MujocoArm(this, description, arm))] : [new MujocoArm(this, description, null)];
        ReturnHome();
    }

    public MujocoModel Model { get; }

    /// <summary>The simulation itself, for tasks, cameras and tests.</summary>
    public MujocoData Data { get; }

    /// <summary>The arms, in the order of the cell.</summary>
    public IReadOnlyList<MujocoArm> Arms => _arms;

    /// <summary>Virtual time. It only ever goes on: neither a new episode nor a restored snapshot turns it back.</summary>
    public Stamp Now => new(_nowNs);

    /// <summary>How often the arms were put somewhere by no motion of theirs.</summary>
    internal int Placements { get; private set; }

    /// <summary>The name in the scene of an arm's part.</summary>
    internal static string NameOf(string arm, string part) => arm.Length == 0 ? part : $"{arm}_{part}";

    /// <summary>Pushes a body of the scene at its centre of mass from now on; no force lets it go.</summary>
    /// <param name="body">Its name in the scene.</param>
    /// <param name="forceN">In the cell's frame, N.</param>
    /// <exception cref="MujocoException">The scene has no such body.</exception>
    public void Push(string body, in Vector3D forceN)
    {
        Data.AppliedBodyForce.Slice(6 * _pushedBody, 3).Clear();
        (_pushedBody, _pushN) = (Model.Body(body), forceN);
    }

    /// <inheritdoc/>
    public void Step()
    {
        foreach (var arm in _arms) arm.BeginPeriod();
        ApplyPush();
        for (var i = 0; i < _substeps; i++)
        {
            foreach (var arm in _arms) arm.Compensate();
            // Second half first: whatever follows from position and velocity is current after a step, for reading, judging and drawing.
            Data.Step2();
            Data.Position.CopyTo(_integrated);
            Data.Step1();
        }
        _nowNs += _periodNs;
    }

    /// <summary>Puts the scene into its keyframe and each arm at the description's home posture, at rest and with power. Tasks then place their objects
    /// and call <see cref="Settle"/>.</summary>
    public void ReturnHome()
    {
        Data.Reset(_home);
        foreach (var arm in _arms) arm.Home();
        Settle();
    }

    /// <summary>Has a scene set up around arms that stay as they are, with what they hold their fingers at: as somebody does at a real robot.</summary>
    public void SetUpAroundArms(Action setUp)
    {
        var joints = _arms.SelectMany(arm => arm.Coordinates).ToArray();
        double[] position = [.. joints.Select(joint => Data.Position[joint.Position])], velocity = [.. joints.Select(joint => Data.Velocity[joint.Velocity])];
        var control = Data.Control.ToArray();
        bool[] braked = [.. _arms.Select(arm => arm.IsBraked)];
        setUp();
        for (var i = 0; i < joints.Length; i++) (Data.Position[joints[i].Position], Data.Velocity[joints[i].Velocity]) = (position[i], velocity[i]);
        control.CopyTo(Data.Control);
        for (var i = 0; i < _arms.Length; i++) _arms[i].IsBraked = braked[i];
        Settle();
    }

    /// <summary>Makes everything current after the state was set from outside. The clock ticks, so that the next read is a new state.</summary>
    public void Settle()
    {
        Data.Step1();
        foreach (var arm in _arms) arm.Compensate();
        Data.Position.CopyTo(_integrated);
        Data.Forward();
        foreach (var arm in _arms) arm.Forget();
        _nowNs += _periodNs;
        Placements++;
    }

    /// <summary>Copies the full state of the simulation.</summary>
    public void Capture(SimulationSnapshot snapshot) => snapshot.Capture(Data, _integrated, _arms);

    /// <summary>Goes back to a captured state: what follows repeats bit for bit under the same commands.</summary>
    public void Restore(SimulationSnapshot snapshot)
    {
        snapshot.Restore(Data, _integrated, _arms);
        _nowNs += _periodNs;
        Placements++;
    }

    /// <summary>Shows the state of a world that moves elsewhere, at that world's time: for drawing and judging, not for stepping.</summary>
    public void Mirror(SimulationSnapshot snapshot, Stamp time)
    {
        snapshot.Restore(Data, _integrated, []);
        _nowNs = time.Ns;
    }

    public void Dispose()
    {
        Data.Dispose();
        Model.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>An arm that is being made stands at home, so that its kinematics can be asked for.</summary>
    internal void Stand(MujocoArm arm)
    {
        Data.Reset(_home);
        arm.Home();
        Data.Step1();
    }

    private void ApplyPush()
    {
        if (_pushN == Vector3D.Zero) return;
        var force = Data.AppliedBodyForce.Slice(6 * _pushedBody, 3);
        // A task's own pushes are set anew each step; elsewhere this is the only one.
        if (!Array.Exists(_arms, arm => arm.Pushes is not null && arm.Hand == _pushedBody)) force.Clear();
        for (var axis = 0; axis < 3; axis++) force[axis] += _pushN[axis];
    }
}
