using RobotRL.Model;
using RobotRL.Robots.Mujoco.Binding;

namespace RobotRL.Robots.Mujoco;

/// <summary>The scene around the robot, as tasks see and set it.</summary>
public sealed partial class MujocoRobot
{
    private const double StatedWithin = 1e-6;

    /// <inheritdoc/>
    public void RequireEndEffector(in Pose inFlange)
    {
        var scene = EndEffectorInFlange;
        var (offM, offRad) = ((scene.Position - inFlange.Position).Length, (scene.Orientation.Inverse * inFlange.Orientation).ToVector().Length);
        if (offM > StatedWithin || offRad > StatedWithin)
            throw new MujocoException($"{Model.Path}: site 'ee' is at {scene.Position}, turned by {scene.Orientation.ToVector()}, seen from the flange, "
                + $"but the task states {inFlange.Position}, {inFlange.Orientation.ToVector()}: make end_effector_in_flange agree");
    }

    public int Site(string name) => Model.Site(name);
    public int Body(string name) => Model.Body(name);
    public int Geom(string name) => Model.Geom(name);
    public int Mocap(string body) => Model.Mocap(body);
    public int FreeBody(string joint) => Model.PositionAddress(joint);
    public Pose SitePose(int site) => _data.SitePose(site);
    public Pose BodyPose(int body) => _data.BodyPose(body);

    public Vector3D MocapPosition(int mocap)
    {
        var at = _data.MocapPosition.Slice(3 * mocap, 3);
        return new(at[0], at[1], at[2]);
    }

    public void PlaceMocap(int mocap, in Vector3D position) => Put(position, _data.MocapPosition.Slice(3 * mocap, 3));

    public void TurnMocap(int mocap, in Rotation orientation)
    {
        // MuJoCo's order of a quaternion: w first.
        var to = _data.MocapQuaternion.Slice(4 * mocap, 4);
        (to[0], to[1], to[2], to[3]) = (orientation.W, orientation.X, orientation.Y, orientation.Z);
    }

    public void PlaceFreeBody(int freeBody, in Vector3D position) => Put(position, _data.Position.Slice(freeBody, 3));

    public bool AreTouching(int geom, int other)
    {
        for (var i = 0; i < _data.ContactCount; i++)
        {
            var contact = _data.Contact(i);
            if ((contact.Geom1 == geom && contact.Geom2 == other) || (contact.Geom1 == other && contact.Geom2 == geom)) return true;
        }
        return false;
    }

    private static void Put(in Vector3D value, Span<double> target) => (target[0], target[1], target[2]) = (value.X, value.Y, value.Z);
}
