using RobotRL.Model;
using RobotRL.Ros2.Nodes;
using RobotRL.Ros2.Transport;
using RobotRL.Safety;
using RobotRL.Sensing;
using RobotRL.Wire.GeometryMsgs;
using Pose = RobotRL.Model.Pose;

namespace RobotRL.Robots.Ros2;

/// <summary>
/// Compares where the controller says that the end effector is with what our kinematics makes of the joints. A base frame that is turned, or a tool of another
/// length, would send the arm elsewhere with the first command.
/// </summary>
internal static class PoseCheck
{
    private const double MostM = 0.002, MostRad = 0.5 * Math.PI / 180;

    /// <param name="node">Listens.</param>
    /// <param name="topic">Of the controller's pose.</param>
    /// <param name="robot">What our kinematics takes it for.</param>
    /// <param name="endEffectorInFlange">X_FE.</param>
    /// <param name="states">The joints, which are heard already. The arm stands.</param>
    /// <param name="patience">How long the pose is waited for.</param>
    /// <exception cref="TransportException">They differ by more than 2 mm or 0.5°, or no pose comes.</exception>
    public static void Run(Ros2Node node, Ros2Topic topic, RobotDescription robot, Pose endEffectorInFlange, StateAssembler states, TimeSpan patience)
    {
        Pose? told = null;
        var gate = new object();
        using var reader = node.Subscribe<PoseStamped>(topic.Name, Ros2Robot.QosOf(topic), (message, _) =>
        {
            var (p, o) = (message.Pose.Position, message.Pose.Orientation);
            lock (gate) told = new(new(p.X, p.Y, p.Z), new Rotation(o.X, o.Y, o.Z, o.W));
        });
        ArmKinematics arm = new(robot, endEffectorInFlange);
        RobotState state = default;
        var seen = 0L;
        var worst = "";
        for (var since = SessionClock.MachineNs; SessionClock.MachineNs - since < patience.Ticks * TimeSpan.NanosecondsPerTick; Thread.Sleep(5))
        {
            Pose controllers;
            lock (gate)
            {
                if (told is not { } pose) continue;
                controllers = pose;
            }
            if (!states.Latest.TryRead(ref state, ref seen)) continue;
            arm.Update(state.Position);
            var ours = arm.EndEffectorInBase;
            var (m, rad) = ((controllers.Position - ours.Position).Length, (ours.Orientation.Inverse * controllers.Orientation).ToVector().Length);
            if (m <= MostM && rad <= MostRad) return;
            worst = FormattableString.Invariant($"{topic.Name} and the kinematics of {robot.Name} differ by {m * 1000:F1} mm and {rad * 180 / Math.PI:F2}°, ")
                + "and 2 mm and 0.5° are allowed; correct the controller's base frame and end effector, or robot.kinematics and task.end_effector_in_flange";
        }
        throw new TransportException(worst.Length > 0 ? worst : $"no pose on {topic.Name}; start the controller, or correct controller.pose in ros2.arms");
    }
}
