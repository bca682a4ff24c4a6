namespace RobotRL.Model;

/// <summary>A point on the session's monotonic clock, in nanoseconds. Virtual under lockstep, the machine's monotonic clock under realtime.
/// Never a wall-clock time: records that leave the process carry the wall-clock offset beside it.</summary>
/// <param name="Ns">Nanoseconds since the clock's origin.</param>
public readonly record struct Stamp(long Ns) : IComparable<Stamp>
{
    /// <summary>The clock's origin.</summary>
    public static readonly Stamp Zero;

    /// <summary>Seconds since the origin.</summary>
    public double Seconds => Ns * 1e-9;

    /// <summary>The stamp the given number of seconds after the origin, rounded to a nanosecond.</summary>
    public static Stamp FromSeconds(double seconds) => new((long)Math.Round(seconds * 1e9));

    /// <summary>
    /// Nanoseconds from <paramref name="earlier"/> to this stamp; negative when the clock went backward. What is too long for the number is the longest
    /// there is.
    /// </summary>
    public long Since(Stamp earlier)
    {
        var difference = Ns - earlier.Ns;
        // Overflow shows in the sign: a stamp far in the past never looks like one in the future, nor the reverse.
        return ((Ns ^ earlier.Ns) & (Ns ^ difference)) >= 0 ? difference : Ns < 0 ? long.MinValue : long.MaxValue;
    }

    /// <summary>This stamp moved by <paramref name="ns"/> nanoseconds, to the first or last stamp there is at most.</summary>
    public Stamp Plus(long ns)
    {
        var sum = Ns + ns;
        return new(((Ns ^ sum) & (ns ^ sum)) >= 0 ? sum : ns < 0 ? long.MinValue : long.MaxValue);
    }

    /// <inheritdoc/>
    public int CompareTo(Stamp other) => Ns.CompareTo(other.Ns);

    public static bool operator <(Stamp left, Stamp right) => left.Ns < right.Ns;
    public static bool operator >(Stamp left, Stamp right) => left.Ns > right.Ns;
    public static bool operator <=(Stamp left, Stamp right) => left.Ns <= right.Ns;
    public static bool operator >=(Stamp left, Stamp right) => left.Ns >= right.Ns;

    /// <inheritdoc/>
    public override string ToString() => $"{Seconds:F6} s";
}
