namespace RobotRL.Model;

/// <summary>What a gripper is asked for. The default asks for nothing: what is held stays held, as it is.</summary>
/// <param name="WidthM">Distance between the fingers to go to, m; less than a part between them is what holds it.</param>
/// <param name="ForceN">The most that each finger pushes with on the way and there, N; 0 asks for nothing.</param>
/// <param name="SpeedMS">The most by which the distance changes in a second, m/s.</param>
public readonly record struct Grip(double WidthM, double ForceN, double SpeedMS)
{
    public bool IsAsked => ForceN > 0;

    public bool IsFinite => double.IsFinite(WidthM) && double.IsFinite(ForceN) && double.IsFinite(SpeedMS);
}

/// <summary>How firmly and how fast a gripper moves: as a limit the most that any command may ask for, as a parameter what decisions ask for.</summary>
/// <param name="ForceN">Of each finger, N.</param>
/// <param name="SpeedMS">By which the distance between the fingers changes, m/s.</param>
public readonly record struct GripParameters(double ForceN, double SpeedMS)
{
    public Grip At(double widthM) => new(widthM, ForceN, SpeedMS);
}
