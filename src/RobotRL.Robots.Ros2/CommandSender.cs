using RobotRL.Model;
using RobotRL.Ros2.Nodes;
using RobotRL.Ros2.Transport;
using RobotRL.Safety;
using RobotRL.Wire.GeometryMsgs;
using Pose = RobotRL.Model.Pose;

namespace RobotRL.Robots.Ros2;

/// <summary>Sends sealed commands in the way that a robot's controller takes them. On the loop's thread; allocates nothing.</summary>
internal abstract class CommandSender : IDisposable
{
    /// <summary>Commands are of no use once a newer one is there; none is lost on the way to one that listens.</summary>
    protected static Qos Commands => new(Reliability.Reliable, Durability.Volatile, 1);

    /// <summary>Who listens.</summary>
    public abstract int Listeners { get; }

    /// <summary>Sends a command that has a set-point and does not remove power.</summary>
    public abstract void Send(in SafeCommand command);

    /// <summary>Power is to go, or there is nothing to follow. A controller that stops by itself when it hears nothing is told nothing.</summary>
    public virtual void SendStop(in RobotState measured, bool removePower) { }

    public abstract void Dispose();

    public static CommandSender Of(Ros2Node node, RobotDescription robot, Ros2ArmParameters arm, Pose endEffectorInFlange) => arm.Profile switch
    {
        Ros2Profile.TargetPose => new PoseSender(node, robot, arm, endEffectorInFlange),
        Ros2Profile.ImpedanceTarget => new ImpedanceSender(node, robot, arm),
        Ros2Profile.MotionUpdate => new MotionSender(node, robot, arm, endEffectorInFlange),
        _ => new JointSender(node, robot, arm),
    };

    protected static void Put(Pose pose, Wire.GeometryMsgs.Pose into)
    {
        (into.Position.X, into.Position.Y, into.Position.Z) = (pose.Position.X, pose.Position.Y, pose.Position.Z);
        var o = pose.Orientation;
        (into.Orientation.X, into.Orientation.Y, into.Orientation.Z, into.Orientation.W) = (o.X, o.Y, o.Z, o.W);
    }

    protected static void Put(in Model.Wrench wrench, Wire.GeometryMsgs.Wrench into)
    {
        Put(wrench.Force, into.Force);
        Put(wrench.Torque, into.Torque);
    }

    protected static void Put(in Vector3D vector, Vector3 into) => (into.X, into.Y, into.Z) = (vector.X, vector.Y, vector.Z);

    /// <summary>A 6×6 matrix, row by row, of a spring alike in all directions, and of its damper.</summary>
    protected static void Put(in CartesianStiffness spring, double[] stiffness, double[] damping)
    {
        const int axes = 6;
        for (var axis = 0; axis < axes; axis++)
        {
            var k = axis < 3 ? spring.TranslationNM : spring.RotationNmRad;
            stiffness[axis * (axes + 1)] = k;
            damping[axis * (axes + 1)] = 2 * spring.DampingRatio * Math.Sqrt(k);
        }
    }
}
