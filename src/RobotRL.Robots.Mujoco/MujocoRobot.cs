using RobotRL.Control;
using RobotRL.Model;
using RobotRL.Safety;
using RobotRL.Tasks;

namespace RobotRL.Robots.Mujoco;

/// <summary>A world with an only arm, as one thing: the arm's commands and readings, the world's clock and scene.</summary>
public sealed class MujocoRobot(RobotDescription description, string scenePath) : MujocoWorld(description, scenePath), IRobot
{
    /// <summary>The arm.</summary>
    public MujocoArm Arm => Arms[0];

    public RobotDescription Description => Arm.Description;

    /// <inheritdoc cref="MujocoArm.EndEffectorInBase"/>
    public Pose EndEffectorInBase => Arm.EndEffectorInBase;

    /// <inheritdoc cref="MujocoArm.EndEffectorInFlange"/>
    public Pose EndEffectorInFlange => Arm.EndEffectorInFlange;

    /// <inheritdoc cref="MujocoArm.GripperWidthM"/>
    public double GripperWidthM => Arm.GripperWidthM;

    /// <inheritdoc cref="MujocoArm.ExternalWrenchInEndEffector"/>
    public Wrench ExternalWrenchInEndEffector => Arm.ExternalWrenchInEndEffector;

    /// <inheritdoc cref="MujocoArm.Pushes"/>
    public RandomPushes? Pushes { get => Arm.Pushes; set => Arm.Pushes = value; }

    /// <inheritdoc cref="MujocoArm.MotorErrorNm"/>
    public JointTorques MotorErrorNm { get => Arm.MotorErrorNm; set => Arm.MotorErrorNm = value; }

    /// <inheritdoc cref="MujocoArm.IsBraked"/>
    public bool IsBraked { get => Arm.IsBraked; internal set => Arm.IsBraked = value; }

    public bool TryRead(ref RobotState state) => Arm.TryRead(ref state);
    public void Write(in SafeCommand command) => Arm.Write(command);

    /// <inheritdoc cref="MujocoArm.Place"/>
    public void PlaceArm(ReadOnlySpan<double> positionRad) => Arm.Place(positionRad);

    /// <inheritdoc cref="MujocoArm.Command(in JointTorques, double, bool)"/>
    internal void Command(in JointTorques torqueNm, double gripperWidthM, bool removePower = false) => Arm.Command(torqueNm, gripperWidthM, removePower);
}
