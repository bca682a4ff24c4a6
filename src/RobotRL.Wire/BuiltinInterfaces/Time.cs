namespace RobotRL.Wire.BuiltinInterfaces;

/// <summary>An instant as one number.</summary>
public sealed partial class Time
{
    private const long NsOfSecond = 1_000_000_000;

    /// <summary>Nanoseconds since the epoch of its clock.</summary>
    public long Ns
    {
        get => Sec * NsOfSecond + Nanosec;
        set => (Sec, Nanosec) = (checked((int)Math.DivRem(value, NsOfSecond, out var rest) - (rest < 0 ? 1 : 0)), (uint)(rest < 0 ? rest + NsOfSecond : rest));
    }
}
