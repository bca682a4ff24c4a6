using RobotRL.Model;
using RobotRL.Tasks;

namespace RobotRL.Robots.Mujoco;

/// <summary>The scene around the arms, as tasks see and set it.</summary>
public partial class MujocoWorld
{
    IReadOnlyList<ISceneArm> IScene.Arms => _arms;

    public int Site(string name) => Model.Site(name);
    public int Body(string name) => Model.Body(name);
    public int Geom(string name) => Model.Geom(name);
    public int Mocap(string body) => Model.Mocap(body);
    public int FreeBody(string joint) => Model.PositionAddress(joint);
    public Pose SitePose(int site) => Data.SitePose(site);
    public Pose BodyPose(int body) => Data.BodyPose(body);

    public Vector3D MocapPosition(int mocap)
    {
        var at = Data.MocapPosition.Slice(3 * mocap, 3);
        return new(at[0], at[1], at[2]);
    }

    public void PlaceMocap(int mocap, in Vector3D position) => Put(position, Data.MocapPosition.Slice(3 * mocap, 3));

    public void TurnMocap(int mocap, in Rotation orientation)
    {
        // MuJoCo's order of a quaternion: w first.
        var to = Data.MocapQuaternion.Slice(4 * mocap, 4);
        (to[0], to[1], to[2], to[3]) = (orientation.W, orientation.X, orientation.Y, orientation.Z);
    }

    public void PlaceFreeBody(int freeBody, in Vector3D position) => Put(position, Data.Position.Slice(freeBody, 3));

    public bool AreTouching(int geom, int other)
    {
        for (var i = 0; i < Data.ContactCount; i++)
        {
            var contact = Data.Contact(i);
            if ((contact.Geom1 == geom && contact.Geom2 == other) || (contact.Geom1 == other && contact.Geom2 == geom)) return true;
        }
        return false;
    }

    private static void Put(in Vector3D value, Span<double> target) => (target[0], target[1], target[2]) = (value.X, value.Y, value.Z);
}
