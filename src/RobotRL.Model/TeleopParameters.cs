namespace RobotRL.Model;

/// <summary>What an operator's device sends over ROS 2.</summary>
public enum TeleopDevice
{
    /// <summary>Axes and buttons in one <c>sensor_msgs/Joy</c>.</summary>
    Joy,

    /// <summary>Six axes in a <c>geometry_msgs/Twist</c>, which has no stamp, and buttons in a <c>sensor_msgs/Joy</c> beside it.</summary>
    Twist,

    /// <summary>The same with a <c>geometry_msgs/TwistStamped</c>.</summary>
    TwistStamped,

    /// <summary>What a hand asks for, worked out on the other side, in a <c>robotrl_msgs/Intervention</c>.</summary>
    Intervention,
}

/// <summary>What a button of a device does. Bits, so that several can be pressed.</summary>
[Flags]
public enum TeleopButtons
{
    None = 0,

    /// <summary>Nothing drives unless it is held.</summary>
    Deadman = 1,
    GripperClose = 1 << 1,
    GripperOpen = 1 << 2,

    /// <summary>Closes, then opens.</summary>
    GripperToggle = 1 << 3,

    /// <summary>Takes the other arm of a cell with two.</summary>
    NextArm = 1 << 4,
    Success = 1 << 5,
    Failure = 1 << 6,
    Discard = 1 << 7,
    NewScene = 1 << 8,
    Pause = 1 << 9,

    /// <summary>Stops the robot.</summary>
    Stop = 1 << 10,

    /// <summary>Clears a stop.</summary>
    Clear = 1 << 11,
}

/// <summary>Which of a device's axes drives one of the hand's.</summary>
/// <param name="Driven">Index into <see cref="NormalizedTwist"/>.</param>
/// <param name="Axis">Number of the device's axis, from 0; of a twist 0–2 linear, 3–5 angular.</param>
/// <param name="Scale">Share of the task's action scale at full deflection, -1 to 1, not 0.</param>
public readonly record struct TeleopAxis(int Driven, int Axis, double Scale);

/// <summary>How a ROS 2 network is reached.</summary>
/// <param name="Domain">0 to 232.</param>
/// <param name="Interface">Address of the network interface.</param>
/// <param name="Peers">Addresses of machines to ask where multicast does not reach.</param>
/// <param name="IsHumble">Whether nodes announce themselves as those of ROS 2 Humble do.</param>
public sealed record Ros2Network(int Domain, string Interface, IReadOnlyList<string> Peers, bool IsHumble);

/// <summary>An operator's device behind ROS 2: where it is heard, what its axes and buttons mean, and when it is believed.</summary>
public sealed record TeleopParameters
{
    public required TeleopDevice Device { get; init; }

    /// <summary>Absolute topic of the device's motion.</summary>
    public required string Topic { get; init; }

    /// <summary>Of the <c>Joy</c> with the buttons beside a twist; null where the topic has them.</summary>
    public string? ButtonsTopic { get; init; }

    /// <summary>Null for the cell's own.</summary>
    public Ros2Network? Network { get; init; }

    /// <summary>Whether the sender's clock shows this machine's time of day; else ages are counted from the fastest message there was.</summary>
    public required bool SharesClock { get; init; }

    /// <summary>A device whose newest message was sent longer ago is lost, ns.</summary>
    public required long MaxAgeNs { get; init; }

    /// <summary>A device that drives and shows nothing new at all for so long is lost, ns; null where it may.</summary>
    public long? StillNs { get; init; }

    /// <summary>Whether a device that is lost while it drives stops the robot; else the policy goes on.</summary>
    public required bool StopsWhenLost { get; init; }

    /// <summary>What an axis reads at full deflection.</summary>
    public double FullScale { get; init; } = 1;

    /// <summary>What no axis of a sound device exceeds, either way.</summary>
    public double Largest { get; init; } = 1;

    /// <summary>Share of the full deflection that counts as none, 0 to below 1.</summary>
    public double DeadZone { get; init; }

    /// <summary>0 for a straight curve, 1 for a cubic one, which is fine near the middle.</summary>
    public double Expo { get; init; }

    public IReadOnlyList<TeleopAxis> Axes { get; init; } = [];

    /// <summary>Number of the device's button, from 0, for each that means something.</summary>
    public IReadOnlyDictionary<TeleopButtons, int> Buttons { get; init; } = new Dictionary<TeleopButtons, int>();

    /// <summary>Whether a person without a terminal can clear a stop.</summary>
    public bool CanClear => Device == TeleopDevice.Intervention || Buttons.ContainsKey(TeleopButtons.Clear);
}
