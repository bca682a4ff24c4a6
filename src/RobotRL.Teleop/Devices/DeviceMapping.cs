using RobotRL.Model;

namespace RobotRL.Teleop.Devices;

/// <summary>What the numbers of a device's messages mean. Knows nothing of time.</summary>
public sealed class DeviceMapping
{
    /// <summary>What rounding may add to a full deflection.</summary>
    private const double Rounding = 1.001;

    private readonly TeleopParameters _device;
    private readonly int _axes, _buttons;

    public DeviceMapping(TeleopParameters device)
    {
        _device = device;
        _axes = device.Axes.Count == 0 ? 0 : device.Axes.Max(axis => axis.Axis) + 1;
        _buttons = device.Buttons.Count == 0 ? 0 : device.Buttons.Values.Max() + 1;
    }

    /// <summary>Why a message's axes cannot be believed; null where they can.</summary>
    public string? FaultOfAxes(ReadOnlySpan<float> axes)
    {
        if (axes.Length < _axes) return $"its message has {axes.Length} axes, and teleop.axes names axis {_axes - 1}";
        for (var i = 0; i < axes.Length; i++)
        {
            if (!float.IsFinite(axes[i])) return $"axis {i} is no number";
            if (Math.Abs(axes[i]) > Rounding * _device.Largest) return $"axis {i} reads {axes[i]:0.###}, beyond teleop.largest";
        }
        return null;
    }

    /// <summary>The same of its buttons.</summary>
    public string? FaultOfButtons(ReadOnlySpan<int> buttons)
    {
        if (buttons.Length < _buttons)
            return $"its message has {buttons.Length} buttons, and teleop.buttons names button {_buttons - 1}; some drivers show a button once it was pressed";
        for (var i = 0; i < buttons.Length; i++)
            if (buttons[i] is not (0 or 1)) return $"button {i} reads {buttons[i]}, neither 0 nor 1";
        return null;
    }

    /// <summary>The hand's motion, -1 to 1 of the action scale on each axis.</summary>
    public NormalizedTwist MotionOf(ReadOnlySpan<float> axes)
    {
        NormalizedTwist motion = default;
        foreach (var axis in _device.Axes) motion[axis.Driven] = (float)(axis.Scale * Curve(axes[axis.Axis]));
        return motion;
    }

    /// <summary>What keeps a device from being at rest, in words; null where it is.</summary>
    public string? Deflection(ReadOnlySpan<float> axes)
    {
        foreach (var axis in _device.Axes)
            if (Curve(axes[axis.Axis]) != 0) return $"axis {axis.Axis} at {axes[axis.Axis]:0.##}";
        return null;
    }

    public TeleopButtons PressedOf(ReadOnlySpan<int> buttons)
    {
        var pressed = TeleopButtons.None;
        foreach (var (meaning, button) in _device.Buttons)
            if (buttons[button] != 0) pressed |= meaning;
        return pressed;
    }

    private double Curve(double value)
    {
        var share = Math.Clamp(value / _device.FullScale, -1, 1);
        var beyond = (Math.Abs(share) - _device.DeadZone) / (1 - _device.DeadZone);
        if (beyond <= 0) return 0;
        return Math.Sign(share) * ((1 - _device.Expo) * beyond + _device.Expo * beyond * beyond * beyond);
    }
}
