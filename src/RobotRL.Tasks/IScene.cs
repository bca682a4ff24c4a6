using RobotRL.Model;

namespace RobotRL.Tasks;

/// <summary>
/// What a simulated scene lets a task see and set, by the names of the scene's parts. A name is looked up once and then stands for its number.
/// Poses and positions are in the cell's frame, which is the base frame of an only arm. Lives on the thread that steps the simulation.
/// </summary>
public interface IScene
{
    /// <summary>Virtual time.</summary>
    Stamp Now { get; }

    /// <summary>The arms in it, in the order of the cell.</summary>
    IReadOnlyList<ISceneArm> Arms { get; }

    int Site(string name);
    int Body(string name);
    int Geom(string name);

    /// <summary>A body that has no dynamics and stays where it is put.</summary>
    int Mocap(string body);

    /// <summary>A body that moves freely.</summary>
    int FreeBody(string joint);

    Pose SitePose(int site);
    Pose BodyPose(int body);
    Vector3D MocapPosition(int mocap);

    void PlaceMocap(int mocap, in Vector3D position);
    void TurnMocap(int mocap, in Rotation orientation);
    void PlaceFreeBody(int freeBody, in Vector3D position);

    /// <summary>Whether two geoms touch now.</summary>
    bool AreTouching(int geom, int other);

    /// <summary>
    /// Every arm at home, at rest and with power, everything else as the scene has it. What is placed afterwards takes effect with
    /// <see cref="Settle"/>.
    /// </summary>
    void ReturnHome();

    /// <summary>Makes everything current after things were placed.</summary>
    void Settle();
}

/// <summary>An arm of a simulated scene, as tasks see it.</summary>
public interface ISceneArm
{
    /// <summary>Prefix of its parts in the scene; empty for an only arm.</summary>
    string Name { get; }

    /// <summary>X_CB.</summary>
    Pose BaseInCell { get; }

    /// <summary>X_BE.</summary>
    Pose EndEffectorInBase { get; }

    /// <summary>Distance between the fingers, m.</summary>
    double GripperWidthM { get; }

    /// <summary>What the environment exerts on the tool, at the end effector and in its frame.</summary>
    Wrench ExternalWrenchInEndEffector { get; }

    /// <summary>Pushes from outside that a task brings; null for none.</summary>
    RandomPushes? Pushes { get; set; }

    /// <summary>Refuses a scene whose end effector is not where the task states it, seen from the flange (X_FE).</summary>
    void RequireEndEffector(in Pose inFlange);
}
