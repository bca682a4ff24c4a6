namespace RobotRL.Wire;

/// <summary>A ROS 2 message, as its <c>.msg</c> file defines it. An instance is filled and written again and again; after a while neither allocates.</summary>
public interface IMessage
{
    /// <summary>Such as <c>sensor_msgs/msg/JointState</c>.</summary>
    static abstract string TypeName { get; }

    /// <summary>The text of its definition, with those of all types that it uses: the encoding <c>ros2msg</c> of MCAP.</summary>
    static abstract string Definition { get; }

    /// <summary>Takes over the values of the next message.</summary>
    /// <exception cref="InvalidDataException">It ends too early, or a length in it cannot be. The values are then partly new.</exception>
    void Read(ref CdrReader cdr);

    /// <summary>Appends the values.</summary>
    void Write(CdrWriter cdr);
}
