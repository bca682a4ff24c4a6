using RobotRL.Model;
using RobotRL.Ros2.Transport;
using Wrench = RobotRL.Model.Wrench;

namespace RobotRL.Robots.Ros2;

/// <summary>Why an arm cannot be begun with: one line, with the file and the key that it is about and what to do.</summary>
internal sealed class StartWords(ITransport transport, Ros2Parameters ros2, RobotDescription robot, Ros2ArmParameters arm)
{
    private string Where => $"domain {ros2.Domain}, {ros2.Interface}";

    /// <summary>It does not speak, or does not listen.</summary>
    /// <param name="states">What came of its messages.</param>
    /// <param name="hasState">Whether a whole state came.</param>
    /// <param name="unusable">Messages that could not be used.</param>
    public string Silence(StateAssembler states, bool hasState, long unusable)
    {
        if (transport.Mismatches() is [var first, ..])
            return At(KeyOf(first), $"{first}; correct reliability or topic here, or the robot's side");
        if (hasState) return At("command_topic", $"nobody takes commands on {arm.CommandTopic} ({Where}); start the robot's controller, or correct the topic");
        if (!states.HasJoints && unusable > 0)
            return At("joint_names", $"messages on {arm.JointStates.Name} lack position or velocity of {states.Missing ?? string.Join(", ", arm.JointNames)}; "
                + $"they name {Listed(states.Names)}");
        if (!states.HasJoints) return At("joint_states.topic", Nobody(arm.JointStates.Name));
        if (states.IsTaring) return At("wrench", "the force sensor could not be tared, since the arm does not stand still; bring it to rest, then start again");
        return At("wrench.topic", Nobody(arm.Wrench!.Topic.Name));
    }

    /// <summary>It speaks, and something of what it says cannot be worked with; null where all can.</summary>
    public string? Amiss(StateAssembler states)
    {
        if (arm.GripperJoint is { } gripper && !states.HasGripper)
            return At("gripper_joint", $"messages on {arm.JointStates.Name} name no joint '{gripper}', but {Listed(states.Names)}; name the one that tells the "
                + "gripper's width, or leave this out");
        if (states.Bias is not { } bias) return null;
        var (most, mostNm) = (arm.Wrench!.BiasMaxN ?? robot.Limits.ContactForceN, arm.Wrench.BiasMaxNm ?? robot.Limits.ContactTorqueNm);
        return bias.Force.Length <= most && bias.Torque.Length <= mostNm ? null : At("wrench", Felt(bias, most, mostNm));
    }

    private static string Felt(in Wrench bias, double most, double mostNm) => FormattableString.Invariant(
        $"the force sensor feels {bias.Force.Length:0.0} N and {bias.Torque.Length:0.00} Nm at rest beside the tool's weight, and at most {most:0.##} N and ")
        + FormattableString.Invariant($"{mostNm:0.##} Nm may be its bias; take off what hangs at it or touches it, correct robot.dynamics.tool_in_flange, ")
        + "or raise bias_max_n and bias_max_nm";

    private string Nobody(string topic) =>
        $"nobody sends {topic} ({Where}); start the robot, correct the topic, or check ros2.domain, ros2.interface and ros2.namespace";

    private static string Listed(IReadOnlyList<string> names) => names.Count == 0 ? "none" : string.Join(", ", names);

    private string At(string key, string what) => Ros2Words.At(ros2, $"{arm.Key}.{key}", what);

    /// <summary>The key of the topic that a line about two sides begins with.</summary>
    private string KeyOf(string mismatch)
    {
        foreach (var (key, topic) in arm.Commands.Concat(arm.Told))
            if (mismatch.StartsWith(topic + ":", StringComparison.Ordinal)) return key[(arm.Key.Length + 1)..];
        return "joint_states.topic";
    }
}
