using System.Runtime.CompilerServices;

namespace RobotRL.Model;

/// <summary>
/// What each gripper of a cell was last told, by arm; <see cref="GripperCommand.Stay"/> where nobody told it anything, or the recording does not say.
/// </summary>
[InlineArray(PolicyAction.MostArms)]
public struct Grips : IEquatable<Grips>
{
    private GripperCommand _first;

    /// <summary>Of a cell with one arm.</summary>
    public static Grips Of(GripperCommand arm) => new() { _first = arm };

    public readonly bool Equals(Grips other) => ((ReadOnlySpan<GripperCommand>)this).SequenceEqual(other);
    public override readonly bool Equals(object? obj) => obj is Grips other && Equals(other);
    public override readonly int GetHashCode() => _first.GetHashCode();
    public static bool operator ==(in Grips left, in Grips right) => left.Equals(right);
    public static bool operator !=(in Grips left, in Grips right) => !left.Equals(right);
}
