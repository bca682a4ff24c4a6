using RobotRL.Model;

namespace RobotRL.Configuration;

/// <summary>Reads <c>teleop</c>: an operator's device behind ROS 2.</summary>
internal static class TeleopSection
{
    public const string Key = "teleop";

    private const int MostAxes = 32, MostButtons = 64;

    private static readonly string[] Driven = ["x", "y", "z", "roll", "pitch", "yaw"];

    private static readonly (string Key, TeleopButtons Button)[] Words =
    [
        ("deadman", TeleopButtons.Deadman), ("gripper_close", TeleopButtons.GripperClose), ("gripper_open", TeleopButtons.GripperOpen),
        ("gripper_toggle", TeleopButtons.GripperToggle), ("next_arm", TeleopButtons.NextArm), ("success", TeleopButtons.Success),
        ("failure", TeleopButtons.Failure), ("discard", TeleopButtons.Discard), ("new_scene", TeleopButtons.NewScene), ("pause", TeleopButtons.Pause),
        ("stop", TeleopButtons.Stop), ("clear", TeleopButtons.Clear),
    ];

    public static TeleopParameters Read(Section s)
    {
        var device = s.Choice("device", ("joy", TeleopDevice.Joy), ("twist", TeleopDevice.Twist), ("twist_stamped", TeleopDevice.TwistStamped),
            ("intervention", TeleopDevice.Intervention));
        TeleopParameters read = new()
        {
            Device = device,
            Topic = Ros2Section.Topic(s, "topic"),
            ButtonsTopic = device is TeleopDevice.Twist or TeleopDevice.TwistStamped ? Ros2Section.Topic(s, "buttons_topic") : null,
            Network = s.IsWord("network", "cell") ? null : s.Child("network", ReadNetwork),
            SharesClock = s.Choice("clock", ("shared", true), ("own", false)),
            MaxAgeNs = s.DurationNs("max_age_ms", 20, 2000),
            StillNs = s.NumberOr("none", "still_ms", 200, 60_000, "ms") is { } ms && !double.IsNaN(ms) ? (long)(ms * 1e6) : null,
            StopsWhenLost = s.Choice("when_lost", ("stop", true), ("hand_back", false)),
        };
        s.Require(read.Topic != read.ButtonsTopic, "buttons_topic", "is the topic of the motion too; name the one of the buttons, or take device: joy");
        return device == TeleopDevice.Intervention ? read : WithMapping(s, read);
    }

    private static TeleopParameters WithMapping(Section s, TeleopParameters read)
    {
        var mapped = read with
        {
            FullScale = s.Number("full_scale", 1e-3, 1000),
            Largest = s.Number("largest", 1e-3, 1000),
            DeadZone = s.Number("dead_zone", 0, 0.5),
            Expo = s.Number("expo", 0, 1),
            Axes = s.Child("axes", axes => ReadAxes(axes, read.Device == TeleopDevice.Joy ? MostAxes : Driven.Length)),
            Buttons = s.Child("buttons", ReadButtons),
        };
        s.Require(mapped.Axes.Count > 0, "axes", "drives nothing; name at least one of " + string.Join(", ", Driven));
        s.Require(!(mapped.Largest < mapped.FullScale), "largest",
            $"{mapped.Largest} is below teleop.full_scale, {mapped.FullScale}, so that a full deflection would be a fault; raise it", s["full_scale"]);
        return mapped;
    }

    private static List<TeleopAxis> ReadAxes(Section s, int count)
    {
        List<TeleopAxis> axes = [];
        for (var i = 0; i < Driven.Length; i++)
        {
            if (!s.Has(Driven[i])) continue;
            axes.Add(s.Child(Driven[i], axis =>
            {
                var scale = axis.Number("scale", -1, 1);
                axis.Require(scale != 0, "scale", "0 moves nothing; leave the axis out");
                return new TeleopAxis(i, axis.Integer("axis", 0, count - 1), scale);
            }));
        }
        return axes;
    }

    private static Dictionary<TeleopButtons, int> ReadButtons(Section s)
    {
        Dictionary<TeleopButtons, int> buttons = [];
        foreach (var (key, button) in Words)
            if (button == TeleopButtons.Deadman || s.Has(key)) buttons[button] = s.Integer(key, 0, MostButtons - 1);
        foreach (var (i, (key, button)) in Words.Index())
        {
            if (!buttons.TryGetValue(button, out var number)) continue;
            var other = Words[..i].FirstOrDefault(word => buttons.TryGetValue(word.Button, out var its) && its == number).Key;
            s.Require(other is null, key, $"button {number} is {other} too; give each a button of its own", s[other ?? key]);
        }
        var (closes, opens) = (buttons.ContainsKey(TeleopButtons.GripperClose), buttons.ContainsKey(TeleopButtons.GripperOpen));
        s.Require(closes == opens, closes ? "gripper_close" : "gripper_open",
            "needs its counterpart; name gripper_close and gripper_open, or gripper_toggle alone");
        return buttons;
    }

    private static Ros2Network ReadNetwork(Section s) => new(
        s.Integer("domain", 0, Ros2Section.LastDomain), s.Text("interface"), s.Has("peers") ? s.Texts("peers") : [],
        s.Choice("distribution", ("humble", true), ("iron", false), ("jazzy", false)));
}
