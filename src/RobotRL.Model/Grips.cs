using System.Runtime.CompilerServices;

namespace RobotRL.Model;

/// <summary>What each gripper of a cell was last told, by arm; <see cref="GripperCommand.Stay"/> where nobody told it anything, or the recording does not say.</summary>
[InlineArray(PolicyAction.MostArms)]
public struct Grips
{
    private GripperCommand _first;

    /// <summary>Of a cell with one arm.</summary>
    public static Grips Of(GripperCommand arm) => new() { _first = arm };
}
